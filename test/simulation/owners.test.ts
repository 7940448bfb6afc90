/** Two processes that both believe they own the run: at every call that a run makes, somebody takes over. */
import { describe, expect, it } from 'vitest'
import { type Call, type Move, PLAIN_HISTORY } from './history.ts'
import { simulate } from './simulate.ts'

const HISTORY = {
  ...PLAIN_HISTORY,
  suites: ['red' as const],
  moves: [{ call: 'forge.changed' as const, nth: 3, what: 'changes_person' as const }],
}

/** How often the disk is written to while a run that is over is put away. */
const LAST_WRITES = 40

/** Every call that the history makes; the disk is written to so often that some are enough, and all at the end. */
async function momentsOf(): Promise<readonly { call: Call; nth: number }[]> {
  const { world } = await simulate(HISTORY)
  return [...world.calls].flatMap(([call, times]) =>
    Array.from({ length: times }, (_, nth) => ({ call, nth })).filter(
      ({ nth }) => call !== 'disk.write' || nth % 20 === 0 || nth >= times - LAST_WRITES,
    ),
  )
}

describe('a process that was replaced', () => {
  it.each<Move['what']>(['taken_over', 'frozen', 'second_process'])(
    'does nothing more: %s',
    async (what) => {
      const broken: string[] = []
      for (const moment of await momentsOf()) {
        const { violations, story } = await simulate({ ...HISTORY, moves: [...HISTORY.moves, { ...moment, what }] })
        if (Object.keys(violations).length > 0) broken.push(story)
      }
      expect(broken).toEqual([])
    },
    600_000,
  )
})
