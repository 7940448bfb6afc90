import { getEventListeners } from 'node:events'
import { mkdir, readdir, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Store } from '../../src/store/store.ts'
import { createStateDirectory, type StateDirectory } from './directory.ts'

let directory: StateDirectory
let store: Store
beforeEach(async () => {
  directory = await createStateDirectory()
  store = directory.open()
})
afterEach(() => directory.cleanup())

test.each([
  '',
  '{"request":"pau',
  'null',
  '[]',
  '{"request":"erase","reason":null,"at":1}',
  '{"request":"stop","at":1}',
])('what is not a request (%j) is set aside, and nobody is woken for it', async (text) => {
  await mkdir(directory.file('control'), { recursive: true })
  await writeFile(directory.file('control', '00000000000001-x.json'), text)
  await store.requestControl('stop', null)
  expect(await store.controlRequests()).toMatchObject([{ request: 'stop' }])
  expect((await readdir(directory.file('control'))).filter((name) => name.endsWith('.bad'))).toEqual([
    '00000000000001-x.bad',
  ])
})

test('clearing removes requests and nothing else', async () => {
  await store.requestControl('stop', null)
  await writeFile(directory.file('precious.json'), '')
  await store.clearControl(['../precious', 'unknown'])
  expect(await store.controlRequests()).toHaveLength(1)
  expect(await readdir(directory.path)).toEqual(['control', 'precious.json'])
})

test('a request wakes also who began to wait before there was a directory', async () => {
  const waiting = store.controlArrived(new AbortController().signal)
  await store.requestControl('pause', null)
  await waiting
})

test('waiting leaves no watch, no timer and no listener behind', async () => {
  await (await store.acquire()).release()
  const before = resources()
  const abort = new AbortController()
  for (let round = 0; round < 20; round++) {
    const waiting = store.controlArrived(abort.signal)
    await store.requestControl('pause', null)
    await waiting
    await store.clearControl((await store.controlRequests()).map((request) => request.id))
  }
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  const aborted = Array.from({ length: 20 }, () => store.controlArrived(abort.signal).catch(() => 'aborted'))
  abort.abort()
  expect(await Promise.all(aborted)).toEqual(Array(20).fill('aborted'))
  expect(getEventListeners(abort.signal, 'abort')).toEqual([])
  await expect.poll(resources).toEqual(before) // handles are closed some turns later
})

function resources(): readonly string[] {
  return process.getActiveResourcesInfo().filter((name) => name === 'FSEventWrap')
}
