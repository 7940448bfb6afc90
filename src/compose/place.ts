/** Where the command was called: found without starting a process, since every command needs it. */
import { existsSync } from 'node:fs'
import { dirname, join, resolve } from 'node:path'

/** The nearest directory upwards that holds `.git`; the given one when there is none. */
export function findCheckout(cwd: string): string {
  return findUpwards(cwd, '.git') ?? resolve(cwd)
}

/** The directory of this package, from source or from the bundle. */
export function findInstallation(): string | null {
  return findUpwards(import.meta.dirname, 'package.json')
}

function findUpwards(from: string, name: string): string | null {
  for (let directory = resolve(from); ; directory = dirname(directory)) {
    if (existsSync(join(directory, name))) return directory
    if (directory === dirname(directory)) return null
  }
}
