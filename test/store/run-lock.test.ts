import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { readdir, readFile, rm, writeFile } from 'node:fs/promises'
import { hostname } from 'node:os'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { observeProcess, readProcFs, readPs } from '../../src/store/state-dir/process-identity.ts'
import { RUN, sampleState } from '../contracts/samples.ts'
import { failure } from '../contracts/store.contract.ts'
import { type Actor, startActor } from './actor.ts'
import { createStateDirectory, type StateDirectory } from './directory.ts'

describe('the lock directory', () => {
  let directory: StateDirectory
  let actors: Actor[] = []
  beforeEach(async () => {
    directory = await createStateDirectory()
  })
  afterEach(async () => {
    await Promise.all(actors.map((actor) => actor.kill()))
    actors = []
    await directory.cleanup()
  })

  const start = (part: Parameters<typeof startActor>[0]) => {
    const actor = startActor(part, directory.path)
    actors.push(actor)
    return actor
  }

  test('has exactly one winner among real processes that want it at once, in every round', async () => {
    const contenders = [start('contend'), start('contend'), start('contend')]
    const hear = () => Promise.all(contenders.map((contender) => contender.heard()))
    for (let round = 0; round < 40; round++) {
      expect(await hear()).toEqual(['ready', 'ready', 'ready'])
      for (const contender of contenders) contender.tell()
      expect((await hear()).toSorted()).toEqual(['lost', 'lost', 'won'])
      for (const contender of contenders) contender.tell()
    }
  })

  test('has exactly one winner among real processes after its owner was killed', async () => {
    const contenders = [start('contend'), start('contend')]
    const hear = () => Promise.all(contenders.map((contender) => contender.heard()))
    for (let round = 0; round < 5; round++) {
      const owner = start('own')
      await owner.heard()
      await owner.kill()
      await hear()
      for (const contender of contenders) contender.tell()
      expect((await hear()).toSorted()).toEqual(['lost', 'won'])
      for (const contender of contenders) contender.tell()
    }
  })

  test('is refused while a live process of another program run has it', async () => {
    const owner = start('own')
    await owner.heard()
    expect(await failure(directory.open().acquire())).toBe('run_locked')
    expect(await directory.open().owner()).toMatchObject({ pid: owner.pid, host: hostname(), fence: 1 })
  })

  test('passes on when the number of the dead owner was given to another process', async () => {
    const lock = await directory.open().acquire()
    const file = directory.file('lock', '000001.json')
    const text = await readFile(file, 'utf8')
    expect(JSON.parse(text)).toEqual({ ...lock.owner, releasedAt: null })
    await writeFile(file, JSON.stringify({ ...lock.owner, processStart: 'an earlier one', releasedAt: null }))
    expect((await directory.open().acquire()).owner.fence).toBe(2)
    expect(await lock.holds()).toBe(false)
  })

  test('stays with an owner on another machine, whose life cannot be seen', async () => {
    await directory.open({ host: 'elsewhere', pid: 1 }).acquire()
    expect(await failure(directory.open().acquire())).toBe('run_locked')
  })

  test('passes on from another machine when a person says so, and the former owner knows; never from this one', async () => {
    const elsewhere = await directory.open({ host: 'elsewhere', pid: 1 }).acquire()
    const taken = await directory.open().acquire({ fromOtherHosts: true })
    expect([await elsewhere.holds(), await taken.holds()]).toEqual([false, true])
    expect(await failure(directory.open().acquire({ fromOtherHosts: true }))).toBe('run_locked')
  })

  test('passes on when its file is damaged, and the former owner knows', async () => {
    const store = directory.open()
    const lock = await store.acquire()
    const saved = await store.save(lock, sampleState())
    await writeFile(directory.file('lock', '000001.json'), 'gar')
    const next = await directory.open().acquire()
    expect([await lock.holds(), await next.holds()]).toEqual([false, true])
    expect(await failure(store.save(lock, saved))).toBe('superseded')
    expect(await failure(store.append(lock, RUN, { type: 'warning', message: '' }))).toBe('superseded')
    await lock.release()
    expect(await next.holds()).toBe(true)
  })

  test('is lost when somebody removes the state directory', async () => {
    const store = directory.open()
    const lock = await store.acquire()
    await rm(directory.path, { recursive: true })
    expect(await lock.holds()).toBe(false)
    expect(await failure(store.append(lock, RUN, { type: 'warning', message: '' }))).toBe('superseded')
    await lock.release()
    expect(await readdir(directory.file('..'))).toEqual([])
  })

  test('keeps a few numbers only, never without the highest', async () => {
    for (let round = 0; round < 6; round++) await (await directory.open().acquire()).release()
    expect(await readdir(directory.file('lock'))).toEqual(['000004.json', '000005.json', '000006.json'])
    expect((await directory.open().acquire()).owner.fence).toBe(7)
  })
})

describe('a process', () => {
  test('is told by its number and its start, by proc and by ps', async () => {
    for (const read of [readProcFs, readPs]) {
      const first = await read(process.pid)
      expect(first).toEqual({ kind: 'running', start: expect.stringMatching(/\d/) })
      expect(await read(process.pid)).toEqual(first)
      expect(await read(1)).not.toEqual(first)
    }
  })

  test('is gone when it ended', async () => {
    const child = spawn('true')
    await once(child, 'exit')
    expect(await observeProcess(child.pid ?? 0)).toEqual({ kind: 'gone' })
  })

  test('is gone when it is a zombie', async () => {
    // The shell becomes something that never waits for its child. Before that it would: the child ends only afterwards.
    const shell = spawn('sh', ['-c', 'exec 3<&0; (read line <&3) & echo $!; exec sleep 60'], {
      stdio: ['pipe', 'pipe', 'inherit'],
    })
    try {
      const pid = Number(String((await once(shell.stdout, 'data'))[0]))
      await expect.poll(async () => await readFile(`/proc/${shell.pid}/comm`, 'utf8')).toBe('sleep\n')
      shell.stdin.end('\n')
      await expect.poll(async () => await readFile(`/proc/${pid}/stat`, 'utf8')).toMatch(/\) Z /)
      expect(await readProcFs(pid)).toEqual({ kind: 'gone' })
      expect(await readPs(pid)).toEqual({ kind: 'gone' })
      expect(await observeProcess(pid)).toEqual({ kind: 'gone' })
    } finally {
      shell.kill('SIGKILL')
    }
  })
})
