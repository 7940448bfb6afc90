/** What the sandbox lets a session write and see: its workspace, its own branch, its conversation. Nothing else. */
import { existsSync, realpathSync } from 'node:fs'
import { mkdir, writeFile } from 'node:fs/promises'
import { basename, dirname, join, sep } from 'node:path'
import type { Environment } from '../../lib/environment.ts'
import type { Confinement } from '../../workspace/sandbox.ts'
import type { GitAccess, SessionRequest } from '../agent.ts'
import { isOn } from './environment.ts'

export type ConfinementRequest = {
  readonly session: Pick<SessionRequest, 'cwd' | 'git' | 'access' | 'mayRewriteHistory'>
  /** Where the agent keeps its login and transcripts. */
  readonly claudeDirectory: string
  readonly homeDir: string
  readonly environment: Environment
}

/** All but the executable, which only the SDK knows. Creates what git needs and what must not be made inside. */
export async function prepareConfinement(request: ConfinementRequest): Promise<Confinement> {
  const { session, claudeDirectory, homeDir, environment } = request
  const gitPaths = session.access === 'write' ? toWritableGit(session.git) : []
  await Promise.all([claudeDirectory, ...gitPaths].map((path) => mkdir(path, { recursive: true })))
  if (gitPaths.length > 0) await occupySettings(session.git)
  const personal = await occupyPersonal(claudeDirectory)
  return {
    cwd: session.cwd,
    writable: [claudeDirectory, ...gitPaths],
    readable: [
      session.git.commonDir,
      ...toKeptObjects(session.git),
      ...personal,
      ...toAccountFiles(environment, homeDir),
    ],
    // A rebase locks packed-refs whenever it forgets where it stood, which it may do in memory.
    overlaid: session.mayRewriteHistory ? [session.git.commonDir] : [],
  }
}

/**
 * Where the repository lets worktrees have settings of their own, our git would obey what a session writes there. A file
 * that exists is mounted read-only like the other pointers; one that does not could be made.
 */
async function occupySettings({ worktreeDir }: GitAccess): Promise<void> {
  if (basename(dirname(worktreeDir)) !== 'worktrees') return
  await writeFile(join(worktreeDir, 'config.worktree'), '', { flag: 'a' })
}

/** Adds what the executable itself needs: it may lie below a hidden directory. */
export function showExecutable(confinement: Confinement, command: string): Confinement {
  const real = existsSync(command) ? realpathSync(command) : command
  const places = [command, real].filter((path) => path.includes(sep)).flatMap(toProgramPlaces)
  return { ...confinement, readable: [...confinement.readable, ...new Set(places)] }
}

function toProgramPlaces(path: string): string[] {
  const modules = `${sep}node_modules${sep}`
  const end = path.lastIndexOf(modules)
  return end === -1 ? [dirname(path)] : [dirname(path), path.slice(0, end + modules.length - 1)]
}

/**
 * Objects, and the directory of its own branch: `claudetm/<run>/`. The configuration, hooks and every other branch of
 * the repository stay read-only (measured: commit and amend need no more, with gc.auto=0).
 */
function toWritableGit({ commonDir, worktreeDir, branch }: GitAccess): string[] {
  if (branch === null) return []
  const directory = dirname(branch)
  return [
    join(commonDir, 'objects'),
    join(commonDir, 'refs', 'heads', directory),
    join(commonDir, 'logs', 'refs', 'heads', directory),
    worktreeDir,
  ]
}

/**
 * What is packed is the history of the repository, and `info` can point git to objects elsewhere: a session adds loose
 * objects and needs to write neither.
 */
function toKeptObjects({ commonDir }: GitAccess): string[] {
  return ['pack', 'info'].map((name) => join(commonDir, 'objects', name))
}

/** Run or obeyed by the user's own sessions later: a way out of the sandbox if they could be written, or made. */
const PERSONAL: Readonly<Record<string, string | null>> = {
  'settings.json': '{}\n',
  'settings.local.json': '{}\n',
  'CLAUDE.md': '',
  agents: null,
  commands: null,
  hooks: null,
  'output-styles': null,
  plugins: null,
  rules: null,
  skills: null,
  workflows: null,
}

/** An empty one that says nothing stands where there is none: only what exists can be mounted read-only. */
async function occupyPersonal(claudeDirectory: string): Promise<string[]> {
  const entries = Object.entries(PERSONAL).map(([name, text]) => ({ path: join(claudeDirectory, name), text }))
  for (const { path, text } of entries) {
    if (existsSync(path)) continue
    if (text === null) await mkdir(path, { recursive: true })
    else await writeFile(path, text, { flag: 'a', mode: 0o600 })
  }
  return entries.map(({ path }) => path)
}

/** Certificates, and the login of a cloud when one is used. */
function toAccountFiles(environment: Environment, homeDir: string): string[] {
  const bedrock = isOn(environment.CLAUDE_CODE_USE_BEDROCK)
  const vertex = isOn(environment.CLAUDE_CODE_USE_VERTEX)
  const foundry = isOn(environment.CLAUDE_CODE_USE_FOUNDRY)
  return [
    ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR'].map((name) => environment[name]),
    ...(bedrock ? [join(homeDir, '.aws'), environment.AWS_CONFIG_FILE, environment.AWS_SHARED_CREDENTIALS_FILE] : []),
    ...(vertex ? [join(homeDir, '.config', 'gcloud'), environment.GOOGLE_APPLICATION_CREDENTIALS] : []),
    ...(foundry ? [join(homeDir, '.azure')] : []),
  ].filter((path): path is string => path !== undefined && path !== '' && existsSync(path))
}
