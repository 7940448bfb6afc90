/** Every single call that a run makes goes wrong once, in every way in which it can. */
import { describe, expect, it } from 'vitest'
import { type Call, type Fault, PLAIN_HISTORY, PLAIN_SETUP } from './history.ts'
import { simulate } from './simulate.ts'

/** Red checks, a reviewer and a bot: every kind of look and act is there. */
const HISTORY = {
  ...PLAIN_HISTORY,
  setup: { ...PLAIN_SETUP, criteria: 'both' as const, bots: true },
  suites: ['flake' as const, 'red' as const],
  moves: [
    { call: 'forge.changed' as const, nth: 3, what: 'thread_person' as const },
    { call: 'forge.changed' as const, nth: 3, what: 'changes_person' as const },
    { call: 'forge.changed' as const, nth: 3, what: 'thread_bot' as const },
  ],
}

const FAULTS: readonly Fault[] = ['fails', 'answer_lost', 'refused', 'stale', 'partial']

/** Where a fault means nothing of its own, it is not tried. */
function isMeant(call: Call, fault: Fault): boolean {
  if (call === 'disk.write') return fault === 'fails'
  if (call === 'clock.sleep') return false
  return fault !== 'partial' || call === 'forge.observe'
}

describe('a call that goes wrong', () => {
  it.each(FAULTS)('%s', { timeout: 600_000 }, async (what) => {
    const { world, story } = await simulate(HISTORY)
    expect(story).not.toContain('BROKEN')
    const broken: string[] = []
    for (const [call, times] of world.calls) {
      for (let nth = 0; isMeant(call, what) && nth < times; nth += call === 'disk.write' ? 10 : 1) {
        const outcome = await simulate({ ...HISTORY, moves: [...HISTORY.moves, { call, nth, what }] })
        if (Object.keys(outcome.violations).length > 0) broken.push(outcome.story)
      }
    }
    expect(broken).toEqual([])
  })
})
