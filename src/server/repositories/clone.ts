/** Cloning: into a directory beside the target that gets its name at the end, so that half a clone is never taken for one. */
import { mkdir, readdir, rename, rm, rmdir, stat } from 'node:fs/promises'
import { basename, dirname, join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { errorCode } from '../../store/disk.ts'
import type { Git } from '../../workspace/git.ts'
import type { CloneAddress } from './clone-address.ts'

export type CloneRequest = {
  readonly address: CloneAddress
  /** Real path that does not exist yet. */
  readonly target: string
  readonly branch: string | null
  /** The addresses that were judged; null = any. */
  readonly addresses: readonly string[] | null
  readonly timeoutMs: number
  /** Ends it, and leaves nothing. */
  readonly signal: AbortSignal
}

/** Nothing but the protocol that was judged, no redirects to elsewhere, no credential that asks a person. */
function safeConfig({ address, addresses }: CloneRequest): readonly string[] {
  const { scheme, host, port } = address
  const pinned =
    scheme === 'https' && addresses !== null
      ? [`http.curloptResolve=${host}:${port}:${addresses.map(bracket).join(',')}`]
      : []
  return [
    'protocol.allow=never',
    `protocol.${scheme}.allow=always`,
    'http.followRedirects=false',
    'core.symlinks=true',
    'submodule.recurse=false',
    'transfer.fsckObjects=true',
    ...pinned,
  ]
}

function bracket(address: string): string {
  return address.includes(':') ? `[${address}]` : address
}

/** Git under these settings, with the rights that the server has at that address. */
export type GitFor = (url: string, settings: readonly string[]) => Git

/** Throws `repository_exists`, and what git says. */
export async function cloneInto(gitFor: GitFor, request: CloneRequest): Promise<void> {
  const { address, target, branch, timeoutMs, signal } = request
  const parent = dirname(target)
  const half = join(parent, `.${basename(target)}.${crypto.randomUUID()}.part`)
  await mkdir(parent, { recursive: true, mode: 0o700 })
  await removeAbandoned(parent, timeoutMs)
  try {
    const which = branch === null ? [] : ['--branch', branch]
    const args = ['clone', '--quiet', '--no-recurse-submodules', ...which, '--', address.url, half]
    await gitFor(address.url, safeConfig(request)).run(args, { timeoutMs, signal })
    await claim(half, target)
  } finally {
    await rm(half, { recursive: true, force: true })
    await rmdir(parent).catch(() => {}) // only what is empty can be removed so: it was made for this
  }
}

const HALF = /^\..+\.[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}\.part$/

/** Of a server that was killed while it cloned: no clone that still goes on is that old. */
async function removeAbandoned(parent: string, timeoutMs: number): Promise<void> {
  const halves = (await readdir(parent)).filter((name) => HALF.test(name)).map((name) => join(parent, name))
  for (const half of halves) {
    const begunAt = await stat(half).then(
      ({ mtimeMs }) => mtimeMs,
      () => Number.POSITIVE_INFINITY,
    )
    if (Date.now() - begunAt > 2 * timeoutMs) await rm(half, { recursive: true, force: true })
  }
}

/** A rename onto a directory that is not empty fails, and so does one onto a file. */
async function claim(half: string, target: string): Promise<void> {
  try {
    await rename(half, target)
  } catch (error) {
    if (!['ENOTEMPTY', 'EEXIST', 'ENOTDIR'].includes(errorCode(error) ?? '')) throw error
    throw new Failure('repository_exists', `${target} exists already`, { facts: { path: target } })
  }
}
