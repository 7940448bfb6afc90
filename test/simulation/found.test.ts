/** Histories that once broke a rule: what the simulation found, kept as short as it made them. */
import { describe, expect, it } from 'vitest'
import { type History, PLAIN_HISTORY, PLAIN_SETUP } from './history.ts'
import { simulate } from './simulate.ts'

const FOUND: Readonly<Record<string, Partial<History>>> = {
  'a message that is sent after the clock was set back is for the run that is there': {
    moves: [
      { call: 'agent.begin', nth: 1, what: 'clock_back' },
      { call: 'agent.answer', nth: 1, what: 'message' },
    ],
  },
  'what was said before the clock was set back is not said again': {
    setup: { ...PLAIN_SETUP, groups: [2], maxSessions: 4 },
    behaviours: ['leaves_dirty', 'no_shape'],
    moves: [
      { call: 'disk.write', nth: 276, what: 'clock_back' },
      { call: 'forge.ensureOpen', nth: 0, what: 'crash_before' },
    ],
  },
  'a test that is deleted after a person went back to before it was brought back does not slip by': {
    behaviours: ['deletes_test', 'diligent', 'diligent', 'deletes_test'],
    moves: [
      { call: 'agent.edit', nth: 1, what: 'fails' },
      { call: 'workspace.observe', nth: 13, what: 'push_force_person' },
      { call: 'workspace.push', nth: 1, what: 'changes_bot' },
    ],
  },
  'a process that was replaced while it installed dependencies joins nothing': {
    suites: ['billing'],
    moves: [
      { call: 'forge.changed', nth: 3, what: 'push_force_person' },
      { call: 'workspace.install', nth: 1, what: 'frozen' },
    ],
    crashes: [1],
  },
  'a session that the account refused is not another try to clean up': {
    behaviours: ['leaves_everything', 'refused', 'refused'],
  },
  'force about a refused push does not accept that no check ran': {
    moves: [{ call: 'workspace.push', nth: 0, what: 'refused' }],
  },
  'what the account may not run is started again when a person says go on': { suites: ['billing'] },
  'a person merges while a fix is at work': {
    suites: ['red'],
    moves: [{ call: 'agent.answer', nth: 2, what: 'merged_person' }],
  },
  'a person merges while a task that was added is open': {
    moves: [
      { call: 'forge.changed', nth: 0, what: 'plan_add' },
      { call: 'agent.begin', nth: 2, what: 'merged_person' },
    ],
  },
  'a person merges when a task that was added is committed and not pushed': {
    moves: [
      { call: 'forge.changed', nth: 0, what: 'plan_add' },
      { call: 'workspace.push', nth: 1, what: 'merged_person' },
    ],
  },
  'a pull request that was opened right before a crash is waited for like any other': {
    setup: { ...PLAIN_SETUP, ci: 'none', rules: 'approval' },
    moves: [{ call: 'forge.ensureOpen', nth: 0, what: 'crash_after' }],
  },
  'answers that were given before a takeover by force are not given again': {
    moves: [
      { call: 'forge.changed', nth: 0, what: 'thread_person' },
      { call: 'forge.changed', nth: 0, what: 'changes_person' },
      { call: 'forge.requestReview', nth: 0, what: 'frozen' },
    ],
  },
  'a replaced process gives none of the answers it had left': {
    moves: [
      { call: 'forge.changed', nth: 0, what: 'thread_person' },
      { call: 'forge.changed', nth: 0, what: 'thread_person' },
      { call: 'forge.reply', nth: 0, what: 'frozen' },
    ],
  },
  'a replaced process does not touch the checkout after the merge': {
    moves: [{ call: 'forge.targetHead', nth: 2, what: 'frozen' }],
  },
  'force without a block accepts nothing': {
    moves: [{ call: 'workspace.observe', nth: 3, what: 'taken_over' }],
  },
  'a merge that is scheduled for too long gets its time anew': {
    setup: { ...PLAIN_SETUP, rules: 'queue' },
    moves: [{ call: 'forge.changed', nth: 3, what: 'clock_forward' }],
  },
  'a task that is added while the merge is scheduled takes the merge back': {
    setup: { ...PLAIN_SETUP, rules: 'queue' },
    moves: [{ call: 'forge.changed', nth: 18, what: 'plan_add' }],
  },
  'a task that is reworded while the plan is changed keeps the words of the person': {
    behaviours: ['blocked'],
    moves: [{ call: 'agent.answer', nth: 2, what: 'plan_reword' }],
  },
  'a task that is reworded while its session runs is worked on as it is worded now': {
    behaviours: ['nothing_to_do'],
    moves: [{ call: 'agent.answer', nth: 2, what: 'plan_reword' }],
  },
  'plan.md saved from an editor that was open while a task was done takes nothing back': {
    setup: { ...PLAIN_SETUP, groups: [2] },
    moves: [
      { call: 'agent.begin', nth: 1, what: 'plan_opened' },
      { call: 'agent.begin', nth: 2, what: 'plan_saved' },
    ],
  },
  'nor does it remove what the plan was given meanwhile': {
    behaviours: ['blocked'],
    moves: [
      { call: 'agent.begin', nth: 1, what: 'plan_opened' },
      { call: 'agent.begin', nth: 3, what: 'plan_saved' },
    ],
  },
}

describe('what the simulation found stays mended', () => {
  it.each(Object.entries(FOUND))('%s', async (_, history) => {
    const { story, violations } = await simulate({ ...PLAIN_HISTORY, ...history })
    expect(Object.keys(violations).length === 0 ? '' : story).toBe('')
  })

  it('a head branch that may not be deleted stops nobody', async () => {
    const { ends } = await simulate({
      ...PLAIN_HISTORY,
      moves: [{ call: 'forge.deleteHeadBranch', nth: 0, what: 'refused' }],
    })
    expect(ends).toEqual(['start: success'])
  })
})
