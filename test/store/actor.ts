/**
 * Another process at the same state directory. This file is both ends: started as a program it plays a part and tells
 * what it did, one line each; imported it starts such programs.
 */
import { type ChildProcess, spawn } from 'node:child_process'
import { once } from 'node:events'
import { flushCompileCache } from 'node:module'
import { hostname } from 'node:os'
import { dirname, join } from 'node:path'
import { createInterface } from 'node:readline'
import { fileURLToPath } from 'node:url'
import { createStateDirStore } from '../../src/store/state-dir/state-dir-store.ts'
import { RUN, sampleState } from '../contracts/samples.ts'

type Part = 'own' | 'contend' | 'save'

export type Actor = {
  readonly process: ChildProcess
  readonly pid: number
  /** The next line it says; null when it is gone. */
  heard(): Promise<string | null>
  tell(): void
  kill(): Promise<void>
}

export function startActor(part: Part, directory: string): Actor {
  const child = spawn(process.execPath, [fileURLToPath(import.meta.url), part, directory], {
    stdio: ['pipe', 'pipe', 'inherit'],
    // Every actor after the first starts in half the time.
    env: { ...process.env, NODE_COMPILE_CACHE: join(dirname(directory), 'compile-cache') },
  })
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]()
  const exited = once(child, 'exit')
  child.stdin.on('error', () => {}) // it may be gone
  return {
    process: child,
    pid: child.pid ?? 0,
    heard: async () => (await lines.next()).value ?? null,
    tell: () => child.stdin.write('\n'),
    kill: async () => {
      child.kill('SIGKILL')
      await exited
    },
  }
}

async function play(part: Part, directory: string): Promise<void> {
  const store = createStateDirStore({ directory, now: Date.now, host: hostname(), pid: process.pid })
  const told = createInterface({ input: process.stdin })[Symbol.asyncIterator]()
  if (part === 'own') {
    say(String((await store.acquire()).owner.fence))
    await told.next()
  }
  if (part === 'contend') await contend()
  if (part === 'save') await saveUntilKilled()

  /** Round after round: wait for the sign, try, tell, and give back at the next sign. */
  async function contend(): Promise<void> {
    say('ready')
    for (;;) {
      if ((await told.next()).done) return
      const lock = await store.acquire().catch((error) => {
        if (error.kind !== 'run_locked') throw error
        return null
      })
      say(lock === null ? 'lost' : 'won')
      await told.next()
      await lock?.release()
      say('ready')
    }
  }

  /** Waits for the sign; then says each revision after it was saved. */
  async function saveUntilKilled(): Promise<void> {
    await import('../../src/store/state-dir/state-schema.ts') // what takes long comes before the sign
    flushCompileCache() // a killed process does not
    if ((await told.next()).done) return
    const lock = await store.acquire()
    let state = (await store.load()) ?? sampleState()
    for (;;) {
      const event = await store.append(lock, RUN, { type: 'warning', message: 'x'.repeat(state.revision % 5_000) })
      state = await store.save(lock, { ...state, reason: `event ${event.seq}` })
      say(String(state.revision))
    }
  }
}

function say(line: string): void {
  process.stdout.write(`${line}\n`)
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const [part, directory] = process.argv.slice(2)
  await play(part as Part, directory ?? '')
  process.exit(0)
}
