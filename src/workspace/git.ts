/**
 * The one way git is called: explicit directory, time limit, no prompts, no hooks or monitors of the repository (an
 * agent may have written them), no dependence on the user's language.
 */
import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../domain/failure.ts'
import { type CommandResult, runCommand } from '../lib/command.ts'

export type GitOptions = {
  readonly timeoutMs?: number
  readonly input?: string
  readonly signal?: AbortSignal
  /** What prints more is ended; only for `try`, whose result says so. */
  readonly stopAfterBytes?: number
}

export type Git = {
  readonly cwd: string
  /** Any exit code is an answer; throws only when git cannot be started. */
  try(args: readonly string[], options?: GitOptions): Promise<CommandResult>
  /** Trimmed-at-the-end standard output; throws `git_failed`, `git_unreachable`, `git_refused` or `timeout`. */
  run(args: readonly string[], options?: GitOptions): Promise<string>
  at(cwd: string): Git
}

const LOCAL_TIMEOUT_MS = 60_000
const REMOTE_TIMEOUT_MS = 180_000
const REMOTE_COMMANDS: ReadonlySet<string> = new Set(['fetch', 'push', 'ls-remote', 'clone'])

/** Another git is just adding a worktree to the same repository: it takes a few milliseconds. */
const HALF_MADE_ATTEMPTS = 5
const HALF_MADE_PAUSE_MS = 20

const HALF_MADE = /failed to read \S*worktrees\/[^/]+\/(?:commondir|gitdir|HEAD)|bad object worktrees\/[^/]+\/HEAD/

/** git reads the files of all worktrees before it does anything, and dies of one that is being made (seen with 2.39). */
export function metHalfMadeWorktree({ exitCode, output }: Pick<CommandResult, 'exitCode' | 'output'>): boolean {
  return exitCode !== 0 && HALF_MADE.test(output)
}

const SAFE_CONFIG = [
  '-c',
  'core.hooksPath=/dev/null',
  '-c',
  'core.fsmonitor=false',
  '-c',
  'gc.auto=0',
  '-c',
  'maintenance.auto=false',
  '-c',
  'advice.detachedHead=false',
]

/**
 * `env` is the complete environment git runs with, e.g. HOME and PATH; `forRemotes` is asked anew for every command that
 * speaks to a remote, and added to it: credentials that expire, which nothing else needs to see.
 */
export function createGit(
  cwd: string,
  env: Readonly<Record<string, string>>,
  forRemotes?: () => Promise<Readonly<Record<string, string>>>,
): Git {
  const environment = {
    ...env,
    LC_ALL: 'C',
    GIT_TERMINAL_PROMPT: '0',
    GCM_INTERACTIVE: 'never',
    GIT_OPTIONAL_LOCKS: '0',
  }

  async function tryGit(args: readonly string[], options: GitOptions = {}): Promise<CommandResult> {
    const command = args.find((arg) => !arg.startsWith('-')) ?? ''
    const speaksToRemote = REMOTE_COMMANDS.has(command)
    const timeoutMs = options.timeoutMs ?? (speaksToRemote ? REMOTE_TIMEOUT_MS : LOCAL_TIMEOUT_MS)
    const extra = speaksToRemote && forRemotes !== undefined ? await forRemotes() : {}
    for (let attempt = 1; ; attempt += 1) {
      const result = await runCommand('git', [...SAFE_CONFIG, ...args], {
        cwd,
        env: { ...environment, ...extra },
        timeoutMs,
        ...(options.signal && { signal: options.signal }),
        ...(options.input !== undefined && { input: options.input }),
        ...(options.stopAfterBytes !== undefined && { stopAfterBytes: options.stopAfterBytes }),
      })
      if (result.startError !== null) throw startFailure(result.startError, cwd)
      if (attempt === HALF_MADE_ATTEMPTS || !metHalfMadeWorktree(result)) return result
      await wait(HALF_MADE_PAUSE_MS * attempt)
    }
  }

  return {
    cwd,
    try: tryGit,
    async run(args, options) {
      const result = await tryGit(args, options)
      if (result.exitCode === 0) return result.stdout.trimEnd()
      throw toGitFailure(args, result)
    },
    at: (directory) => createGit(directory, env, forRemotes),
  }
}

export function toGitFailure(args: readonly string[], result: CommandResult): Failure {
  const command = `git ${args.join(' ')}`
  const output = result.output.trim().slice(-2_000)
  const facts = { command, exitCode: result.exitCode, output }
  if (result.timedOut) return new Failure('timeout', `${command} took too long`, { facts })
  const kind = isRemote(args) ? classifyRemote(output) : 'git_failed'
  return new Failure(kind, `${command} failed: ${output.split('\n').at(-1) ?? ''}`, { facts })
}

function isRemote(args: readonly string[]): boolean {
  return args.some((arg) => REMOTE_COMMANDS.has(arg))
}

/**
 * git has no error codes for remotes; its own fixed messages (LC_ALL=C) are all there is. What is not recognised as a
 * refusal counts as unreachable, which is retried within a budget and then blocks.
 */
function classifyRemote(output: string): 'git_refused' | 'git_unreachable' {
  return /\[(remote )?rejected\]|Authentication failed|could not read (?:Username|Password)|Permission denied|access denied|does not appear to be a git repository|pre-receive hook declined|stale info/i.test(
    output,
  )
    ? 'git_refused'
    : 'git_unreachable'
}

function startFailure(code: string, cwd: string): Failure {
  return code === 'ENOENT'
    ? new Failure('git_missing', `git could not be started in ${cwd}`, { facts: { code, cwd } })
    : new Failure('git_failed', `git could not be started in ${cwd} (${code})`, { facts: { code, cwd } })
}
