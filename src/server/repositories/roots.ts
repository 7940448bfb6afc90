/** The directories below which everything has to be. Links are followed before anything is compared. */
import { mkdir, realpath } from 'node:fs/promises'
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { errorCode } from '../../store/disk.ts'

export type Roots = {
  /** As configured, links resolved; those that are not there are left out. */
  list(): Promise<readonly string[]>
  /** The real path of something that exists. Throws `path_refused`. */
  confine(path: string): Promise<string>
  /** The real path that something new would have. Throws `path_refused`. */
  confineNew(path: string): Promise<string>
  /** Where clones go when nobody says otherwise; made when it is not there. */
  first(): Promise<string>
}

/** `paths`: at least one, absolute. */
export function createRoots(paths: readonly [string, ...string[]]): Roots {
  async function list(): Promise<readonly string[]> {
    const found = await Promise.all(paths.map((path) => realpath(path).catch(() => null)))
    return [...new Set(found.filter((path) => path !== null))]
  }

  async function requireInside(real: string, given: string): Promise<string> {
    if ((await list()).some((root) => isInside(real, root))) return real
    throw refused(given)
  }

  return {
    list,
    async confine(path) {
      return requireInside(await realPathOf(path), path)
    },
    async confineNew(path) {
      const target = toAbsolute(path)
      const name = basename(target)
      if (name === '' || name === '.git') throw refused(path)
      const parent = await realpathOfNearest(dirname(target))
      const real = join(parent, name)
      await requireInside(parent, path)
      return real
    },
    async first() {
      await mkdir(paths[0], { recursive: true, mode: 0o700 })
      return realpath(paths[0])
    },
  }
}

function toAbsolute(path: string): string {
  if (path.includes('\0') || !isAbsolute(path)) throw refused(path)
  return resolve(path)
}

async function realPathOf(path: string): Promise<string> {
  try {
    return await realpath(toAbsolute(path))
  } catch (error) {
    // What is not there and what may not be seen are the same answer: nobody learns about other directories here.
    if (['ENOENT', 'ENOTDIR', 'EACCES', 'ELOOP', 'ENAMETOOLONG'].includes(errorCode(error) ?? '')) throw refused(path)
    throw error
  }
}

/** Parents that are not there yet are made later; links among those that are there are followed now. */
async function realpathOfNearest(path: string): Promise<string> {
  try {
    return await realpath(path)
  } catch (error) {
    if (errorCode(error) !== 'ENOENT' || dirname(path) === path) throw error
    return join(await realpathOfNearest(dirname(path)), basename(path))
  }
}

export function isInside(path: string, root: string): boolean {
  const way = relative(root, path)
  return way === '' || !(way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
}

function refused(path: string): Failure {
  const shown = JSON.stringify(path.slice(0, 200))
  return new Failure('path_refused', `${shown} is not an absolute path of something below an allowed root`, {
    facts: { path, field: 'repository' },
  })
}
