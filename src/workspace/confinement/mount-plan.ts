/** Decides which mounts a confinement needs: what is hidden, what comes back, what may be written, what stays covered. */
import { lstatSync, readdirSync, realpathSync, statSync } from 'node:fs'
import { join, relative, resolve } from 'node:path'
import { findCoveringMount, type Mount, sortMounts } from '../../lib/bubblewrap.ts'
import type { Confinement } from '../sandbox.ts'
import { CREDENTIALS } from './places.ts'

/** What is the same for every confinement of this process. Absolute paths; those that do not exist are left out. */
export type Surroundings = {
  readonly home: string
  readonly hidden: readonly string[]
  /** Tools, settings and system places that come back read-only. */
  readonly shown: readonly string[]
  /** Where package managers write, and the directory that takes it; null = memory. */
  readonly caches: readonly { readonly path: string; readonly source: string | null }[]
}

export function planMounts(surroundings: Surroundings, confinement: Confinement): Mount[] {
  const writable = [confinement.cwd, ...confinement.writable].flatMap((path) => toMounts('writable', path))
  const shown = surroundings.shown.flatMap((path) => toMounts('readable', path))
  // Later ones win where two are for the same path.
  const wanted = [
    ...shown.filter((mount) => !writable.some((own) => isInside(mount.path, own.path))), // e.g. its node_modules/.bin
    ...surroundings.hidden.flatMap(toHidden),
    ...surroundings.caches.map(toCacheMount),
    ...confinement.readable.flatMap((path) => toMounts('readable', path)),
    ...(confinement.overlaid ?? []).flatMap(toOverlay),
    ...writable,
    ...writable.flatMap((mount) => toGitPointers(mount.path)),
  ]
  const mounts = withoutNeedless([...new Map(wanted.map((mount) => [mount.path, mount])).values()], surroundings.home)
  const named = [confinement.cwd, ...confinement.writable, ...confinement.readable].map(findRealPath)
  const exposed = findExposedCredentials(mounts, surroundings.home).filter((path) => !named.includes(path))
  return [...mounts, ...exposed.flatMap(toHidden)]
}

/**
 * Under its real path, and under the given one too when a link leads there: the link itself may be hidden with the
 * directory it lies in. Nothing for a path that does not exist.
 */
function toMounts(kind: 'readable' | 'writable', path: string): Mount[] {
  const source = findRealPath(path)
  if (source === null) return []
  return [...new Set([resolve(path), source])].map((at) => ({ kind, path: at, source }))
}

/**
 * The files by which git finds its directory and configuration. Our own git follows them outside, with the person's
 * rights: pointed to a directory of the agent's making, its `core.sshCommand` or filters would run there.
 */
function toGitPointers(directory: string): Mount[] {
  return ['.git', 'gitdir', 'commondir', 'config.worktree']
    .map((name) => join(directory, name))
    .filter((path) => lstatSync(path, { throwIfNoEntry: false })?.isFile())
    .map((path) => ({ kind: 'readable', path, source: path }))
}

/** A directory in memory that shows every entry of the real one. */
function toOverlay(path: string): Mount[] {
  const real = findRealPath(path)
  if (real === null) return []
  const entries = readdirSync(real).flatMap((name) => toMounts('readable', join(real, name)))
  return [{ kind: 'private', path: real }, ...entries]
}

function toHidden(path: string): Mount[] {
  const real = findRealPath(path)
  if (real === null || real === '/') return [] // a home of `/`: its credentials are covered one by one
  const kind = statSync(real).isDirectory() ? 'private' : 'masked'
  return [...new Set([resolve(path), real])].map((at) => ({ kind, path: at }))
}

function toCacheMount({ path, source }: Surroundings['caches'][number]): Mount {
  if (source === null || findRealPath(source) === null) return { kind: 'private', path }
  return { kind: 'writable', path, source }
}

function withoutNeedless(mounts: readonly Mount[], home: string): Mount[] {
  const kept: Mount[] = []
  for (const mount of sortMounts(mounts)) {
    if (isNeeded(mount, findCoveringMount(kept, mount.path), home)) kept.push(mount)
  }
  return kept
}

/** Needed: it changes what is seen. Possible: bwrap makes mount points in private directories, elsewhere they must exist. */
function isNeeded(mount: Mount, around: Mount | null, home: string): boolean {
  if (around?.kind === 'private') return mount.kind === 'readable' || mount.kind === 'writable' || mount.path === home
  if (!isPlainPath(mount.path, around)) return false
  if (mount.kind === 'readable') return around?.kind === 'writable'
  return mount.kind !== around?.kind
}

/** False when it is missing, or reached by a link that is seen inside too and leads to where the real path is mounted. */
function isPlainPath(path: string, around: Mount | null): boolean {
  const outside = around !== null && 'source' in around ? join(around.source, relative(around.path, path)) : path
  return findRealPath(outside) === outside
}

/** Real paths of credentials that something wider shows: they are covered unless the confinement names them itself. */
function findExposedCredentials(mounts: readonly Mount[], home: string): string[] {
  const paths = CREDENTIALS.map((name) => findRealPath(join(home, name))).filter((path) => path !== null)
  return [...new Set(paths)].filter((path) => {
    const kind = findCoveringMount(mounts, path)?.kind
    return kind !== 'private' && kind !== 'masked'
  })
}

function isInside(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

function findRealPath(path: string): string | null {
  try {
    return realpathSync(path)
  } catch {
    return null
  }
}
