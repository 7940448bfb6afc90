/**
 * Runs one child process in its own process group, with a mandatory time limit. Never throws: what happened is in the
 * flags of the result. On time-out or abort the whole group gets SIGTERM, then SIGKILL.
 */
import { type ChildProcess, spawn } from 'node:child_process'

export type CommandResult = {
  /** null when it was ended by a signal or could not be started. */
  readonly exitCode: number | null
  readonly signal: NodeJS.Signals | null
  readonly timedOut: boolean
  readonly aborted: boolean
  /** Ended because it printed more than `stopAfterBytes`: `stdout` is the beginning. */
  readonly tooLong: boolean
  /** Error code of the start itself (ENOENT, EACCES), else null. */
  readonly startError: string | null
  readonly stdout: string
  readonly stderr: string
  /** Both streams in order of arrival; the oldest part is dropped beyond `maxOutputBytes`. */
  readonly output: string
  readonly durationMs: number
}

export type CommandOptions = {
  readonly cwd: string
  /** The complete environment of the child; nothing is inherited. */
  readonly env: Readonly<Record<string, string>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal
  readonly input?: string
  /** Per stream; default 10 MiB. */
  readonly maxOutputBytes?: number
  /** Of standard output: what prints more is ended, and the beginning is kept instead of the end. */
  readonly stopAfterBytes?: number
  readonly onOutput?: (text: string) => void
}

const KILL_GRACE_MS = 2_000

export async function runCommand(
  file: string,
  args: readonly string[],
  options: CommandOptions,
): Promise<CommandResult> {
  const startedAt = performance.now()
  const limit = options.maxOutputBytes ?? 10 * 1024 * 1024
  const stdout =
    options.stopAfterBytes === undefined ? createTail(limit) : createHead(options.stopAfterBytes, stopTooLong)
  const stderr = createTail(limit)
  const output = createTail(limit)
  const flags = { timedOut: false, aborted: options.signal?.aborted === true, tooLong: false }
  if (flags.aborted) return toResult({ exitCode: null, signal: null, startError: null })

  const child = spawn(file, args, {
    cwd: options.cwd,
    env: { ...options.env },
    detached: true,
    stdio: ['pipe', 'pipe', 'pipe'],
  })
  const endGroup = createGroupEnder(child)
  const timer = setTimeout(() => {
    flags.timedOut = true
    endGroup()
  }, options.timeoutMs)
  const onAbort = () => {
    flags.aborted = true
    endGroup()
  }
  options.signal?.addEventListener('abort', onAbort, { once: true })

  child.stdout.on('data', (chunk: Buffer) => collect(chunk, stdout))
  child.stderr.on('data', (chunk: Buffer) => collect(chunk, stderr))
  child.stdin.on('error', () => {}) // a child that does not read its input is its own affair
  child.stdin.end(options.input ?? '')

  try {
    return toResult(await ended(child))
  } finally {
    clearTimeout(timer)
    endGroup.settle()
    options.signal?.removeEventListener('abort', onAbort)
  }

  function stopTooLong(): void {
    if (flags.tooLong) return
    flags.tooLong = true
    endGroup()
  }

  function collect(chunk: Buffer, stream: Collected): void {
    stream.push(chunk)
    output.push(chunk)
    options.onOutput?.(chunk.toString('utf8'))
  }

  function toResult(end: {
    exitCode: number | null
    signal: NodeJS.Signals | null
    startError: string | null
  }): CommandResult {
    return {
      ...end,
      ...flags,
      stdout: stdout.text(),
      stderr: stderr.text(),
      output: output.text(),
      durationMs: Math.round(performance.now() - startedAt),
    }
  }
}

/**
 * Resolves when the process is gone and its pipes are drained; a grandchild that keeps the pipes open is not waited for
 * longer than a moment after the exit.
 */
function ended(
  child: ChildProcess,
): Promise<{ exitCode: number | null; signal: NodeJS.Signals | null; startError: string | null }> {
  return new Promise((resolve) => {
    child.once('error', (error: NodeJS.ErrnoException) =>
      resolve({ exitCode: null, signal: null, startError: error.code ?? 'UNKNOWN' }),
    )
    child.once('exit', (exitCode, signal) => {
      const done = () => resolve({ exitCode, signal, startError: null })
      const drain = setTimeout(() => {
        child.stdout?.destroy()
        child.stderr?.destroy()
        done()
      }, 500)
      child.once('close', () => {
        clearTimeout(drain)
        done()
      })
    })
  })
}

function createGroupEnder(child: ChildProcess): (() => void) & { settle: () => void } {
  let killTimer: NodeJS.Timeout | undefined
  const end = () => {
    signalGroup(child, 'SIGTERM')
    killTimer ??= setTimeout(() => signalGroup(child, 'SIGKILL'), KILL_GRACE_MS)
  }
  const settle = () => {
    if (killTimer === undefined) return
    clearTimeout(killTimer)
    signalGroup(child, 'SIGKILL') // what ignored SIGTERM in the group goes with its leader
  }
  return Object.assign(end, { settle })
}

function signalGroup(child: ChildProcess, signal: NodeJS.Signals): void {
  if (child.pid === undefined) return
  try {
    process.kill(-child.pid, signal)
  } catch {
    // the group is gone already
  }
}

type Collected = { push(chunk: Buffer): void; text(): string }

/** Keeps the newest `limit` bytes. */
function createTail(limit: number): Collected {
  const chunks: Buffer[] = []
  let size = 0
  return {
    push(chunk) {
      chunks.push(chunk)
      size += chunk.length
      while (size > limit && chunks.length > 1) size -= chunks.shift()?.length ?? 0
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}

/** Keeps the oldest `limit` bytes; says so when there are more. */
function createHead(limit: number, onMore: () => void): Collected {
  const chunks: Buffer[] = []
  let size = 0
  return {
    push(chunk) {
      if (size < limit) chunks.push(chunk.subarray(0, limit - size))
      size += chunk.length
      if (size > limit) onMore()
    },
    text: () => Buffer.concat(chunks).toString('utf8'),
  }
}
