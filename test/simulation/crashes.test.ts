/** A process dies after every single change it makes to the disk or the world, and is started again. */
import { describe, expect, it } from 'vitest'
import { type History, PLAIN_HISTORY, PLAIN_SETUP } from './history.ts'
import { type Outcome, simulate } from './simulate.ts'
import { DIRECTORY } from './world/world.ts'

const HISTORIES: Readonly<Record<string, History>> = {
  'one task, green at once': PLAIN_HISTORY,
  'red checks, a reviewer and a conflict': {
    ...PLAIN_HISTORY,
    suites: ['red'],
    moves: [
      { call: 'forge.changed', nth: 3, what: 'thread_person' },
      { call: 'forge.changed', nth: 3, what: 'changes_person' },
      { call: 'forge.changed', nth: 5, what: 'target_clashes' },
    ],
  },
  'a plan edited, a foreign push, leftovers': {
    ...PLAIN_HISTORY,
    setup: { ...PLAIN_SETUP, groups: [1, 1], criteria: 'judged' },
    behaviours: ['leaves_dirty', 'nothing_to_do'],
    moves: [
      { call: 'forge.changed', nth: 0, what: 'push_person' },
      { call: 'forge.changed', nth: 1, what: 'plan_add' },
    ],
  },
}

describe('whatever moment a process dies in, going on breaks no rule and ends as if nothing had happened', () => {
  it.each(Object.entries(HISTORIES))('%s', { timeout: 600_000 }, async (_, history) => {
    const whole = await simulate(history)
    expect(whole.story).toContain('success')
    const broken: string[] = []
    for (let crash = 1; crash <= whole.changes; crash += 1) {
      const { violations, world, story } = await simulate({ ...history, crashes: [crash] })
      const same = world.journal.merges.length === whole.world.journal.merges.length
      if (Object.keys(violations).length > 0 || !same) broken.push(story)
    }
    expect(broken).toEqual([])
  })
})

describe('whenever the power fails', () => {
  it('what was promised is there, and plan.md is whole', { timeout: 600_000 }, async () => {
    const history: History = { ...PLAIN_HISTORY, setup: { ...PLAIN_SETUP, groups: [1, 1] } }
    const whole = await simulate(history)
    const plan = planOf(whole)
    const broken: string[] = []
    for (let nth = 0; nth < (whole.world.calls.get('disk.write') ?? 0); nth += 3) {
      const outcome = await simulate({ ...history, moves: [{ call: 'disk.write', nth, what: 'power_cut' }] })
      const isPutAway = outcome.ends.length === 1 // the run was over: what the history lacks, nobody goes on from
      if (Object.keys(outcome.violations).length > 0 || (planOf(outcome) !== plan && !isPutAway))
        broken.push(outcome.story)
    }
    expect(broken).toEqual([])
  })
})

/** As the history of the run keeps it. */
function planOf({ world }: Outcome): string {
  const file = `${DIRECTORY}/history/${world.state?.runId}/plan.md`
  return world.disk.exists(file) ? world.disk.read(file) : '(none)'
}
