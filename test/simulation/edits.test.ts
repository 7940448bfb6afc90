/** A person saves plan.md at every single moment of a run: whatever is being written just then, the edit counts. */
import { describe, expect, it } from 'vitest'
import { type Move, PLAIN_HISTORY, PLAIN_SETUP } from './history.ts'
import { simulate } from './simulate.ts'

const HISTORY = { ...PLAIN_HISTORY, setup: { ...PLAIN_SETUP, criteria: 'judged' as const } }

describe('an edit of plan.md at any write to the disk', () => {
  it.each<Move['what']>(['plan_add', 'plan_reword', 'plan_tick'])(
    '%s',
    async (what) => {
      const { world } = await simulate(HISTORY)
      const broken: string[] = []
      for (let nth = 0; nth < (world.calls.get('disk.write') ?? 0); nth += 1) {
        const { violations, story } = await simulate({ ...HISTORY, moves: [{ call: 'disk.write', nth, what }] })
        if (Object.keys(violations).length > 0) broken.push(story)
      }
      expect(broken).toEqual([])
    },
    600_000,
  )
})
