import { chmod, mkdir, readdir, readFile, rm, stat, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { runCommand } from '../../src/lib/command.ts'
import { parseState } from '../../src/store/state-dir/state-schema.ts'
import type { RunLock, Store } from '../../src/store/store.ts'
import { RUN, sampleState, sampleSummary } from '../contracts/samples.ts'
import { collect, failure } from '../contracts/store.contract.ts'
import { createStateDirectory, type StateDirectory } from './directory.ts'

let directory: StateDirectory
let store: Store
let lock: RunLock
beforeEach(async () => {
  directory = await createStateDirectory()
  store = directory.open()
  lock = await store.acquire()
})
afterEach(() => directory.cleanup())

async function saveTimes(times: number) {
  let state = await store.save(lock, sampleState())
  for (let saved = 1; saved < times; saved++) state = await store.save(lock, { ...state, reason: `save ${saved}` })
  return state
}

const copies = () => readdir(directory.file('state-copies'))

test('everything in the state directory is private', async () => {
  await saveTimes(1)
  await store.append(lock, RUN, { type: 'warning', message: '' })
  await store.writeDocument(lock, 'plan.md', '')
  await store.requestControl('pause', null)
  const entries = await readdir(directory.path, { recursive: true, withFileTypes: true })
  const modes = await Promise.all(
    entries.map(async (entry) => ({
      name: entry.name,
      isDirectory: entry.isDirectory(),
      mode: ((await stat(`${entry.parentPath}/${entry.name}`)).mode & 0o777).toString(8),
    })),
  )
  expect(modes.filter(({ isDirectory, mode }) => mode !== (isDirectory ? '700' : '600'))).toEqual([])
  expect(((await stat(directory.path)).mode & 0o777).toString(8)).toBe('700')
})

test('a directory that others could read is closed to them', async () => {
  await lock.release()
  await chmod(directory.path, 0o755)
  await directory.open().acquire()
  expect(((await stat(directory.path)).mode & 0o777).toString(8)).toBe('700')
})

test('reading creates nothing', async () => {
  const untouched = await createStateDirectory()
  const reader = untouched.open()
  await Promise.all([
    reader.load(),
    reader.owner(),
    reader.history(),
    reader.controlRequests(),
    reader.readDocument('plan.md'),
  ])
  await collect(reader.events(0))
  const abort = new AbortController()
  const waiting = reader.controlArrived(abort.signal)
  abort.abort()
  await waiting.catch(() => {})
  await expect(stat(untouched.path)).rejects.toMatchObject({ code: 'ENOENT' })
  await untouched.cleanup()
})

describe('a state.json that cannot be read', () => {
  test.each([
    ['empty', ''],
    ['torn', '{"schemaVersion": 1, "revi'],
    ['not an object', '[]'],
    ['incomplete', '{"schemaVersion": 1, "revision": 5}'],
  ])('(%s) is replaced by the newest copy, which is as new', async (_, text) => {
    const saved = await saveTimes(5)
    expect(await copies()).toEqual(['000003.json', '000004.json', '000005.json'])
    await writeFile(directory.file('state.json'), text)
    expect(await directory.open().load()).toEqual(saved)
  })

  test('is kept for people, and said, when the work goes on', async () => {
    const saved = await saveTimes(2)
    await writeFile(directory.file('state.json'), 'damaged')
    await lock.release()
    const next = directory.open()
    const nextLock = await next.acquire()
    expect(await next.load()).toEqual(saved)
    const after = await next.save(nextLock, saved)
    expect(await readFile(directory.file('state.json.damaged'), 'utf8')).toBe('damaged')
    expect(await collect(next.events(0))).toMatchObject([{ seq: 1, runId: RUN, type: 'warning' }])
    expect(await directory.open().load()).toEqual(after)
    await next.save(nextLock, after)
    expect(await collect(next.events(0))).toHaveLength(1)
  })

  test('is an error when the newest copy is bad too: an older one would do finished work again', async () => {
    await saveTimes(5)
    await writeFile(directory.file('state.json'), '')
    await writeFile(directory.file('state-copies', '000005.json'), '')
    const error = await directory
      .open()
      .load()
      .catch((caught) => caught)
    expect(error).toMatchObject({
      kind: 'state_corrupt',
      facts: { file: directory.file('state.json'), copies: directory.file('state-copies') },
    })
    expect(await failure(store.save(lock, sampleState({ revision: 4 })))).toBe('superseded')
  })

  test('is an error when the newest copy calls itself older than it is', async () => {
    await saveTimes(3)
    await writeFile(directory.file('state.json'), '')
    await writeFile(
      directory.file('state-copies', '000003.json'),
      await readFile(directory.file('state-copies', '000002.json')),
    )
    expect(await failure(directory.open().load())).toBe('state_corrupt')
  })

  test('is an error when the newest copy is of another run than the events', async () => {
    await saveTimes(2)
    await store.append(lock, 'another' as typeof RUN, { type: 'warning', message: '' })
    await writeFile(directory.file('state.json'), '')
    expect(await failure(directory.open().load())).toBe('state_corrupt')
  })

  test('does not hinder archiving what is left', async () => {
    await saveTimes(1)
    await rm(directory.file('state-copies'), { recursive: true })
    await writeFile(directory.file('state.json'), '')
    await lock.release()
    const next = directory.open()
    await next.archive(await next.acquire(), sampleSummary({ status: 'failed' }))
    expect(await next.load()).toBeNull()
    expect(await next.history()).toHaveLength(1)
  })
})

test('copies of an earlier run never outlast the first save of the next one', async () => {
  await saveTimes(5)
  await rm(directory.file('state.json')) // by hand
  await lock.release()
  const next = directory.open()
  const fresh = await next.save(await next.acquire(), sampleState({ runId: 'next' as typeof RUN }))
  expect(await copies()).toEqual(['000001.json'])
  await writeFile(directory.file('state.json'), '')
  expect(await next.load()).toEqual(fresh)
})

test('a state of a newer version is left alone, whatever else it holds', async () => {
  await saveTimes(2)
  await writeFile(directory.file('state.json'), '{"schemaVersion": 2, "new": true}')
  expect(await failure(directory.open().load())).toBe('state_newer')
})

test('a state is strict about its own fields', () => {
  const state = sampleState({ revision: 1 })
  expect(parseState(state)).toEqual({ kind: 'valid', state })
  expect(parseState({ ...state, more: 1 }).kind).toBe('invalid')
  expect(parseState({ ...state, runId: '../../elsewhere' }).kind).toBe('invalid')
  const { output: _, ...attempt } = state.attempt as object as { output: unknown }
  expect(parseState({ ...state, attempt }).kind).toBe('invalid')
})

describe('a disk that refuses', () => {
  test('is a failure that names the path when something is in the way', async () => {
    const saved = await saveTimes(1)
    await rm(directory.file('state-copies'), { recursive: true })
    await writeFile(directory.file('state-copies'), 'a file where a directory has to be')
    const error = await store.save(lock, saved).catch((caught) => caught)
    expect(error).toMatchObject({ kind: 'disk', facts: { path: directory.file('state-copies') } })
    expect(await store.load()).toEqual(saved)
    expect((await readdir(directory.path)).filter((name) => name.endsWith('.tmp'))).toEqual([])
    await rm(directory.file('state-copies'))
    expect(await store.save(lock, saved)).toMatchObject({ revision: 2 })
  })

  test('is a failure also for who only wants to look', async () => {
    const blocked = await createStateDirectory()
    await writeFile(blocked.path, 'a file where the state directory has to be')
    const other = blocked.open()
    expect({
      load: await failure(other.load()),
      acquire: await failure(other.acquire()),
      owner: await failure(other.owner()),
      control: await failure(other.requestControl('stop', null)),
      events: await failure(collect(other.events(0))),
    }).toEqual({ load: 'disk', acquire: 'disk', owner: 'disk', control: 'disk', events: 'disk' })
    await blocked.cleanup()
  })

  test('that is full loses nothing and leaves nothing half-written', async (context) => {
    const small = await createStateDirectory()
    const mounted = await mountTmpfs(small.file('..'))
    if (!mounted) return context.skip('no right to mount a file system here')
    try {
      const full = small.open()
      const fullLock = await full.acquire()
      let state = await full.save(fullLock, sampleState())
      const event = await full.append(fullLock, RUN, { type: 'warning', message: 'fits' })
      await fill(small.file('..', 'ballast'))
      expect(await failure(full.save(fullLock, { ...state, goal: 'x'.repeat(200_000) }))).toBe('disk')
      expect(await failure(full.append(fullLock, RUN, { type: 'warning', message: 'x'.repeat(200_000) }))).toBe('disk')
      expect(await failure(full.writeDocument(fullLock, 'plan.md', 'x'.repeat(200_000)))).toBe('disk')
      expect(await full.load()).toEqual(state)
      expect(await collect(full.events(0))).toEqual([event])
      const names = await readdir(small.path, { recursive: true })
      expect(names.filter((name) => name.endsWith('.tmp') || name === 'plan.md')).toEqual([])
      await rm(small.file('..', 'ballast'))
      state = await full.save(fullLock, state)
      expect(await full.append(fullLock, RUN, { type: 'warning', message: 'again' })).toMatchObject({ seq: 2 })
      expect(await full.load()).toEqual(state)
      expect((await collect(full.events(0))).map(({ seq }) => seq)).toEqual([1, 2])
    } finally {
      await asRoot('umount', ['--lazy', small.file('..')]) // the store still has its events open
      await small.cleanup()
    }
  })
})

async function mountTmpfs(path: string): Promise<boolean> {
  await mkdir(path, { recursive: true })
  return asRoot('mount', ['-t', 'tmpfs', '-o', 'size=512k', 'tmpfs', path])
}

async function asRoot(file: string, args: readonly string[]): Promise<boolean> {
  const result = await runCommand(file, args, {
    cwd: '/',
    env: { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' },
    timeoutMs: 10_000,
  })
  return result.exitCode === 0
}

async function fill(path: string): Promise<void> {
  await writeFile(path, Buffer.alloc(1024 * 1024)).catch(() => {})
}
