/** Where a path really leads, also when its last parts do not exist yet. */
import { lstatSync, realpathSync } from 'node:fs'
import { dirname, join, relative, resolve } from 'node:path'

export function resolveRealPath(from: string, path: string): string {
  const absolute = resolve(from, path)
  for (let existing = absolute; ; existing = dirname(existing)) {
    const real = tryRealPath(existing)
    if (real !== null) return join(real, relative(existing, absolute))
    if (existing === dirname(existing)) return absolute
  }
}

/** A dangling link is followed nowhere: writing through it would create its target, so that is refused by throwing. */
function tryRealPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch (error) {
    if (MISSING.has(codeOf(error)) && !isLink(path)) return null
    throw error
  }
}

const MISSING: ReadonlySet<string> = new Set(['ENOENT', 'ENOTDIR'])

function codeOf(error: unknown): string {
  return error instanceof Error && 'code' in error ? String(error.code) : ''
}

function isLink(path: string): boolean {
  try {
    return lstatSync(path).isSymbolicLink()
  } catch {
    return false
  }
}
