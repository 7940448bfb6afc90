/** `sessions` and `evidence`: of the run that is here, and of one that was put away. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GroupId, SessionId, TaskId } from '../../src/domain/ids.ts'
import { claudetm } from './claudetm.ts'
import { COMMIT, createProject, groupState, RUN_ID, STARTED_AT, sampleRun, type TestProject } from './sample-run.ts'

let project: TestProject
beforeEach(async () => {
  project = await createProject()
})
afterEach(() => project.cleanup())

const run = (...args: string[]) => claudetm(project.directory, args)

function runWithTwoSessions() {
  const sample = sampleRun()
  const [first] = sample.sessions
  if (first === undefined) throw new Error('the sample has no session')
  const cut = {
    ...first,
    id: 'x' as SessionId,
    taskId: 't3' as TaskId,
    endedAt: null,
    costUsd: 0.5,
    outcome: 'running',
  } as const
  return { ...sample, sessions: [{ ...first, endedAt: STARTED_AT + 61_000 }, cut] }
}

test('sessions are listed with what they cost; one whose process is gone was cut off', async () => {
  await project.put(runWithTwoSessions())
  const idle = await run('sessions')
  const lock = await project.own()
  const busy = await run('sessions')
  await lock.release()
  expect(idle.stdout).toBe(`Started              Session  PR  Task  Model        Turns  Cost   Took    Outcome
2026-01-02 03:04:05  work     g1  t1    claude-opus  3      $1.25  1m 01s  completed
2026-01-02 03:04:05  work     g1  t3    claude-opus  3      $0.50  -       cut off
Run ${RUN_ID}: $1.75 in 2 sessions (2 work $1.75)
`)
  expect(busy.stdout).toMatch(/ t3 .* running\n/)
})

test('evidence is what was seen: commits, checks, merges and criteria, without escapes', async () => {
  const sample = sampleRun()
  const criterion = {
    criterion: 'npm test \u001b[31mpasses',
    command: 'npm test',
    verdict: 'confirmed',
    evidence: '$ npm test\nexit code 0\nall green',
    exitCode: 0,
    looks: 1,
    durationMs: 10,
    commit: COMMIT,
    at: STARTED_AT,
  } as const
  const check = { name: 'test', command: 'npm test', exitCode: 0, timedOut: false, durationMs: 10, tail: '' }
  const gate = { commit: COMMIT, outcome: 'passed', checks: [check], durationMs: 10, at: STARTED_AT } as const
  await project.put({
    ...sample,
    groups: { ...sample.groups, ['g2' as GroupId]: groupState('g2', { gate }) },
    verification: { round: 1, commit: COMMIT, followedUp: false, isRepeat: false, results: [criterion] },
  })
  const { stdout } = await run('evidence')
  expect(stdout).toBe(`Run ${RUN_ID}

Tasks that are done:
  t1 Write the store (committed, aaaaaaaaaaaa)
  t2 Draw the form (committed, aaaaaaaaaaaa)

Checks of the project, run before a push:
  g2 passed on aaaaaaaaaaaa (test)

Merged:
  #1 aaaaaaaaaaaa (head aaaaaaaaaaaa)

Proved on the merged code:
  ✔ npm test passes (npm test, exit code 0, on aaaaaaaaaaaa)
      all green
`)
})

test('a run that was put away can still be asked', async () => {
  await project.put(runWithTwoSessions())
  const here = JSON.parse((await run('sessions', '--json')).stdout)
  await run('clean', '--force')
  const last = JSON.parse((await run('sessions', '--json')).stdout)
  const named = JSON.parse((await run('sessions', RUN_ID, '--json')).stdout)
  const { merges } = JSON.parse((await run('evidence', '--json')).stdout)
  expect([last, named, here.cost_usd, here.sessions.length]).toEqual([here, here, 1.75, 2])
  expect(merges).toMatchObject([{ group: 'g1', number: 1, commit: COMMIT }])
})

test('a run nobody knows is named, and where there is none it says how to start one', async () => {
  const none = await run('evidence')
  await project.put(sampleRun())
  const unknown = await run('sessions', '../../x')
  expect([none.exitCode, none.stderr, unknown.exitCode, unknown.stderr]).toEqual([
    1,
    'claudetm: There is no run in this repository.\nNext: claudetm start "your goal"\n',
    2,
    expect.stringContaining('No run ../../x is here or has ended here; claudetm history lists them.'),
  ])
})
