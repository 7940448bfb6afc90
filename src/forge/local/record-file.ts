/** Files of the local forge: replaced as a whole and synchronised, or not at all; private to the user. */
import { randomUUID } from 'node:crypto'
import { mkdir, open, readdir, readFile, rename, rm } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure, toFailure } from '../../domain/failure.ts'

/** Does the work; what the operating system refuses is a Failure `disk` about `path`. */
export async function onDisk<T>(path: string, work: () => Promise<T>): Promise<T> {
  try {
    return await work()
  } catch (error) {
    const code = errorCode(error)
    if (error instanceof Failure || code === null) throw toFailure(error)
    throw new Failure('disk', `${path}: ${code}`, { facts: { path, code }, cause: error })
  }
}

export function replaceFile(path: string, text: string): Promise<void> {
  return onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    const temporary = join(dirname(path), `.${basename(path)}.${randomUUID()}.tmp`)
    try {
      await writeSynced(temporary, text)
      await rename(temporary, path)
      await syncDirectory(dirname(path))
    } catch (error) {
      await rm(temporary, { force: true }).catch(() => {})
      throw error
    }
  })
}

/** Takes a name that nobody has; false = taken. The file is empty until it is replaced. */
export function claimFile(path: string): Promise<boolean> {
  return onDisk(path, async () => {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 })
    try {
      await (await open(path, 'wx', 0o600)).close()
      return true
    } catch (error) {
      if (errorCode(error) === 'EEXIST') return false
      throw error
    }
  })
}

/** null = no such file. */
export function readIfPresent(path: string): Promise<string | null> {
  return onDisk(path, () => readFile(path, 'utf8').catch((error) => absentAs(error, null)))
}

/** Empty when there is no such directory. */
export function listIfPresent(path: string): Promise<readonly string[]> {
  return onDisk(path, () => readdir(path).catch((error) => absentAs(error, [])))
}

function absentAs<T>(error: unknown, value: T): T {
  if (errorCode(error) === 'ENOENT') return value
  throw error
}

async function writeSynced(path: string, text: string): Promise<void> {
  const file = await open(path, 'wx', 0o600)
  try {
    await file.writeFile(text)
    await file.sync()
  } finally {
    await file.close()
  }
}

/** Some file systems cannot synchronise a directory: there is nothing more to be had from them. */
async function syncDirectory(path: string): Promise<void> {
  const directory = await open(path, 'r')
  try {
    await directory.sync()
  } catch (error) {
    if (!['EINVAL', 'ENOTSUP', 'EOPNOTSUPP'].includes(errorCode(error) ?? '')) throw error
  } finally {
    await directory.close()
  }
}

function errorCode(error: unknown): string | null {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : null
}
