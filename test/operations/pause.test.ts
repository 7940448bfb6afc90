import { afterEach, beforeEach, expect, test } from 'vitest'
import { Failure } from '../../src/domain/failure.ts'
import { pauseRun } from '../../src/operations/pause.ts'
import type { RunLock, Store } from '../../src/store/store.ts'
import { sampleState, sampleSummary } from '../contracts/samples.ts'
import { createStateDirectory, type StateDirectory } from '../store/directory.ts'

let directory: StateDirectory
let store: Store
let lock: RunLock
beforeEach(async () => {
  directory = await createStateDirectory()
  store = directory.open()
  lock = await store.acquire()
  await store.save(lock, sampleState())
})
afterEach(() => directory.cleanup())

const GONE = new Failure('disk', 'control/1.json: ENOENT')

/** As `meanwhile` happens, the place where requests are put goes away. */
const asked = (meanwhile: () => Promise<void>) =>
  pauseRun({
    reason: null,
    store: {
      ...store,
      async requestControl() {
        await meanwhile()
        throw GONE
      },
    },
  })

test('a run that ends while it is asked to pause is over, which is no fault of the disk', async () => {
  const end = async () => {
    await store.archive(lock, sampleSummary())
    await lock.release()
  }
  await expect(asked(end)).rejects.toMatchObject({ kind: 'run_missing' })
})

test('a run that stops for another reason meanwhile does not work', async () => {
  expect(await asked(() => lock.release())).toMatchObject({ kind: 'not_running' })
})

test('a request that cannot be put is a failure while somebody is at work', async () => {
  await expect(asked(async () => {})).rejects.toBe(GONE)
})
