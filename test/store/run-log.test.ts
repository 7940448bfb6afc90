import { mkdir, readdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { RunEventBody } from '../../src/domain/events.ts'
import type { RunId, SessionId } from '../../src/domain/ids.ts'
import { RUN, sampleState, sampleSummary } from '../contracts/samples.ts'
import { createStateDirectory, type StateDirectory } from './directory.ts'

let directory: StateDirectory
beforeEach(async () => {
  directory = await createStateDirectory()
})
afterEach(() => directory.cleanup())

const session = '22222222-2222-4222-8222-222222222222' as SessionId
const bodies: readonly RunEventBody[] = [
  { type: 'plan.created', criteria: 1, groups: 1, tasks: 2 },
  { type: 'agent.activity', sessionId: session, tool: 'Bash', text: 'npm test', subagent: 'worker' },
  { type: 'agent.activity', sessionId: session, tool: null, text: 'I think', subagent: null },
  {
    type: 'task.completed',
    groupId: 'g1' as never,
    taskId: 't1' as never,
    title: 'one \u001b[31mred\u001b[0m\r\n[claudetm 00:00:00] forged\u202e\u0007',
    commit: 'c'.repeat(40) as never,
    how: 'committed',
    tasksDone: 1,
    tasksTotal: 2,
  },
  { type: 'blocked', groupId: null, cause: 'CI is red', tried: null, command: 'claudetm resume --force' },
]

async function logged(level: 'quiet' | 'normal' | 'verbose'): Promise<readonly string[]> {
  const store = directory.open({ log: { level }, now: () => new Date(2026, 0, 2, 3, 4, 5).getTime() })
  const lock = await store.acquire()
  for (const body of bodies) await store.append(lock, RUN, body)
  await lock.release()
  return (await readFile(store.logFile(RUN), 'utf8')).split('\n')
}

test('the verbose log has one plain line per event, whatever is in it', async () => {
  expect(await logged('verbose')).toEqual([
    '[claudetm 03:04:05 0/2] plan: 2 tasks in 1 pull request, 1 success criterion',
    '[claude 03:04:05 0/2] [worker] Bash: npm test',
    '[claude 03:04:05 0/2] I think',
    '[claudetm 03:04:05 1/2] g1 t1 done (committed, cccccccccc): one red [claudetm 00:00:00] forged',
    '[claudetm 03:04:05 1/2] BLOCKED: CI is red; to go on: claudetm resume --force',
    '',
  ])
})

test('the normal log leaves out what the agent says, the quiet one also what it does', async () => {
  expect((await logged('normal')).map((line) => line.split('] ')[1]?.slice(0, 6) ?? '')).toEqual([
    'plan: ',
    '[worke',
    'g1 t1 ',
    'BLOCKE',
    '',
  ])
  await directory.cleanup()
  expect((await logged('quiet')).map((line) => line.split('] ')[1]?.slice(0, 6) ?? '')).toEqual([
    'plan: ',
    'g1 t1 ',
    'BLOCKE',
    '',
  ])
})

test('without a level of its own the log follows the options and the progress of the run', async () => {
  const store = directory.open({ now: () => new Date(2026, 0, 2, 3, 4, 5).getTime() })
  const lock = await store.acquire()
  await store.save(lock, sampleState())
  await store.append(lock, RUN, {
    type: 'agent.activity',
    sessionId: session,
    tool: null,
    text: 'said',
    subagent: null,
  })
  expect(await readFile(store.logFile(RUN), 'utf8')).toBe('[claude 03:04:05 1/2] said\n')
})

test('the last ten logs are kept, and what belongs to the project', async () => {
  await mkdir(directory.file('logs'), { recursive: true })
  const ids = Array.from({ length: 14 }, (_, index) => `20260101-0000${String(index).padStart(2, '0')}` as RunId)
  for (const id of ids) await writeFile(directory.file('logs', `run-${id}.txt`), id)
  for (const name of ['config.json', 'webhooks.json', 'coding-style.md', 'release.md', 'mailbox']) {
    await writeFile(directory.file(name), '')
  }
  const store = directory.open()
  await store.archive(await store.acquire(), sampleSummary())
  expect(await readdir(directory.file('logs'))).toEqual(ids.slice(4).map((id) => `run-${id}.txt`))
  expect(await readdir(directory.path)).toEqual([
    'coding-style.md',
    'config.json',
    'history',
    'lock',
    'logs',
    'mailbox',
    'release.md',
    'webhooks.json',
  ])
})

test('a broken entry does not hide the rest of history', async () => {
  const store = directory.open()
  const lock = await store.acquire()
  await store.archive(lock, sampleSummary())
  for (const [name, text] of [
    ['empty', ''],
    ['foreign', '{"runId":1}'],
    ['torn', '{"runId":'],
  ] as const) {
    await mkdir(directory.file('history', name))
    await writeFile(directory.file('history', name, 'summary.json'), text)
  }
  await mkdir(directory.file('history', 'nothing'))
  await writeFile(directory.file('history', 'a file'), '')
  expect(await store.history()).toEqual([sampleSummary()])
})
