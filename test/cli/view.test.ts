/** The live view: events and states in, whole screens out. */
import { describe, expect, test } from 'vitest'
import { EMPTY_VIEW, reduceState, reduceView, type ViewModel } from '../../src/cli/view/model.ts'
import { renderView } from '../../src/cli/view/render.ts'
import type { RunEvent } from '../../src/domain/events.ts'
import type { GroupId, PrNumber, TaskId } from '../../src/domain/ids.ts'
import { COMMIT, eventAt, RUN_ID, SESSION_ID, STARTED_AT, sampleRun } from './sample-run.ts'

const G2 = 'g2' as GroupId
const T3 = 't3' as TaskId

const started = eventAt(0, {
  type: 'run.started',
  goal: 'Add a login form',
  resumed: false,
  protection: '',
  account: '',
  targetBranch: 'main',
  forge: 'the built-in forge',
})
const session = eventAt(10, {
  type: 'session.started',
  sessionId: SESSION_ID,
  kind: 'work',
  groupId: G2,
  taskId: T3,
  model: 'opus',
  effort: 'high',
  continues: false,
  number: 2,
})
const tool = eventAt(12, {
  type: 'agent.activity',
  sessionId: SESSION_ID,
  tool: 'Bash',
  text: 'npm test',
  subagent: null,
})
const ended = eventAt(40, {
  type: 'session.completed',
  sessionId: SESSION_ID,
  kind: 'work',
  groupId: G2,
  taskId: T3,
  outcome: 'completed',
  detail: '',
  costUsd: 0.5,
  inputTokens: 1,
  outputTokens: 1,
  turns: 3,
  durationMs: 30_000,
})

function seen(...events: readonly RunEvent[]): ViewModel {
  return events.reduce(reduceView, reduceState(reduceView(EMPTY_VIEW, started), sampleRun()))
}

function screen(model: ViewModel, seconds: number, size: { width?: number; height?: number } = {}): string {
  const frame = { width: 80, height: 40, now: STARTED_AT + seconds * 1000, hint: 'Ctrl+C stops · Esc pauses', ...size }
  return `\n${renderView(model, frame).join('\n')}\n`
}

describe('what is on the screen', () => {
  test('while a session works: the plan as a tree, with what the agent does under its task', () => {
    expect(screen(seen(session, tool), 75)).toBe(`
Add a login form
working · 1m 15s · $1.25 · 2 sessions · 2/4 tasks · 1/3 PRs merged
✔ Add the session store  done  #1
⠋ Add the form  working
  ✔ Draw the form
  ⠋ Check the password
    ↳ working (opus)  1m 05s
      Bash: npm test
· Write the manual  pending
  · Describe the login
Ctrl+C stops · Esc pauses
`)
  })

  test('before there is a plan: the session of the run itself', () => {
    const planning = { ...session, kind: 'plan', groupId: null, taskId: null, number: 1 } as RunEvent
    expect(screen(reduceView(reduceView(EMPTY_VIEW, started), planning), 70)).toBe(`
Add a login form
planning · 1m 10s · $0.00 · 1 session
↳ planning (opus)  1m 00s
Ctrl+C stops · Esc pauses
`)
  })

  test('while CI runs and while something is waited for: since when, and until when', () => {
    const opened = eventAt(50, {
      type: 'pr.created',
      groupId: G2,
      number: 2 as PrNumber,
      url: 'local:2',
      title: '',
      branch: '',
      base: 'main',
    })
    const stage = eventAt(51, { type: 'group.stage', groupId: G2, from: 'working', to: 'waiting_ci', why: '' })
    const done = eventAt(45, {
      type: 'task.completed',
      groupId: G2,
      taskId: T3,
      title: '',
      commit: COMMIT,
      how: 'committed',
      tasksDone: 3,
      tasksTotal: 4,
    })
    const ci = eventAt(52, { type: 'ci.started', groupId: G2, head: COMMIT, checks: ['lint', 'test'] })
    const limit = eventAt(55, { type: 'usage_limit', until: STARTED_AT + 3_600_000, why: 'five hours' })
    expect(screen(seen(session, tool, ended, done, opened, stage, ci, limit), 60)).toBe(`
Add a login form
working · 1m 00s · $1.25 · 2 sessions · 3/4 tasks · 1/3 PRs merged
✔ Add the session store  done  #1
⠋ Add the form  waiting_ci  #2
  ✔ Draw the form
  ✔ Check the password
  ↳ CI: lint, test  8s
· Write the manual  pending
  · Describe the login
◦ waiting for the usage limit of the account to reset, until 04:04:05  5s
Ctrl+C stops · Esc pauses
`)
  })

  test('a blocked group is marked, and does nothing any more', () => {
    const blocked = eventAt(20, { type: 'blocked', groupId: G2, cause: 'red', tried: null, command: 'x' })
    expect(screen(seen(session, blocked), 20, { height: 8 })).toBe(`
Add a login form
working · 20s · $1.25 · 2 sessions · 2/4 tasks · 1/3 PRs merged
✔ Add the session store  done  #1
✖ Add the form  blocked
  ✔ Draw the form
  · Check the password
· Write the manual  pending
… 2 more lines
`)
  })

  test('after Ctrl+C it says that it stops', () => {
    expect(
      screen({ ...seen(), ending: 'stop' }, 0)
        .split('\n')
        .slice(2, 3),
    ).toEqual(['stopping · 0s · $1.25 · 1 session · 2/4 tasks · 1/3 PRs merged'])
  })
})

describe('a small terminal', () => {
  test('keeps what is going on, and leaves out what matters least', () => {
    expect(screen(seen(session, tool), 75, { width: 30, height: 7 })).toBe(`
Add a login form
working · 1m 15s · $1.25 · 2 …
⠋ Add the form  working
  ⠋ Check the password
    ↳ working (opus)  1m 05s
      Bash: npm test
… 5 more lines
`)
  })

  test.each([1, 2, 3, 5, 8, 20])('never gets more than %i lines, nor wider ones', (height) => {
    const wide = seen(session, { ...tool, text: '漢字 🦀 \u001b[2Jx\r\ny'.repeat(30) } as RunEvent)
    const lines = renderView(wide, { width: 24, height, now: STARTED_AT })
    expect([
      lines.length <= height,
      lines.every((line) => [...line].length <= 24),
      lines.join('').includes('\u001b'),
    ]).toEqual([true, true, false])
  })
})

test('the same wait said again has lasted since it began', () => {
  const wait = (seconds: number) => eventAt(seconds, { type: 'waiting', groupId: G2, for: 'checks', until: null })
  expect(seen(wait(10), wait(20), wait(30)).activities).toEqual([
    {
      groupId: G2,
      taskId: null,
      sessionId: null,
      head: null,
      what: 'checks',
      detail: null,
      since: STARTED_AT + 10_000,
      until: null,
      isWait: true,
    },
  ])
})

test('CI that the forge started without knowing for whom ends with its commit', () => {
  const ci = eventAt(10, { type: 'ci.started', groupId: null, head: COMMIT, checks: ['test'] })
  const failed = eventAt(20, { type: 'ci.failed', groupId: G2, head: COMMIT, checks: ['test'] })
  expect([seen(ci).activities.length, seen(ci, failed).activities]).toEqual([1, []])
})

test('a saved state corrects what the events left behind', () => {
  const guessed = seen(session, ended)
  const { costUsd, sessions } = reduceState(guessed, sampleRun({ runId: RUN_ID }))
  expect({ costUsd, sessions }).toEqual({ costUsd: 1.25, sessions: 1 })
})
