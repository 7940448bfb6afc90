/** Looks for secrets where none may be: in every file below a directory, its own git configuration and logs included. */
import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'

/** Paths of the files that hold one of these texts. */
export async function findSecrets(directory: string, secrets: readonly string[]): Promise<readonly string[]> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true })
  const files = entries.filter((entry) => entry.isFile()).map((entry) => join(entry.parentPath, entry.name))
  const found = await Promise.all(files.map(async (file) => ((await holdsAny(file, secrets)) ? [file] : [])))
  return found.flat()
}

async function holdsAny(file: string, secrets: readonly string[]): Promise<boolean> {
  const content = await readFile(file)
  return secrets.some((secret) => content.includes(secret))
}
