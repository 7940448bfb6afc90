/**
 * Files that are replaced as a whole: a reader sees the old content or the new one, a kill leaves nothing half-written.
 * What the operating system refuses becomes a Failure `disk` that names the path.
 */
import { chmod, link, mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../domain/failure.ts'

export const FILE_MODE = 0o600
export const DIRECTORY_MODE = 0o700

export function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}

export function toDiskFailure(error: unknown, path: string): unknown {
  const code = errorCode(error)
  if (error instanceof Failure || code === null) return error
  return new Failure('disk', `${path}: ${code}`, { facts: { path, code }, cause: error })
}

/** Does the work; what the operating system refuses is a Failure about `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    throw toDiskFailure(error, path)
  }
}

/** null = there is no such file. Every other trouble is a Failure: not readable is not absent. */
export function readIfPresent(path: string): Promise<string | null> {
  return onDisk(path, () => absentAsNull(readFile(path, 'utf8')))
}

/** Empty when there is no such directory. */
export async function listIfPresent(path: string): Promise<readonly string[]> {
  return (await onDisk(path, () => absentAsNull(readdir(path)))) ?? []
}

async function absentAsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw error
  }
}

/** Private to the user, also when it was there before; its own entry survives a power cut. */
export function ensureDirectory(path: string): Promise<void> {
  return onDisk(path, async () => {
    const created = await mkdir(path, { recursive: true, mode: DIRECTORY_MODE })
    if (created === undefined)
      await chmod(path, DIRECTORY_MODE).catch(() => {}) // somebody else's directory stays as it is
    else await syncDirectory(dirname(created))
  })
}

export function remove(path: string): Promise<void> {
  return onDisk(path, () => rm(path, { recursive: true, force: true }))
}

export type StagedFile = {
  /** The one instant at which the new content is there. */
  commit(): Promise<void>
  discard(): Promise<void>
}

export type Durability = {
  /** Survives a power cut; without it only the death of the process. */
  readonly durable: boolean
}

/** Writes beside the file, without replacing it yet. */
export async function stageFile(path: string, text: string, { durable }: Durability): Promise<StagedFile> {
  const temporary = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`)
  const discard = () => rm(temporary, { force: true }).catch(() => {})
  return attempt(async () => {
    const file = await open(temporary, 'wx', FILE_MODE)
    try {
      await file.writeFile(text)
      if (durable) await file.sync()
    } finally {
      await file.close()
    }
    return { commit: () => attempt(commit), discard }
  })

  async function commit(): Promise<void> {
    await rename(temporary, path)
    if (durable) await syncDirectory(dirname(path))
  }

  async function attempt<T>(work: () => Promise<T>): Promise<T> {
    try {
      return await work()
    } catch (error) {
      await discard()
      throw toDiskFailure(error, path)
    }
  }
}

export async function replaceFile(path: string, text: string, durability: Durability): Promise<void> {
  const staged = await stageFile(path, text, durability)
  await staged.commit()
}

/**
 * Replaces exactly `from` (null: no file) and nothing else: false = somebody wrote meanwhile, and theirs is there. What is
 * replaced keeps a second name for that moment, so that also what is saved into it at the last instant is found.
 */
export async function exchangeFile(path: string, { from, to }: { from: string | null; to: string }): Promise<boolean> {
  const staged = await stageFile(path, to, { durable: false })
  const before = join(dirname(path), `.${basename(path)}.${crypto.randomUUID()}.tmp`)
  try {
    const linked = await onDisk(path, () => absentAsNull(link(path, before).then(() => true)))
    if ((linked === null) !== (from === null)) return false
    await staged.commit()
    if (from === null || (await readIfPresent(before)) === from) return true
    await onDisk(path, () => rename(before, path))
    return false
  } finally {
    await staged.discard()
    await remove(before)
  }
}

/** Some file systems cannot synchronise a directory (EINVAL, ENOTSUP): there is nothing more to be had from them. */
export async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error
  } finally {
    await directory.close()
  }
}

/** What a killed process left beside the files of this directory. Only for the owner: nobody else may be writing. */
export async function sweepTemporaries(directory: string): Promise<void> {
  const names = await listIfPresent(directory)
  const leftovers = names.filter((name) => name.startsWith('.') && name.endsWith('.tmp'))
  await Promise.all(leftovers.map((name) => remove(join(directory, name))))
}
