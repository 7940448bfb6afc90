/** What the sandbox lets a session write and see: its workspace, its own branch, its conversation. Nothing else. */
import { existsSync, realpathSync } from 'node:fs'
import { mkdir } from 'node:fs/promises'
import { dirname, join, sep } from 'node:path'
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

/** All but the executable, which only the SDK knows. Creates the directories git needs. */
export async function prepareConfinement(request: ConfinementRequest): Promise<Confinement> {
  const { session, claudeDirectory, homeDir, environment } = request
  const gitPaths = session.access === 'write' ? toWritableGit(session.git) : []
  await Promise.all([claudeDirectory, ...gitPaths].map((path) => mkdir(path, { recursive: true })))
  return {
    cwd: session.cwd,
    writable: [claudeDirectory, ...gitPaths],
    readable: [session.git.commonDir, ...toPersonal(claudeDirectory), ...toAccountFiles(environment, homeDir)],
    // A rebase locks packed-refs whenever it forgets where it stood, which it may do in memory.
    overlaid: session.mayRewriteHistory ? [session.git.commonDir] : [],
  }
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

/** Run or obeyed by the user's own sessions later: a way out of the sandbox if they could be written. */
function toPersonal(claudeDirectory: string): string[] {
  return [
    ...['settings.json', 'settings.local.json', 'CLAUDE.md', 'agents', 'commands', 'hooks', 'output-styles', 'rules'],
    ...['skills', 'workflows'],
  ]
    .map((name) => join(claudeDirectory, name))
    .filter((path) => existsSync(path))
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
