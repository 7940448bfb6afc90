/** Small looks at files: absent is an answer, everything else that goes wrong is not taken for it. */
import { lstat, readFile } from 'node:fs/promises'

const ABSENT: ReadonlySet<unknown> = new Set(['ENOENT', 'ENOTDIR'])

/** A dangling link exists. */
export async function exists(path: string): Promise<boolean> {
  return (await absentAsNull(lstat(path))) !== null
}

export async function readIfPresent(file: string): Promise<string | null> {
  return absentAsNull(readFile(file, 'utf8'))
}

export async function absentAsNull<T>(work: Promise<T>): Promise<T | null> {
  try {
    return await work
  } catch (error) {
    if (error instanceof Error && 'code' in error && ABSENT.has(error.code)) return null
    throw error
  }
}
