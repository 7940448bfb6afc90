/** Finds out once whether bubblewrap works on this machine, and confines commands with it or says why not. */
import { access, constants, mkdir, realpath } from 'node:fs/promises'
import { dirname, isAbsolute, join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import { toBubblewrapArguments } from '../../lib/bubblewrap.ts'
import { type CommandResult, runCommand } from '../../lib/command.ts'
import type { Sandbox } from '../sandbox.ts'
import { planMounts, type Surroundings } from './mount-plan.ts'
import { CACHES, HIDDEN_DIRECTORIES, HOME_SETTINGS, SYSTEM_PLACES, UNSET_VARIABLES } from './places.ts'
import { findToolRoots } from './tool-roots.ts'

export type SandboxRequest = {
  readonly mode: 'auto' | 'on' | 'off'
  /** The user's home directory, absolute. */
  readonly home: string
  /** PATH: what it names below a hidden directory comes back read-only. */
  readonly environmentPath: string
  readonly platform: NodeJS.Platform
  /** Hidden in addition, wherever a confinement does not name them itself. */
  readonly hiddenPaths?: readonly string[]
  /** Shown read-only to every command, e.g. certificates or a registry's configuration below home. */
  readonly readablePaths?: readonly string[]
  /**
   * Keeps what package managers cache, so that it survives the command. One per repository: what is in it is as
   * trustworthy as the code of that repository. null = caches live in memory and die with the command.
   */
  readonly cacheDirectory?: string | null
  readonly isRoot?: boolean
}

/** Throws `sandbox_unavailable` when mode is `on` and it cannot be had. */
export async function createSandbox(request: SandboxRequest): Promise<Sandbox> {
  if (request.mode === 'off') return withoutSandbox('no sandbox: switched off')
  const found = await findBubblewrap(request)
  if (found.kind === 'unusable') {
    if (request.mode === 'on') throw unavailable(found)
    return withoutSandbox(`no sandbox: ${found.why}; ${found.cure}`)
  }
  return confineWith(found, await findSurroundings(request), isRoot(request))
}

type Finding =
  | { readonly kind: 'works'; readonly file: string; readonly version: string }
  | { readonly kind: 'unusable'; readonly why: string; readonly cure: string }

const NO_CURE = 'the agent’s own permission checks stay in force'
const INSTALL_CURE = 'install it with your package manager, e.g. apt-get install bubblewrap'
const NAMESPACE_CURE =
  'allow unprivileged user namespaces for bwrap (on Ubuntu 24.04 an AppArmor profile for it, in Docker --security-opt seccomp=unconfined --security-opt systempaths=unconfined)'
const PROBE_TIMEOUT_MS = 10_000

/** A real confinement is tried: user namespaces, or mounting /proc, may be forbidden (containers). */
async function findBubblewrap(request: SandboxRequest): Promise<Finding> {
  const { platform } = request
  if (platform !== 'linux') {
    return { kind: 'unusable', why: `bubblewrap needs Linux and this is ${platform}`, cure: NO_CURE }
  }
  const file = await findProgram('bwrap', request.environmentPath)
  if (file === null) return { kind: 'unusable', why: 'bubblewrap is not installed', cure: INSTALL_CURE }

  const result = await tryCommand(file, [
    ...toBubblewrapArguments({
      ...FIXED,
      mounts: [{ kind: 'private', path: '/tmp' }],
      cwd: '/',
      isRoot: isRoot(request),
    }),
    ...['/bin/sh', '-c', ':'],
  ])
  if (result.exitCode === 0) {
    return { kind: 'works', file, version: (await tryCommand(file, ['--version'])).stdout.trim() }
  }
  const said = result.startError ?? (result.output.trim().split('\n').at(-1) || 'it did not answer')
  return { kind: 'unusable', why: `bubblewrap does not work here (${said})`, cure: NAMESPACE_CURE }
}

function tryCommand(file: string, args: readonly string[]): Promise<CommandResult> {
  return runCommand(file, args, { cwd: '/', env: {}, timeoutMs: PROBE_TIMEOUT_MS })
}

/** Only absolute PATH entries: a repository must not bring its own. */
async function findProgram(name: string, environmentPath: string): Promise<string | null> {
  for (const directory of environmentPath.split(':').filter(isAbsolute)) {
    const file = join(directory, name)
    const runs = await access(file, constants.X_OK).then(
      () => true,
      () => false,
    )
    if (runs) return file
  }
  return null
}

async function findSurroundings(request: SandboxRequest): Promise<Surroundings> {
  const { home, hiddenPaths = [], readablePaths = [], cacheDirectory = null } = request
  const hidden = [...HIDDEN_DIRECTORIES, home, ...hiddenPaths]
  return {
    home,
    hidden,
    shown: [
      ...SYSTEM_PLACES,
      ...(await findResolverPlace()),
      ...HOME_SETTINGS.map((path) => join(home, path)),
      ...(await findToolRoots(request.environmentPath, hidden)),
      ...readablePaths,
    ],
    caches: await prepareCaches(home, cacheDirectory),
  }
}

/**
 * /etc/resolv.conf is often a link below /run. Its directory comes back, not the file: it is replaced when the network
 * changes, and a mounted file would stay the old one.
 */
async function findResolverPlace(): Promise<string[]> {
  const file = await realpath('/etc/resolv.conf').catch(() => null)
  if (file === null) return []
  const directory = dirname(file)
  return [HIDDEN_DIRECTORIES.includes(directory) ? file : directory]
}

async function prepareCaches(home: string, cacheDirectory: string | null): Promise<Surroundings['caches']> {
  const caches = CACHES.map((name) => ({
    path: join(home, name),
    source: cacheDirectory === null ? null : join(cacheDirectory, name.replace(/^\./, '').replaceAll('/', '-')),
  }))
  for (const { source } of caches) if (source !== null) await mkdir(source, { recursive: true, mode: 0o700 })
  return caches
}

/** The temporary directory is the private one whatever TMPDIR says outside. */
const FIXED = { setEnvironment: { TMPDIR: '/tmp' }, unsetEnvironment: UNSET_VARIABLES }

function confineWith(found: { file: string; version: string }, surroundings: Surroundings, root: boolean): Sandbox {
  return {
    kind: 'bubblewrap',
    description: `${found.version}: read-only system, hidden home, private temporary directory, own processes`,
    wrap(file, args, confinement) {
      const mounts = planMounts(surroundings, confinement)
      const own = toBubblewrapArguments({ ...FIXED, mounts, cwd: confinement.cwd, isRoot: root })
      return { file: found.file, args: [...own, file, ...args] }
    },
  }
}

function withoutSandbox(description: string): Sandbox {
  return { kind: 'none', description, wrap: (file, args) => ({ file, args }) }
}

function unavailable({ why, cure }: { why: string; cure: string }): Failure {
  return new Failure('sandbox_unavailable', `no sandbox: ${why}; ${cure}`, { facts: { why, cure } })
}

function isRoot(request: SandboxRequest): boolean {
  return request.isRoot ?? process.getuid?.() === 0
}
