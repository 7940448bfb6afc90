/** Checkouts below the allowed roots in which a run was ever started. */
import { readdir, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { stateDirectory } from '../../config/paths.ts'
import { errorCode } from '../../store/disk.ts'

/** `root/owner/name` and one more: who nests deeper names the directory as a root. */
const MAX_DEPTH = 3
/** A root that is a whole disk must not be walked through every time. */
const MAX_DIRECTORIES = 5_000
const SKIPPED: ReadonlySet<string> = new Set(['node_modules', 'vendor', 'target', 'dist', 'build', '__pycache__'])

export async function findRepositories(roots: readonly string[]): Promise<readonly string[]> {
  const found = new Set<string>()
  let seen = 0

  async function walk(directory: string, depth: number): Promise<void> {
    seen += 1
    if (seen > MAX_DIRECTORIES) return
    const entries = await readdir(directory, { withFileTypes: true }).catch(() => [])
    if (entries.some((entry) => entry.name === '.git')) {
      if (await exists(join(stateDirectory(directory), 'state.json'))) found.add(directory)
      return
    }
    if (depth === MAX_DEPTH) return
    for (const entry of entries) {
      // Links are not followed: what they lead to is below a root by itself, or not allowed.
      if (!entry.isDirectory() || entry.name.startsWith('.') || SKIPPED.has(entry.name)) continue
      await walk(join(directory, entry.name), depth + 1)
    }
  }

  for (const root of roots) await walk(root, 0)
  return [...found]
}

async function exists(path: string): Promise<boolean> {
  try {
    await stat(path)
    return true
  } catch (error) {
    if (errorCode(error) === 'ENOENT' || errorCode(error) === 'ENOTDIR') return false
    throw error
  }
}
