/** What people tell a run comes in the order in which they said it, whoever heard it in between. */
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { OptionChanges } from '../../src/domain/option-changes.ts'
import { changeOptions, takeOptions } from '../../src/operations/change-options.ts'
import { clearMailbox, readMailbox, sendMessage } from '../../src/operations/mailbox.ts'
import type { Mailbox } from '../../src/store/mailbox.ts'
import { createMailbox } from '../../src/store/state-dir/mailbox-directory.ts'
import { createProject, RUN_ID, STARTED_AT, sampleRun, type TestProject } from '../cli/sample-run.ts'

let project: TestProject
let mailbox: Mailbox
let now = STARTED_AT
beforeEach(async () => {
  project = await createProject()
  now = STARTED_AT
  mailbox = createMailbox({ directory: project.stateDirectory, now: () => ++now })
  await project.put(sampleRun({ status: 'paused' }))
})
afterEach(() => project.cleanup())

const change = (changes: OptionChanges) =>
  changeOptions({ store: project.store, mailbox, runId: RUN_ID, changes, by: 'ann' })
const say = (text: string, priority = 1) =>
  sendMessage({ store: project.store, mailbox }, { text, sender: 'ann', priority })
const optionsOf = async () => (await project.store.load())?.options
const warnings = async () => {
  const found: string[] = []
  for await (const event of project.store.events(3)) if (event.type === 'warning') found.push(event.message)
  return found
}

test('what was said last holds, also after a process that was killed before it heard', async () => {
  const lock = await project.own()
  const asked = await change({ autoMerge: false, maxSessions: 3 })
  await lock.release()
  const inForce = await change({ autoMerge: true })
  expect([asked.kind, asked.owner?.pid, inForce.kind, inForce.owner]).toEqual([
    'requested',
    process.pid,
    'in_force',
    null,
  ])
  expect(await optionsOf()).toEqual({ ...sampleRun().options, autoMerge: true, maxSessions: 3 })
  expect(await mailbox.letters()).toEqual([])
  expect(await warnings()).toEqual([
    'options were changed by ann: autoMerge, maxSessions',
    'options were changed by ann: autoMerge',
  ])
})

test('options for an earlier run change nothing and are thrown away', async () => {
  const runId = '20250101-000000' as typeof RUN_ID
  await mailbox.put({ kind: 'options', runId, changes: { autoMerge: false }, sender: 'ann', priority: 2 })
  const lock = await project.own()
  const state = await takeOptions({ store: project.store, mailbox, lock }, sampleRun())
  await lock.release()
  expect([state.options.autoMerge, await mailbox.letters()]).toEqual([true, []])
})

test('a run that is not there is not changed, and nothing is left for the next one', async () => {
  const failed = changeOptions({
    store: project.store,
    mailbox,
    runId: '20250101-000000' as typeof RUN_ID,
    changes: { verify: false },
    by: 'ann',
  })
  await expect(failed).rejects.toMatchObject({ kind: 'run_missing' })
  expect(await mailbox.letters()).toEqual([])
})

test('a message to a run that ends while it is put is taken back, and refused', async () => {
  const during: Mailbox = {
    ...mailbox,
    async put(letter) {
      const id = await mailbox.put(letter)
      const lock = await project.own()
      const state = await project.store.load()
      await project.store.save(lock, { ...(state ?? sampleRun()), status: 'success' })
      await lock.release()
      return id
    },
  }
  const place = { store: project.store, mailbox: during }
  await expect(sendMessage(place, { text: 'x', sender: 'ann', priority: 1 })).rejects.toMatchObject({
    kind: 'run_finished',
  })
  expect(await mailbox.letters()).toEqual([])
})

test('clearing takes words back, and lets options stand', async () => {
  const lock = await project.own()
  await say('first')
  await say('second', 3)
  await change({ autoMerge: false })
  const place = { store: project.store, mailbox }
  expect((await readMailbox(place)).waiting.map(({ text }) => text)).toEqual(['second', 'first'])
  expect(await clearMailbox(place)).toEqual({ cleared: 2 })
  expect((await mailbox.letters()).map(({ kind }) => kind)).toEqual(['options'])
  await lock.release()
})
