/** `mailbox` and `config-update`: on a real state directory, as a process. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import { createMailbox } from '../../src/store/state-dir/mailbox-directory.ts'
import type { RunSummary } from '../../src/store/store.ts'
import { claudetm } from './claudetm.ts'
import { createProject, RUN_ID, STARTED_AT, sampleRun, type TestProject } from './sample-run.ts'

let project: TestProject
beforeEach(async () => {
  project = await createProject()
})
afterEach(() => project.cleanup())

const ANN = { GIT_CONFIG_COUNT: '1', GIT_CONFIG_KEY_0: 'user.name', GIT_CONFIG_VALUE_0: 'ann' }
const run = (...args: string[]) => claudetm(project.directory, args, ANN)
const mailbox = (at: number) => createMailbox({ directory: project.stateDirectory, now: () => at })

test('a message waits for who goes on, and says so', async () => {
  await project.put(sampleRun({ status: 'paused' }))
  const sent = await run('mailbox', 'send', 'Use tabs')
  const { waiting } = JSON.parse((await run('mailbox', '--json')).stdout)
  expect({ sent, waiting }).toEqual({
    sent: {
      exitCode: 0,
      stdout: `The message waits for run ${RUN_ID}.\nNo process works on it (paused): it is read when the run goes on, with: claudetm resume\n`,
      stderr: '',
    },
    waiting: [{ id: expect.any(String), text: 'Use tabs', sender: 'cli', priority: 1, at: expect.any(Number) }],
  })
})

test('a message to a run at work names the process that reads it', async () => {
  await project.put(sampleRun())
  const lock = await project.own()
  const { stdout } = await run('mailbox', 'send', 'Use tabs')
  await lock.release()
  expect(stdout).toMatch(new RegExp(`\\nProcess ${process.pid} on \\S+ works on it, and reads at its next step\\.\\n$`))
})

test('the list is read from the top, without the escapes somebody put there', async () => {
  await project.put(sampleRun({ status: 'paused', messages: ['Use spaces'] }))
  await run('mailbox', 'send', 'Use tabs')
  await run(
    'mailbox',
    'send',
    `\u001b[31mNow\u001b[0m,\n${'y'.repeat(200)}`,
    '--sender',
    'a\u001b]0;x\u0007nn',
    '-p',
    '3',
  )
  const { stdout } = await run('mailbox')
  expect(stdout.replaceAll(/\d\d:\d\d:\d\d/g, 'hh:mm:ss')).toBe(`From  Priority  When      Message
ann   3         hh:mm:ss  Now, ${'y'.repeat(83)}...
cli   1         hh:mm:ss  Use tabs
1 message taken up already, and not worked into the plan yet.
No process works on it (paused): it is read when the run goes on, with: claudetm resume
`)
})

test('what was meant for an earlier run is not its own', async () => {
  await mailbox(STARTED_AT).put({
    kind: 'message',
    runId: '20250101-000000' as typeof RUN_ID,
    text: 'Old',
    sender: 'ann',
    priority: 1,
  })
  await project.put(sampleRun())
  expect((await run('mailbox')).stdout).toBe(`No message waits for run ${RUN_ID}.\n`)
})

test('clear needs somebody to ask, or force; where nothing waits it has nothing to ask', async () => {
  await project.put(sampleRun())
  const empty = await run('mailbox', 'clear')
  await run('mailbox', 'send', 'Use tabs')
  const refused = await run('mailbox', 'clear')
  const cleared = await run('mailbox', 'clear', '--force', '--json')
  const { waiting } = JSON.parse((await run('mailbox', '--json')).stdout)
  expect([empty.stdout, refused, JSON.parse(cleared.stdout), waiting]).toEqual([
    'No message waits.\n',
    {
      exitCode: 2,
      stdout: '',
      stderr:
        'claudetm: Nobody can be asked here; claudetm mailbox clear --force takes messages back without asking.\nNext: claudetm --help\n',
    },
    { cleared: 1 },
    [],
  ])
})

test('a run that has ended is told nothing, and the way out is named', async () => {
  await project.put(sampleRun())
  await run('clean', '--force')
  const away = await run('mailbox', 'send', 'Use tabs')
  const lock = await project.own()
  await project.store.archive(lock, { ...((await project.store.history())[0] as RunSummary), status: 'success' })
  await lock.release()
  const ended = await run('config-update', '--verify')
  expect({ away, ended }).toEqual({
    away: {
      exitCode: 1,
      stdout: '',
      stderr: `claudetm: Run ${RUN_ID} was put away: there is none here that could be told anything.\nNext: claudetm start "your next goal"\n`,
    },
    ended: {
      exitCode: 1,
      stdout: '',
      stderr: `claudetm: Run ${RUN_ID} has ended in success: there is none here that could be told anything.\nNext: claudetm start "your next goal"\n`,
    },
  })
  expect(await mailbox(0).letters()).toEqual([])
})

test('options are in force at once where nobody is at work, and a limit can be lifted', async () => {
  await project.put(sampleRun({ status: 'paused' }))
  const { stdout } = await run('config-update', '--no-auto-merge', '-n', '5', '--max-cost', 'none')
  const state = await project.store.load()
  expect([stdout, state?.options, await mailbox(0).letters()]).toEqual([
    `In force for run ${RUN_ID} (paused): auto merge: off, max sessions: 5, max cost: no limit.\nNo process works on it. Go on with: claudetm resume\n`,
    { ...sampleRun().options, autoMerge: false, maxSessions: 5, maxCostUsd: null },
    [],
  ])
})

test('every option that can be changed is offered', async () => {
  await project.put(sampleRun())
  const toggles = ['auto-merge', 'verify', 'pause-on-pr', 'admin', 'sync-before-merge', 'draft', 'pr-per-task']
  const given = await run(
    'config-update',
    ...toggles.map((name) => `--${name}`),
    ...['--max-sessions=9', '--prs=3', '--budget=2', '--max-cost=7', '--model=haiku', '--merge-method=rebase'],
    ...['--log-level=quiet', '--json'],
  )
  const { options } = (await project.store.load()) ?? sampleRun()
  const { CHANGEABLE_OPTIONS } = await import('../../src/domain/option-changes.ts')
  const { changes } = JSON.parse(given.stdout)
  expect(Object.keys(changes).sort()).toEqual([...CHANGEABLE_OPTIONS].sort())
  expect(options).toMatchObject(changes)
  await run('config-update', ...toggles.map((name) => `--no-${name}`))
  expect((await project.store.load())?.options).toMatchObject({ autoMerge: false, verify: false, prPerTask: false })
})

test('who is at work is asked, by name', async () => {
  await project.put(sampleRun())
  const lock = await project.own()
  const { stdout } = await run('config-update', '--no-auto-merge')
  await lock.release()
  const letters = await mailbox(0).letters()
  expect(stdout).toBe(
    `Asked of run ${RUN_ID}: auto merge: off.\nProcess ${process.pid} on ${lock.owner.host} takes this over at its next step.\n`,
  )
  expect(letters).toMatchObject([
    { kind: 'options', changes: { autoMerge: false }, sender: expect.stringContaining('ann') },
  ])
  expect((await project.store.load())?.options.autoMerge).toBe(true)
})
