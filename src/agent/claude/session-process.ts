/**
 * The process of one session, confined, in a process group of its own. Whoever starts it can be sure that it is gone:
 * the SDK's own ways of ending it return while it and its children still run (measured).
 */
import { type ChildProcess, spawn } from 'node:child_process'
import type { SpawnedProcess, SpawnOptions } from '@anthropic-ai/claude-agent-sdk'
import type { Confinement, Sandbox } from '../../workspace/sandbox.ts'
import { showExecutable } from './confinement.ts'

export type SessionProcess = {
  /** For the SDK; called once. */
  spawn(options: SpawnOptions): SpawnedProcess
  /** Resolves when the process is gone: left alone for `patienceMs`, then asked, killed with its group a grace later. */
  end(patienceMs: number): Promise<void>
  /** Last part of what it wrote to its error output. */
  stderr(): string
  /** Why it could not be started. */
  startError(): Error | null
}

const STDERR_CHARS = 2_000
const GRACE_MS = 1_000

export function createSessionProcess(sandbox: Sandbox, confinement: Confinement): SessionProcess {
  let child: ChildProcess | null = null
  let gone: Promise<void> = Promise.resolve()
  let stderr = ''
  let startError: Error | null = null

  return {
    spawn({ command, args, cwd, env }) {
      const wrapped = sandbox.wrap(command, args, showExecutable(confinement, command))
      const started = spawn(wrapped.file, [...wrapped.args], {
        cwd,
        env,
        detached: true,
        stdio: ['pipe', 'pipe', 'pipe'],
      })
      gone = new Promise((resolve) => {
        started.once('exit', () => resolve())
        started.once('error', (error) => {
          startError = error
          resolve()
        })
      })
      started.stderr.on('data', (chunk: Buffer) => {
        stderr = (stderr + chunk.toString('utf8')).slice(-STDERR_CHARS)
      })
      child = started
      return started
    },
    async end(patienceMs) {
      const started = child
      if (started === null) return
      const timers = [
        setTimeout(() => signalGroup(started, 'SIGTERM'), patienceMs),
        setTimeout(() => signalGroup(started, 'SIGKILL'), patienceMs + GRACE_MS),
      ]
      await gone
      for (const timer of timers) clearTimeout(timer)
      signalGroup(started, 'SIGKILL') // what of its group outlives its leader
    },
    stderr: () => stderr,
    startError: () => startError,
  }
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // gone already
  }
}
