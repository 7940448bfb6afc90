/** Git commands in the bare repositories: nobody's configuration, no hooks but ours, no maintenance behind our back. */
import { type CommandResult, runCommand } from '../../../../src/lib/command.ts'

export type Person = { readonly name: string; readonly email: string; readonly at: Date }

export type GitOptions = { readonly input?: string; readonly author?: Person; readonly committer?: Person }

/** Standard output without the newlines at its end; throws with git's own words. */
export async function git(directory: string, args: readonly string[], options: GitOptions = {}): Promise<string> {
  const result = await tryGit(directory, args, options)
  if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')} failed: ${result.startError ?? result.output}`)
  return result.stdout.trimEnd()
}

/** For commands whose exit code is an answer. */
export function tryGit(directory: string, args: readonly string[], options: GitOptions = {}): Promise<CommandResult> {
  return runCommand('git', ['-c', 'gc.auto=0', ...args], {
    cwd: directory,
    env: gitEnvironment(options),
    timeoutMs: 60_000,
    ...(options.input === undefined ? {} : { input: options.input }),
  })
}

export function gitEnvironment({ author, committer = author }: GitOptions = {}): Record<string, string> {
  return {
    PATH: process.env.PATH ?? '/usr/bin:/bin',
    HOME: '/nonexistent',
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_TERMINAL_PROMPT: '0',
    LC_ALL: 'C',
    ...(author === undefined ? {} : personVariables('AUTHOR', author)),
    ...(committer === undefined ? {} : personVariables('COMMITTER', committer)),
  }
}

function personVariables(role: 'AUTHOR' | 'COMMITTER', person: Person): Record<string, string> {
  return {
    [`GIT_${role}_NAME`]: person.name,
    [`GIT_${role}_EMAIL`]: person.email,
    [`GIT_${role}_DATE`]: `${Math.floor(person.at.getTime() / 1000)} +0000`,
  }
}
