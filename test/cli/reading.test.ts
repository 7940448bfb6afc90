/** Commands that read: on a real state directory, as a process, for people and for programs. */
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { GroupId } from '../../src/domain/ids.ts'
import { FRESH_GUARD } from '../../src/domain/integrity/finding.ts'
import { claudetm } from './claudetm.ts'
import { COMMIT, createProject, groupState, RUN_ID, STARTED_AT, sampleRun, type TestProject } from './sample-run.ts'

let project: TestProject
beforeEach(async () => {
  project = await createProject()
})
afterEach(() => project.cleanup())

const run = (...args: string[]) => claudetm(project.directory, args)

test('status --json holds what is known, and that nobody is at work', async () => {
  await project.put(sampleRun())
  const { exitCode, stdout, stderr } = await run('status', '--json')
  expect({ exitCode, stderr, report: JSON.parse(stdout) }).toEqual({
    exitCode: 0,
    stderr: '',
    report: {
      runId: RUN_ID,
      goal: 'Add a login form',
      status: 'working',
      reason: null,
      createdAt: STARTED_AT,
      updatedAt: STARTED_AT,
      owner: null,
      targetBranch: 'main',
      autoMerge: true,
      tasksDone: 2,
      tasksTotal: 4,
      prsMerged: 1,
      groups: [
        {
          id: 'g1',
          title: 'Add the session store',
          stage: 'done',
          pr: { number: 1, url: 'local:1' },
          merged: COMMIT,
          block: null,
          waiting: null,
          tasks: [{ id: 't1', title: 'Write the store', done: true }],
        },
        {
          id: 'g2',
          title: 'Add the form',
          stage: 'working',
          pr: null,
          merged: null,
          block: null,
          waiting: null,
          tasks: [
            { id: 't2', title: 'Draw the form', done: true },
            { id: 't3', title: 'Check the password', done: false },
          ],
        },
        {
          id: 'g3',
          title: 'Write the manual',
          stage: 'pending',
          pr: null,
          merged: null,
          block: null,
          waiting: null,
          tasks: [{ id: 't4', title: 'Describe the login', done: false }],
        },
      ],
      sessions: 1,
      maxSessions: null,
      running: [],
      costUsd: 1.25,
      maxCostUsd: 20,
      usageLimitUntil: null,
      block: null,
      findings: [],
      letThrough: [],
      criteria: [],
      next: 'claudetm resume',
    },
  })
})

test('status for people is aligned text when it is piped, and names the command that clears a block', async () => {
  const block = { cause: 'CI is still red', tried: '3 fixes', command: 'claudetm resume --force', at: STARTED_AT }
  const groups = { ...sampleRun().groups, ['g2' as GroupId]: groupState('g2', { stage: 'ci_failed', block }) }
  await project.put(sampleRun({ status: 'blocked', reason: 'CI is still red', groups }))
  const { stdout } = await run('status')
  expect(stdout.replace(/started .* ago/, 'started … ago')).toBe(`Goal:   Add a login form
Run:    ${RUN_ID}, into main, started … ago
Status: blocked: CI is still red
Work:   no process works on this run
Done:   2 of 4 tasks, 1 of 3 pull requests merged
Spent:  $1.25 of $20.00 in 1 session
PR  Stage    Tasks  Title
#1  done     1/1    Add the session store
g2  blocked  1/2    Add the form
g3  pending  0/1    Write the manual
Blocked: CI is still red
Tried:   3 fixes
Go on with: claudetm resume --force
`)
})

test('status says what a run at work waits for', async () => {
  const waiting = { for: 'checks of PR #2: test', until: null }
  const groups = { ...sampleRun().groups, ['g2' as GroupId]: groupState('g2', { stage: 'waiting_ci', waiting }) }
  await project.put(sampleRun({ groups }))
  expect((await run('status')).stdout).not.toContain('Waits:')
  const lock = await project.own()
  try {
    expect((await run('status')).stdout).toContain('Waits:  for checks of PR #2: test\n')
  } finally {
    await lock.release()
  }
})

test('status is found from a directory below', async () => {
  await project.put(sampleRun())
  expect((await claudetm(join(project.directory, '.git'), ['status', '--json'])).exitCode).toBe(0)
})

test('status of a state that cannot be read says so, and how to get rid of it', async () => {
  await project.put(sampleRun())
  const file = join(project.stateDirectory, 'state.json')
  await writeFile(file, '{"schemaVersion": 99}')
  const said = await run('status')
  expect({ ...said, stderr: said.stderr.split('\n').slice(-2) }).toEqual({
    exitCode: 1,
    stdout: '',
    stderr: ['Next: npm install -g claude-task-master@latest', ''],
  })
})

test('plan prints plan.md without the escapes somebody put there', async () => {
  await project.put(sampleRun())
  expect(await run('plan')).toEqual({ exitCode: 0, stdout: '## Task List\n- [ ] a red task\n', stderr: '' })
})

test('plan --json has the plan with what is done', async () => {
  await project.put(sampleRun())
  const plan = JSON.parse((await run('plan', '--json')).stdout)
  expect(Object.keys(plan)).toEqual(['runId', 'markdown', 'criteria', 'groups'])
  expect(
    plan.groups.map((group: { stage: string; tasks: { done: boolean }[] }) => [
      group.stage,
      group.tasks.map((task) => task.done),
    ]),
  ).toEqual([
    ['done', [true]],
    ['working', [true, false]],
    ['pending', [false]],
  ])
})

test('logs prints as many of the last lines as asked for', async () => {
  await project.put(sampleRun())
  const { lines } = JSON.parse((await run('logs', '--tail', '2', '--json')).stdout)
  const text = (await run('logs', '-n', '2')).stdout
  expect({ messages: lines.map(messageOf), text }).toEqual({
    messages: ['warning: line 2', 'warning: line 3'],
    text: `${lines.join('\n')}\n`,
  })
})

function messageOf(line: string): string {
  return line.slice(line.indexOf('] ') + 2)
}

test('pause asks the owner, and leaves nothing behind when nobody is at work', async () => {
  await project.put(sampleRun())
  const idle = await run('pause', '--json')
  const left = await project.store.controlRequests()
  const lock = await project.own()
  const asked = JSON.parse((await run('pause', '--reason', 'lunch', '--json')).stdout)
  const requests = await project.store.controlRequests()
  await lock.release()
  expect([JSON.parse(idle.stdout), left, asked.kind, requests.map(({ request, reason }) => [request, reason])]).toEqual(
    [{ kind: 'not_running', runId: RUN_ID, status: 'working' }, [], 'requested', [['pause', 'lunch']]],
  )
})

test('clean refuses while somebody works, and puts the run into the history afterwards', async () => {
  await project.put(sampleRun())
  const lock = await project.own()
  const refused = await run('clean', '--force')
  await lock.release()
  const cleaned = await run('clean', '--force')
  const history = JSON.parse((await run('history', '--json')).stdout)
  expect({ refused: refused.exitCode, cleaned, history: history.map((one: { runId: string }) => one.runId) }).toEqual({
    refused: 1,
    cleaned: {
      exitCode: 0,
      stdout: `Run ${RUN_ID} was put away; claudetm history still lists it.\nThese branches hold work that was not merged:\n  claudetm/${RUN_ID}/g2\n`,
      stderr: '',
    },
    history: [RUN_ID],
  })
})

test('waive lists what is held back, takes it from nobody at work, and says who let it through', async () => {
  const finding = {
    id: 'abcd1234',
    class: 'tests_deleted' as const,
    path: 'a.test.ts',
    line: null,
    what: 'a test is gone: \u001b[31madds',
    excerpt: "-it('\u001b[31madds')",
  }
  const guard = {
    ...FRESH_GUARD,
    look: { since: COMMIT, commit: COMMIT, findings: [finding], at: STARTED_AT },
    verdicts: {
      commit: COMMIT,
      given: [{ finding: 'abcd1234', verdict: 'refuted' as const, evidence: 'still there' }],
    },
  }
  const block = { cause: 'held back', tried: null, command: 'claudetm waive abcd1234 --why "x"', at: STARTED_AT }
  const sample = sampleRun()
  const groups = {
    ...sample.groups,
    ['g2' as GroupId]: groupState('g2', { stage: 'working', base: COMMIT, guard, block }),
  }
  await project.put({ ...sample, groups, status: 'blocked', block })
  const listed = await run('waive')
  expect([listed.exitCode, listed.stdout.includes('\u001b')]).toEqual([0, false])
  expect(listed.stdout).toContain('abcd1234  g2  tests_deleted  a.test.ts: a test is gone: adds')
  expect(listed.stdout).toContain('second look: still there')

  const lock = await project.own()
  const busy = await run('waive', 'abcd1234', '--why', 'agreed')
  await lock.release()
  expect([busy.exitCode, busy.stderr]).toEqual([1, expect.stringContaining('claudetm stop')])
  expect((await run('waive', '--all', 'abcd1234', '--why', 'x')).exitCode).toBe(2)

  const done = await claudetm(project.directory, ['waive', '--all', '--why', 'agreed'], {
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'user.name',
    GIT_CONFIG_VALUE_0: 'Ann',
    GIT_CONFIG_KEY_1: 'user.email',
    GIT_CONFIG_VALUE_1: 'ann@example.com',
  })
  expect(done.stdout).toBe(
    'Let through: a.test.ts: a test is gone: adds (Ann <ann@example.com>: agreed)\nGo on with: claudetm resume\n',
  )
  expect((await run('waive')).stdout).toBe('Nothing that was changed is held back.\n')
  expect(await project.store.load()).toMatchObject({ status: 'paused', block: null, groups: { g2: { block: null } } })
})

test('waive without a run says so', async () => {
  const { exitCode, stderr } = await run('waive', '--all', '--why', 'x')
  expect([exitCode, stderr]).toEqual([1, expect.stringContaining('claudetm start')])
})

test('stop --cleanup puts a run away that nobody works on', async () => {
  await project.put(sampleRun())
  const { exitCode } = await run('stop', '--cleanup')
  expect([exitCode, await project.store.load()]).toEqual([0, null])
})

test('a defect is one sentence, and its stack only for who asks', async () => {
  await writeFile(project.stateDirectory, 'a file where the directory should be')
  const quiet = await run('status')
  const loud = await claudetm(project.directory, ['status'], { CLAUDETM_DEBUG: '1' })
  expect([quiet.exitCode, quiet.stderr.includes('\n    at '), loud.stderr.includes('\n    at ')]).toEqual([
    1,
    false,
    true,
  ])
})

test('a reader that goes away is not an error', async () => {
  await project.put(sampleRun())
  const { runCommand } = await import('../../src/lib/command.ts')
  const main = join(import.meta.dirname, '../../src/main.ts')
  const script = `"${process.execPath}" "${main}" status --json | true; echo "\${PIPESTATUS[0]}"`
  const { stdout, stderr } = await runCommand('bash', ['-c', script], {
    cwd: project.directory,
    env: { PATH: process.env.PATH ?? '', HOME: project.directory },
    timeoutMs: 30_000,
  })
  expect({ stdout, stderr }).toEqual({ stdout: '0\n', stderr: '' })
})
