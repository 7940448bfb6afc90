/** The readable log of a run: its last lines, and what is added while somebody watches. */
import { watch } from 'node:fs'
import { type FileHandle, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import { StringDecoder } from 'node:string_decoder'
import { Failure } from '../domain/failure.ts'
import type { RunId } from '../domain/ids.ts'
import type { Store } from '../store/store.ts'

export type LogTail = {
  readonly lines: readonly string[]
  /** Size of what was read (bytes): where following goes on. */
  readonly end: number
}

const CHUNK_BYTES = 64 * 1024
const LOOK_AGAIN_MS = 1_000

/** Without a run id: the present run, else the one that ended last. Throws `run_missing`, `usage` for a wrong id. */
export async function findLog(store: Store, runId: string | null): Promise<{ runId: string; file: string }> {
  const id = runId === null ? await latestRun(store) : parseRunId(runId)
  return { runId: id, file: store.logFile(id) }
}

async function latestRun(store: Store): Promise<RunId> {
  const id = (await store.load())?.runId ?? (await store.history())[0]?.runId
  if (id === undefined) throw new Failure('run_missing', 'there is no run in this repository, so there is no log')
  return id
}

/** The id becomes part of a file name. */
function parseRunId(text: string): RunId {
  if (/^[A-Za-z0-9][A-Za-z0-9-]*$/.test(text)) return text as RunId
  throw new Failure('usage', `"${text}" is not the id of a run; claudetm history lists them`)
}

/** The last `count` lines; empty when nothing was logged. Reads no more of the file than that takes. */
export async function readLog(file: string, count: number): Promise<LogTail> {
  const handle = await openIfPresent(file)
  if (handle === null) return { lines: [], end: 0 }
  try {
    return await lastLines(handle, count)
  } finally {
    await handle.close()
  }
}

async function lastLines(handle: FileHandle, count: number): Promise<LogTail> {
  const chunks: Buffer[] = []
  const { size: end } = await handle.stat()
  let position = end
  let newlines = 0
  while (position > 0 && newlines <= count) {
    const length = Math.min(CHUNK_BYTES, position)
    position -= length
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(length), 0, length, position)
    chunks.unshift(buffer.subarray(0, bytesRead))
    newlines += buffer.subarray(0, bytesRead).filter((byte) => byte === 0x0a).length
  }
  const lines = Buffer.concat(chunks).toString('utf8').split('\n')
  if (lines.at(-1) === '') lines.pop()
  return { lines: lines.slice(-count), end }
}

/** What is added after `start` (bytes), in whole lines, until aborted. A log that is not there yet is waited for. */
export async function* followLog(file: string, start: number, signal: AbortSignal): AsyncGenerator<readonly string[]> {
  const decoder = new StringDecoder('utf8')
  let offset = start
  let rest = ''
  while (!signal.aborted) {
    const added = await readFrom(file, offset)
    offset += added.length
    const lines = `${rest}${decoder.write(added)}`.split('\n')
    rest = lines.pop() ?? ''
    if (lines.length > 0) yield lines
    if (added.length === 0) await somethingChanged(file, signal)
  }
}

async function readFrom(file: string, offset: number): Promise<Buffer> {
  const handle = await openIfPresent(file)
  if (handle === null) return Buffer.alloc(0)
  try {
    const { buffer, bytesRead } = await handle.read(Buffer.alloc(CHUNK_BYTES), 0, CHUNK_BYTES, offset)
    return buffer.subarray(0, bytesRead)
  } finally {
    await handle.close()
  }
}

/** A watch tells at once where the system can; looking again now and then is for where it cannot. */
function somethingChanged(file: string, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const watcher = watchIfPossible(dirname(file), () => done())
    const timer = setTimeout(() => done(), LOOK_AGAIN_MS)
    const done = () => {
      clearTimeout(timer)
      watcher?.close()
      signal.removeEventListener('abort', done)
      resolve()
    }
    signal.addEventListener('abort', done)
  })
}

function watchIfPossible(directory: string, onChange: () => void): ReturnType<typeof watch> | null {
  try {
    return watch(directory, onChange).on('error', () => {})
  } catch {
    return null
  }
}

async function openIfPresent(file: string): Promise<FileHandle | null> {
  try {
    return await open(file, 'r')
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return null
    throw error
  }
}
