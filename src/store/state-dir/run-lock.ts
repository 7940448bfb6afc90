/**
 * Who owns the run: a directory with one file per fencing number. The highest number is the owner; it is created
 * exclusively, so that of several contenders exactly one gets it, and it is never deleted while it is the highest.
 * Giving up writes `releasedAt` into it. Whoever wants to act looks whether its number is still the highest.
 */
import { readdirSync } from 'node:fs'
import { link, open } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import {
  ensureDirectory,
  errorCode,
  FILE_MODE,
  listIfPresent,
  readIfPresent,
  remove,
  replaceFile,
  sweepTemporaries,
  toDiskFailure,
} from '../disk.ts'
import type { LockOwner } from '../store.ts'
import { isSameProcess, observeProcess } from './process-identity.ts'

export type LockDirectory = {
  /** Throws `run_locked` while the owner lives; `fromOtherHosts`: only an owner on this host counts. */
  take(fromOtherHosts: boolean): Promise<LockOwner>
  liveOwner(): Promise<LockOwner | null>
  /** One directory listing: cheap enough before every write. */
  isHighest(fence: number): boolean
  giveUp(owner: LockOwner): Promise<void>
}

type LockFile =
  | { readonly kind: 'owned'; readonly owner: LockOwner }
  | { readonly kind: 'released' }
  /** Damaged: it was whole when it got its name. */
  | { readonly kind: 'unreadable' }

/** Old numbers are kept a little for people who wonder; they mean nothing to the program. */
const KEPT_NUMBERS = 3

export function createLockDirectory(options: {
  directory: string
  now: () => number
  host: string
  pid: number
}): LockDirectory {
  const { directory, now, host, pid } = options
  const fileOf = (fence: number) => join(directory, `${String(fence).padStart(6, '0')}.json`)

  return { take, liveOwner, isHighest, giveUp }

  async function take(fromOtherHosts: boolean): Promise<LockOwner> {
    await ensureDirectory(directory)
    const self = await observeProcess(pid)
    const processStart = self.kind === 'running' ? self.start : ''
    for (;;) {
      const highest = highestOf(await listIfPresent(directory))
      const live = await ownerIfLive(highest)
      if (live !== null && (live.host === host || !fromOtherHosts)) throw lockedBy(live)
      const owner: LockOwner = { pid, host, processStart, fence: highest + 1, acquiredAt: now() }
      // A number can only be created again when a higher owner pruned it, so that looking once more settles it.
      if ((await createOnce(owner)) && isHighest(owner.fence)) {
        await prune(owner.fence)
        return owner
      }
    }
  }

  async function liveOwner(): Promise<LockOwner | null> {
    return ownerIfLive(highestOf(await listIfPresent(directory)))
  }

  function isHighest(fence: number): boolean {
    try {
      return highestOf(readdirSync(directory)) === fence
    } catch (error) {
      if (errorCode(error) === 'ENOENT') return false // the state directory was removed: nobody owns anything
      throw toDiskFailure(error, directory)
    }
  }

  async function giveUp(owner: LockOwner): Promise<void> {
    if (isHighest(owner.fence)) await replaceFile(fileOf(owner.fence), toText(owner, now()), { durable: false })
  }

  async function ownerIfLive(fence: number): Promise<LockOwner | null> {
    const file = await read(fence)
    // A damaged file names nobody; if its owner lives, it sees that its number was passed and stops.
    if (file.kind !== 'owned') return null
    const { owner } = file
    if (owner.host !== host) return owner // whether it lives cannot be seen from here
    return (await isSameProcess(owner.pid, owner.processStart)) ? owner : null
  }

  async function read(fence: number): Promise<LockFile> {
    const text = fence === 0 ? null : await readIfPresent(fileOf(fence))
    return text === null ? { kind: 'released' } : parseLockFile(text, fence)
  }

  /** False when the number is taken. */
  async function createOnce(owner: LockOwner): Promise<boolean> {
    const temporary = join(directory, `.${crypto.randomUUID()}.tmp`)
    const target = fileOf(owner.fence)
    try {
      await writeNew(temporary, toText(owner, null))
      return await linkOnce(temporary, target)
    } catch (error) {
      throw toDiskFailure(error, target)
    } finally {
      await remove(temporary)
    }
  }

  async function prune(fence: number): Promise<void> {
    const old = (await listIfPresent(directory)).filter(
      (name) => numberOf(name) <= fence - KEPT_NUMBERS && numberOf(name) > 0,
    )
    await Promise.all([...old.map((name) => remove(join(directory, name))), sweepTemporaries(directory)])
  }
}

function numberOf(name: string): number {
  return /^\d+\.json$/.test(name) ? Number.parseInt(name, 10) : 0
}

function highestOf(names: readonly string[]): number {
  return names.reduce((highest, name) => Math.max(highest, numberOf(name)), 0)
}

function toText(owner: LockOwner, releasedAt: number | null): string {
  return `${JSON.stringify({ ...owner, releasedAt })}\n`
}

async function writeNew(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', FILE_MODE)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

async function linkOnce(from: string, to: string): Promise<boolean> {
  try {
    await link(from, to)
    return true
  } catch (error) {
    // Taken, or swept away by who took it.
    if (['EEXIST', 'ENOENT'].includes(errorCode(error) ?? '')) return false
    throw error
  }
}

function parseLockFile(text: string, fence: number): LockFile {
  try {
    const { pid, host, processStart, acquiredAt, releasedAt } = JSON.parse(text)
    if (typeof releasedAt === 'number') return { kind: 'released' }
    if (typeof pid !== 'number' || typeof host !== 'string') return { kind: 'unreadable' }
    if (typeof processStart !== 'string' || typeof acquiredAt !== 'number') return { kind: 'unreadable' }
    return { kind: 'owned', owner: { pid, host, processStart, fence, acquiredAt } }
  } catch {
    return { kind: 'unreadable' }
  }
}

function lockedBy({ pid, host, acquiredAt }: LockOwner): Failure {
  return new Failure('run_locked', `process ${pid} on ${host} is at work here`, { facts: { pid, host, acquiredAt } })
}
