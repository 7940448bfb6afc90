/** A process dies after every single change it makes to the disk or the world, and is started again. */
import { describe, expect, it } from 'vitest'
import { type History, PLAIN_HISTORY, PLAIN_SETUP } from './history.ts'
import { simulate } from './simulate.ts'

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
