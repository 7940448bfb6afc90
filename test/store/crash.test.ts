import { readdir, readFile, writeFile } from 'node:fs/promises'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createArchive } from '../../src/store/state-dir/archive.ts'
import { layoutOf } from '../../src/store/state-dir/layout.ts'
import { RUN, sampleState, sampleSummary } from '../contracts/samples.ts'
import { collect } from '../contracts/store.contract.ts'
import { type Actor, startActor } from './actor.ts'
import { createStateDirectory, type StateDirectory } from './directory.ts'

let directory: StateDirectory
beforeEach(async () => {
  directory = await createStateDirectory()
})
afterEach(() => directory.cleanup())

describe('a process that is killed while it saves', () => {
  test('never loses what it was told was saved, nor leaves anything half-written', async () => {
    let acknowledged = 0
    const savers = [startActor('save', directory.path), startActor('save', directory.path)]
    for (let round = 0; round < 30; round++) {
      const saver = savers.shift() as Actor
      saver.tell()
      savers.push(startActor('save', directory.path)) // gets ready meanwhile
      const enough = acknowledged + 1 + Math.floor(Math.random() * 12)
      while (acknowledged < enough) {
        const line = await saver.heard()
        if (line === null) throw new Error('the saver ended by itself')
        acknowledged = Number(line)
      }
      await saver.kill()
      for (let line = await saver.heard(); line !== null; line = await saver.heard()) acknowledged = Number(line)
      const store = directory.open()
      const state = await store.load()
      expect(state?.revision).toBeGreaterThanOrEqual(acknowledged)
      // The state is never ahead of the events it speaks of.
      const events = await collect(store.events(0))
      expect(events.map((event) => event.seq)).toEqual(events.map((_, index) => index + 1))
      expect(events.length).toBeGreaterThanOrEqual(Number(state?.reason?.replace('event ', '')))
    }
    await Promise.all(savers.map((saver) => saver.kill()))
    const lock = await directory.open().acquire()
    expect((await readdir(directory.path)).toSorted()).toEqual(
      ['control', 'events.jsonl', 'lock', 'logs', 'state-copies', 'state.json'].toSorted(),
    )
    await lock.release()
  })
})

describe('an archiving that was interrupted', () => {
  const prepare = async () => {
    const store = directory.open()
    const lock = await store.acquire()
    await store.save(lock, sampleState())
    await store.append(lock, RUN, { type: 'warning', message: 'old' })
    for (const name of ['plan.md', 'goal.txt'] as const) await store.writeDocument(lock, name, name)
    await createArchive(layoutOf(directory.path)).add(sampleSummary())
    await lock.release()
  }

  test('counts as done, and is finished by the next owner', async () => {
    await prepare()
    expect(await directory.open().load()).toBeNull()
    expect(await directory.open().history()).toEqual([sampleSummary()])
    const store = directory.open()
    const lock = await store.acquire()
    expect(await readdir(directory.path)).toEqual(['control', 'history', 'lock', 'logs'])
    expect(await readdir(directory.file('history', RUN))).toEqual([
      'events.jsonl',
      'goal.txt',
      'plan.md',
      'state.json',
      'summary.json',
    ])
    const next = 'next' as typeof RUN
    expect(await store.save(lock, sampleState({ runId: next }))).toMatchObject({ revision: 1, runId: next })
  })

  test('is finished also from half-way', async () => {
    await prepare()
    const state = await readFile(directory.file('state.json'))
    await createArchive(layoutOf(directory.path)).removeRun(RUN)
    await writeFile(directory.file('state.json'), state) // as if the last removal had not happened
    expect(await directory.open().load()).toBeNull()
    await directory.open().acquire()
    expect(await readdir(directory.path)).toEqual(['control', 'history', 'lock', 'logs'])
    expect(await readdir(directory.file('history', RUN))).toEqual([
      'events.jsonl',
      'goal.txt',
      'plan.md',
      'state.json',
      'summary.json',
    ])
  })
})
