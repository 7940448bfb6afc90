/**
 * A person saves plan.md, or says something, at every single moment of a run: whatever is being written just then, it
 * counts.
 */
import { describe, expect, it } from 'vitest'
import { type Move, PLAIN_HISTORY, PLAIN_SETUP } from './history.ts'
import { simulate } from './simulate.ts'

const HISTORY = { ...PLAIN_HISTORY, setup: { ...PLAIN_SETUP, criteria: 'judged' as const } }

const EDITS: readonly { readonly deeds: readonly Move['what'][]; readonly every: number }[] = [
  { deeds: ['plan_add'], every: 1 },
  { deeds: ['plan_reword'], every: 1 },
  { deeds: ['plan_tick'], every: 1 },
  { deeds: ['message'], every: 2 },
  { deeds: ['message', 'power_cut'], every: 5 },
  { deeds: ['plan_add', 'fails'], every: 3 },
  { deeds: ['plan_add', 'power_cut'], every: 3 },
]

describe('what a person does at a write to the disk counts:', () => {
  it.each(EDITS)(
    '$deeds at every $every',
    async ({ deeds, every }) => {
      const { world } = await simulate(HISTORY)
      const broken: string[] = []
      for (let nth = 0; nth < (world.calls.get('disk.write') ?? 0); nth += every) {
        const moves = deeds.map((what) => ({ call: 'disk.write' as const, nth, what }))
        const { violations, story } = await simulate({ ...HISTORY, moves })
        if (Object.keys(violations).length > 0) broken.push(story)
      }
      expect(broken).toEqual([])
    },
    600_000,
  )
})
