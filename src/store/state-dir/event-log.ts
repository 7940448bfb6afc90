/**
 * events.jsonl: append-only, one event per line. An append is one write to the kernel before it returns, so that the
 * death of the process loses nothing; a torn last line (power cut, full disk) is cut off before the next append.
 */
import {
  closeSync,
  createReadStream,
  fdatasync,
  fstatSync,
  ftruncateSync,
  openSync,
  readSync,
  writeSync,
} from 'node:fs'
import { stat } from 'node:fs/promises'
import { promisify } from 'node:util'
import type { RunEvent, RunEventBody } from '../../domain/events.ts'
import type { RunId } from '../../domain/ids.ts'
import { errorCode, FILE_MODE, onDisk, toDiskFailure } from '../disk.ts'

const NEWLINE = 10
const TAIL_WINDOW_BYTES = 64 * 1024

export type EventLog = {
  append(runId: RunId, at: number, body: RunEventBody): RunEvent
  /** What was appended so far survives a power cut. */
  sync(): Promise<void>
  close(): void
}

/** Opens for appending and heals. One opener at a time: the owner of the run. */
export function openEventLog(path: string): EventLog {
  return translated(path, () => {
    const fd = openSync(path, 'a+', FILE_MODE)
    const tail = readTail(fd)
    ftruncateSync(fd, tail.endBytes)
    let { endBytes } = tail
    let seq = tail.last?.seq ?? 0
    let synced = true

    return {
      append(runId, at, body) {
        const event: RunEvent = { seq: seq + 1, at, runId, ...body }
        endBytes += translated(path, () => writeWhole(fd, `${JSON.stringify(event)}\n`, endBytes))
        seq = event.seq
        synced = false
        return event
      },
      async sync() {
        if (synced) return
        synced = true
        await onDisk(path, () => promisify(fdatasync)(fd))
      },
      close: () => closeSync(fd),
    }
  })
}

/** The last event of the file, if it can be read; null also when there is no file. */
export function readLastEvent(path: string): RunEvent | null {
  return translated(path, () => {
    try {
      const fd = openSync(path, 'r')
      try {
        return readTail(fd).last
      } finally {
        closeSync(fd)
      }
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return null
      throw error
    }
  })
}

export type EventReader = {
  /** A follower that asks for what came after the last event it got is not made to read the file again. */
  after(seq: number): AsyncIterable<RunEvent>
}

export function createEventReader(path: string): EventReader {
  /** Where the line after event `seq` begins, for exactly this file. */
  let mark = { file: '', seq: -1, offsetBytes: 0 }

  return {
    async *after(seq) {
      const file = await identify(path)
      if (file === null) return
      let offsetBytes = mark.file === file && mark.seq === seq ? mark.offsetBytes : 0
      for await (const line of readLines(path, offsetBytes)) {
        offsetBytes += line.sizeBytes
        const event = parseEvent(line.text)
        if (event === null || event.seq <= seq) continue
        mark = { file, seq: event.seq, offsetBytes }
        yield event
      }
    },
  }
}

/** The birth tells a new file from an old one of the same number. */
async function identify(path: string): Promise<string | null> {
  try {
    const { dev, ino, birthtimeNs } = await stat(path, { bigint: true })
    return `${dev}:${ino}:${birthtimeNs}`
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw toDiskFailure(error, path)
  }
}

/** Ended lines only: what is not ended yet is being written, or torn. */
async function* readLines(path: string, offsetBytes: number): AsyncGenerator<{ text: string; sizeBytes: number }> {
  let rest: Buffer[] = [] // put together once: a line of megabytes comes in many chunks
  try {
    for await (const chunk of createReadStream(path, { start: offsetBytes }) as AsyncIterable<Buffer>) {
      const ended = chunk.lastIndexOf(NEWLINE) + 1
      if (ended === 0) {
        rest.push(chunk)
        continue
      }
      yield* splitLines(Buffer.concat([...rest, chunk.subarray(0, ended)]))
      rest = [chunk.subarray(ended)]
    }
  } catch (error) {
    if (errorCode(error) !== 'ENOENT') throw toDiskFailure(error, path)
  }
}

function* splitLines(block: Buffer): Generator<{ text: string; sizeBytes: number }> {
  for (let start = 0; start < block.length; ) {
    const end = block.indexOf(NEWLINE, start) + 1
    yield { text: block.toString('utf8', start, end - 1), sizeBytes: end - start }
    start = end
  }
}

/** Where the last ended line ends, and the last event; reads from the end, in growing windows. */
function readTail(fd: number): { endBytes: number; last: RunEvent | null } {
  const { size } = fstatSync(fd)
  for (let window = TAIL_WINDOW_BYTES; ; window *= 2) {
    const start = Math.max(0, size - window)
    const block = Buffer.alloc(size - start)
    readSync(fd, block, 0, block.length, start)
    const ended = block.lastIndexOf(NEWLINE) + 1
    const lines = block.toString('utf8', 0, ended).split('\n')
    if (start > 0) lines.shift() // begins somewhere inside a line
    const last = lines.reverse().reduce<RunEvent | null>((found, line) => found ?? parseEvent(line), null)
    if (last !== null || start === 0) return { endBytes: start + ended, last }
  }
}

function parseEvent(line: string): RunEvent | null {
  try {
    const event: unknown = JSON.parse(line)
    return isEvent(event) ? event : null
  } catch {
    return null
  }
}

/** Our own file, written whole: only what everything else relies on is looked at. */
function isEvent(value: unknown): value is RunEvent {
  if (typeof value !== 'object' || value === null) return false
  const { seq, at, runId, type } = value as Record<string, unknown>
  return Number.isSafeInteger(seq) && typeof at === 'number' && typeof runId === 'string' && typeof type === 'string'
}

/** All of it or nothing: a disk that fills up half-way is set back. */
function writeWhole(fd: number, text: string, endBytes: number): number {
  const bytes = Buffer.from(text)
  try {
    for (let written = 0; written < bytes.length; ) written += writeSync(fd, bytes, written)
    return bytes.length
  } catch (error) {
    ftruncateSync(fd, endBytes)
    throw error
  }
}

function translated<T>(path: string, work: () => T): T {
  try {
    return work()
  } catch (error) {
    throw toDiskFailure(error, path)
  }
}
