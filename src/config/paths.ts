/** Where things lie on disk. Used by every command, so it loads nothing heavy. */
import { realpathSync } from 'node:fs'
import { homedir } from 'node:os'
import { basename, join, resolve } from 'node:path'

export type Environment = Readonly<Record<string, string | undefined>>

/** Ours alone, outside every repository: user configuration and worktrees. */
export function claudetmHome(environment: Environment): string {
  if (environment.CLAUDETM_HOME) return resolve(environment.CLAUDETM_HOME)
  return join(environment.HOME || homedir(), '.claudetm')
}

export function stateDirectory(repository: string): string {
  return join(repository, '.claude-task-master')
}

export function projectConfigFile(repository: string): string {
  return join(stateDirectory(repository), 'config.json')
}

export function userConfigFile(environment: Environment): string {
  return join(claudetmHome(environment), 'config.json')
}

/** The worktrees of one repository; two checkouts of the same name, or a link to one, are told apart by the real path. */
export function poolDirectory(repository: string, environment: Environment): string {
  const real = realpathSync(repository)
  // Not imported above: loading it takes a fifth of Node's own start, and few commands need a pool.
  const { createHash } = process.getBuiltinModule('node:crypto')
  const digest = createHash('sha256').update(real).digest('hex').slice(0, 8)
  return join(claudetmHome(environment), 'worktrees', `${basename(real) || 'root'}-${digest}`)
}
