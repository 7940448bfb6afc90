/** The machine: Node, git, and directories that can be written and have room. */
import { randomUUID } from 'node:crypto'
import { constants } from 'node:fs'
import { access, rm, stat, statfs, writeFile } from 'node:fs/promises'
import { dirname, join, relative } from 'node:path'
import type { Git } from '../../workspace/git.ts'
import { type DoctorCheck, ok, problem, warning } from './finding.ts'

/** Runs TypeScript as it is (tests, development) and is the `engines` of the package. */
const OLDEST_NODE = [22, 18]
/** The first with `merge-tree --write-tree`. */
const OLDEST_GIT = [2, 38]

export function checkNode(version: string): DoctorCheck {
  return isAtLeast(version, OLDEST_NODE)
    ? ok('node', version)
    : problem('node', `${version} is too old`, `Install Node ${OLDEST_NODE.join('.')} or newer`)
}

export async function checkGit(git: Git): Promise<DoctorCheck> {
  const version = (await git.run(['--version'])).replace(/^git version /, '')
  return isAtLeast(version, OLDEST_GIT)
    ? ok('git', version)
    : problem('git', `${version} is too old`, `Install git ${OLDEST_GIT.join('.')} or newer`)
}

function isAtLeast(version: string, oldest: readonly number[]): boolean {
  const [major = 0, minor = 0] = (/(\d+)\.(\d+)/.exec(version)?.slice(1) ?? []).map(Number)
  const [oldestMajor = 0, oldestMinor = 0] = oldest
  return major > oldestMajor || (major === oldestMajor && minor >= oldestMinor)
}

const MEBIBYTE = 1024 * 1024
/** Below, a run will hardly get through one installation of dependencies. */
const LITTLE_ROOM_BYTES = 2_048 * MEBIBYTE
/** Below, even state and logs are in danger. */
const NO_ROOM_BYTES = 100 * MEBIBYTE

/** Creates nothing that was not there before: a missing directory is judged by the first one above it that exists. */
export async function checkDirectory(name: string, directory: string): Promise<DoctorCheck> {
  const nearest = await findExisting(directory)
  if (!(await stat(nearest)).isDirectory()) {
    return problem(name, `${nearest} is not a directory`, 'Move the file away')
  }
  const refused = await tryWriting(nearest, nearest === directory)
  if (refused !== null) {
    return problem(name, `${nearest} cannot be written: ${refused}`, `Make it writable: chmod u+rwx ${nearest}`)
  }
  return judgeRoom(name, directory, await freeBytes(nearest))
}

export function judgeRoom(name: string, directory: string, free: number): DoctorCheck {
  const detail = `${directory}, ${describeSize(free)} free`
  if (free < NO_ROOM_BYTES) return problem(name, detail, 'Make room on this disk')
  if (free < LITTLE_ROOM_BYTES) return warning(name, detail, 'Make room: every PR group needs its own worktree')
  return ok(name, detail)
}

export function isInside(path: string, directory: string): boolean {
  const way = relative(directory, path)
  return way === '' || !(way === '..' || way.startsWith('../') || way.startsWith('/'))
}

async function findExisting(path: string): Promise<string> {
  const isThere = await stat(path).then(
    () => true,
    (error: NodeJS.ErrnoException) => error.code !== 'ENOENT' && error.code !== 'ENOTDIR',
  )
  return isThere || path === dirname(path) ? path : findExisting(dirname(path))
}

/** Only a real write knows about quotas; it is tried where the directory is ours, elsewhere the rights are asked for. */
async function tryWriting(directory: string, isOurs: boolean): Promise<string | null> {
  const probe = join(directory, `.doctor-${randomUUID()}`)
  try {
    if (!isOurs) await access(directory, constants.W_OK | constants.X_OK)
    else await writeFile(probe, 'probe', { flag: 'wx', mode: 0o600 })
    return null
  } catch (error) {
    return error instanceof Error && 'code' in error ? String(error.code) : String(error)
  } finally {
    if (isOurs) await rm(probe, { force: true }).catch(() => {})
  }
}

async function freeBytes(directory: string): Promise<number> {
  const { bavail, bsize } = await statfs(directory)
  return bavail * bsize
}

function describeSize(bytes: number): string {
  const gibibytes = bytes / MEBIBYTE / 1_024
  return gibibytes >= 1 ? `${gibibytes.toFixed(1)} GiB` : `${Math.floor(bytes / MEBIBYTE)} MiB`
}
