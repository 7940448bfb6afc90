/**
 * Finds what must come back read-only for the programs on PATH to work although home directories are hidden: a tool's
 * own directory, what its symbolic links lead to, and nothing that could be a login.
 */
import { readdir, realpath, stat } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative } from 'node:path'
import { TOOL_HOMES, TOOL_PARTS, USER_DIRECTORIES } from './places.ts'

/** Paths as PATH names them and as links lead to them; some may not exist. `hidden`: directories that are not shown. */
export async function findToolRoots(environmentPath: string, hidden: readonly string[]): Promise<string[]> {
  const roots = new Set<string>()
  const seen = new Set<string>()
  const pending = environmentPath.split(':').filter(isAbsolute)
  for (let place = pending.pop(); place !== undefined && seen.size < MAX_PLACES; place = pending.pop()) {
    if (seen.has(place)) continue
    seen.add(place)
    const home = findHome(place, hidden)
    if (home === null) continue
    pending.push(...(await followLinks(place)))
    for (const root of toToolRoots(place, home)) {
      roots.add(root)
      pending.push(...(await followLinks(join(root, 'bin')))) // a virtual environment's own interpreter
    }
  }
  return [...roots]
}

/** A PATH with thousands of links is somebody's mistake, not a toolchain. */
const MAX_PLACES = 2_000

/** What belongs to the tool that `place` (a directory on PATH, or the target of a link in one) below `home` is part of. */
export function toToolRoots(place: string, home: string): string[] {
  const path = relative(home, place)
  const known = TOOL_HOMES.find((row) => isInside(path, row.directory))
  if (known?.parts.some((part) => isInside(path, part))) return known.parts.map((part) => join(home, part))

  if (!BIN_NAMES.has(basename(place))) return [place]
  const root = dirname(place)
  return isMixed(relative(home, root)) ? [place, ...TOOL_PARTS.map((part) => join(root, part))] : [root]
}

const BIN_NAMES: ReadonlySet<string> = new Set(['bin', 'sbin', '.bin', 'shims'])

/** Home and its dot directories keep settings and logins beside programs; what lies deeper is an installation. */
function isMixed(path: string): boolean {
  const names = path.split('/')
  if (!path.startsWith('.')) return path === ''
  if (names[0] === '.local') return names.length <= 3
  return names.length <= (names[0] === '.config' ? 2 : 1)
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

function findHome(place: string, hidden: readonly string[]): string | null {
  const around = hidden.filter((directory) => place.startsWith(`${directory}/`)).sort((a, b) => b.length - a.length)[0]
  if (around === undefined) return null
  const home = USER_DIRECTORIES.includes(around) ? join(around, relative(around, place).split('/')[0] ?? '') : around
  return home === place ? null : home
}

/** Where `place` really is, and the programs that the links in it lead to: their directory when that is all tools. */
async function followLinks(place: string): Promise<string[]> {
  const real = await realpath(place).catch(() => null)
  if (real === null) return []
  const entries = await readdir(real, { withFileTypes: true }).catch(() => [])
  const links = entries.filter((entry) => entry.isSymbolicLink()).map((entry) => join(real, entry.name))
  const programs = await Promise.all(links.map(findProgram))
  return [...new Set([real, ...programs.flat()])]
}

async function findProgram(link: string): Promise<string[]> {
  const target = await realpath(link).catch(() => null)
  if (target === null || !(await stat(target)).isFile()) return []
  return [BIN_NAMES.has(basename(dirname(target))) ? dirname(target) : target]
}
