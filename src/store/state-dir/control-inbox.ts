/** What people ask of a run from outside: one file per request, so that nobody overwrites anybody. */
import { type FSWatcher, watch } from 'node:fs'
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import { ensureDirectory, listIfPresent, readIfPresent, remove, replaceFile } from '../disk.ts'
import type { ControlRequest } from '../store.ts'

/** Fallback where the file system does not tell of changes (network shares, some containers). */
const POLL_MS = 1_000

export type ControlInbox = {
  put(request: ControlRequest['request'], reason: string | null): Promise<void>
  list(): Promise<readonly ControlRequest[]>
  clear(ids: readonly string[]): Promise<void>
  arrived(signal: AbortSignal): Promise<void>
}

export function createControlInbox({ directory, now }: { directory: string; now: () => number }): ControlInbox {
  const fileOf = (id: string) => join(directory, `${id}.json`)

  return { put, list, clear, arrived }

  async function put(request: ControlRequest['request'], reason: string | null): Promise<void> {
    await ensureDirectory(directory)
    const at = now()
    const id = `${String(at).padStart(14, '0')}-${crypto.randomUUID()}`
    await replaceFile(fileOf(id), `${JSON.stringify({ request, reason, at })}\n`, { durable: true })
  }

  async function list(): Promise<readonly ControlRequest[]> {
    const ids = (await listIfPresent(directory)).filter(isRequestFile).map((name) => name.slice(0, -'.json'.length))
    const found = await Promise.all(ids.sort().map(read))
    return found.filter((request) => request !== null)
  }

  /** null = taken away meanwhile, or not a request; that is set aside for people to look at. */
  async function read(id: string): Promise<ControlRequest | null> {
    const json = await readIfPresent(fileOf(id))
    if (json === null) return null
    const request = parseRequest(id, json)
    if (request === null) await rename(fileOf(id), join(directory, `${id}.bad`)).catch(() => {})
    return request
  }

  async function clear(ids: readonly string[]): Promise<void> {
    await Promise.all(ids.filter((id) => isRequestFile(`${id}.json`)).map((id) => remove(fileOf(id))))
  }

  /** Looks, after the watch has begun: nothing can slip in between. */
  async function arrived(signal: AbortSignal): Promise<void> {
    signal.throwIfAborted()
    const changes = watchDirectory(directory)
    try {
      while ((await list()).length === 0) await changes.next(signal)
    } finally {
      changes.close()
    }
  }
}

type DirectoryChanges = {
  /** Resolves at the next change, or when it is time to look anyway. A change since the last call counts. */
  next(signal: AbortSignal): Promise<void>
  close(): void
}

function watchDirectory(directory: string): DirectoryChanges {
  let changed = false
  let wake = () => {}
  let watcher = begin()

  return {
    next(signal) {
      watcher ??= begin() // the directory may be there by now
      return new Promise((resolve, reject) => {
        const end = (settle: () => void) => {
          clearTimeout(timer)
          signal.removeEventListener('abort', abort)
          changed = false
          wake = () => {}
          settle()
        }
        const abort = () => end(() => reject(signal.reason))
        const timer = setTimeout(() => end(resolve), changed ? 0 : POLL_MS)
        wake = () => end(resolve)
        if (signal.aborted) abort()
        else signal.addEventListener('abort', abort, { once: true })
      })
    },
    close: () => watcher?.close(),
  }

  /** null = cannot be watched (not there yet, no watches left): then looking now and then has to do. */
  function begin(): FSWatcher | null {
    try {
      const started = watch(directory, () => {
        changed = true
        wake()
      })
      started.on('error', () => {
        started.close()
        watcher = null
      })
      return started
    } catch {
      return null
    }
  }
}

function isRequestFile(name: string): boolean {
  return /^[\w-]+\.json$/.test(name)
}

function parseRequest(id: string, json: string): ControlRequest | null {
  try {
    const { request, reason, at } = JSON.parse(json)
    if (request !== 'pause' && request !== 'stop') return null
    if (typeof at !== 'number' || (reason !== null && typeof reason !== 'string')) return null
    return { id, request, reason, at }
  } catch {
    return null
  }
}
