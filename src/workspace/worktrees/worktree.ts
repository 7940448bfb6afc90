/**
 * One git worktree on disk: made, recognised, cleaned, thrown away. Its registration `<common>/worktrees/<name>` says
 * what belongs to it; the pointer files are put right before git follows them, since a session may have written them.
 */
import { lstat, readdir, rename, rm, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Git, GitOptions } from '../git.ts'
import { DEPENDENCY_PATTERNS } from './dependencies.ts'
import { absentAsNull, exists, readIfPresent } from './disk.ts'

/** What the tree stands on: a branch (made at `base` when it does not exist) or a bare commit. */
export type Footing = { readonly branch: string; readonly base: CommitSha } | { readonly commit: CommitSha }

/** Checking out may fetch large files through a filter. */
const CHECKOUT_TIMEOUT_MS = 900_000

/** The user's settings that would make a checkout do more, or look different, than asked. */
const PLAIN = [
  '-c',
  'submodule.recurse=false',
  '-c',
  'worktree.useRelativePaths=false',
  '-c',
  'worktree.guessRemote=false',
]

const LOCK_REASON = 'in use by claudetm; `claudetm clean` removes it'

/** What an interrupted operation leaves behind in a worktree's git directory. */
export const OPERATION_MARKS = [
  'rebase-merge',
  'rebase-apply',
  'MERGE_HEAD',
  'CHERRY_PICK_HEAD',
  'REVERT_HEAD',
  'BISECT_LOG',
]
const OPERATION_REMAINS = [...OPERATION_MARKS, 'MERGE_MSG', 'MERGE_MODE', 'AUTO_MERGE', 'sequencer', 'SQUASH_MSG']
const LOCKS = ['index.lock', 'HEAD.lock', 'ORIG_HEAD.lock', 'config.worktree.lock']

export type Worktrees = {
  /** The worktree's git directory when the worktree is whole, else null. */
  open(path: string): Promise<string | null>
  create(path: string, footing: Footing, signal?: AbortSignal): Promise<void>
  /** Moves a whole worktree that holds no work onto another footing, as if it were new. Keeps ignored files. */
  move(path: string, footing: Footing, signal?: AbortSignal): Promise<void>
  /** Moves a clean worktree and its branch forward to a descendant of where they are. Killed half-way, the tree is neither. */
  forward(path: string, commit: CommitSha): Promise<void>
  /** Removes what git does not track, ignored files included. */
  clean(path: string, options: { keepDependencies: boolean }): Promise<void>
  /** Removes locks that a killed git left here and on `branch`. Only when no process can hold them. */
  unlock(path: string, branch: string | null): Promise<void>
  /** Removes directory and registration, whatever state they are in. */
  discard(path: string): Promise<void>
  /** A directory whose registration is lost may hold work: it steps aside and stays. */
  setAside(path: string, suffix: number): Promise<void>
}

export function createWorktrees(git: Git, commonDir: () => Promise<string>): Worktrees {
  async function registrations(path: string): Promise<readonly string[]> {
    const home = join(await commonDir(), 'worktrees')
    const directories = ((await absentAsNull(readdir(home))) ?? []).map((name) => join(home, name))
    const targets = await Promise.all(directories.map((directory) => readIfPresent(join(directory, 'gitdir'))))
    return directories.filter((_, index) => targets[index]?.trimEnd() === join(path, '.git'))
  }

  async function open(path: string): Promise<string | null> {
    const [directory] = await registrations(path)
    if (directory === undefined || !(await exists(path))) return null
    if (!(await exists(join(directory, 'HEAD')))) return null
    await keepText(join(path, '.git'), `gitdir: ${directory}\n`)
    await keepText(join(directory, 'commondir'), '../..\n')
    if (!(await exists(join(directory, 'locked')))) await writeFile(join(directory, 'locked'), LOCK_REASON)
    return directory
  }

  async function checkoutArgs(footing: Footing): Promise<readonly string[]> {
    if ('commit' in footing) return ['--detach', footing.commit]
    const known = await git.try(['show-ref', '--verify', '--quiet', `refs/heads/${footing.branch}`])
    return known.exitCode === 0 ? [footing.branch] : ['--no-track', '-b', footing.branch, footing.base]
  }

  async function discard(path: string): Promise<void> {
    await rm(path, { recursive: true, force: true, maxRetries: 3 })
    for (const directory of await registrations(path)) await rm(directory, { recursive: true, force: true })
  }

  async function unlock(path: string, branch: string | null): Promise<void> {
    const directory = await open(path)
    const own = directory === null ? [] : LOCKS.map((name) => join(directory, name))
    const ofBranch = branch === null ? [] : [join(await commonDir(), 'refs', 'heads', `${branch}.lock`)]
    for (const file of [...own, ...ofBranch]) await rm(file, { force: true })
  }

  return {
    open,
    discard,
    unlock,
    async create(path, footing, signal) {
      const args = await checkoutArgs(footing)
      // `<branch>` comes after the path, `-b <branch>` and `--detach` before it; git takes options in any place
      const [last, options] = [args.at(-1) ?? '', args.slice(0, -1)]
      const command = ['worktree', 'add', '--quiet', '--lock', '--reason', LOCK_REASON, ...options, path, last]
      await git.run([...PLAIN, ...command], limits(signal))
    },
    async move(path, footing, signal) {
      await unlock(path, 'branch' in footing ? footing.branch : null)
      const directory = await open(path)
      if (directory === null) throw new Failure('git_failed', `${path} is not a worktree of this repository any more`)
      for (const name of OPERATION_REMAINS) await rm(join(directory, name), { recursive: true, force: true })
      const here = git.at(path)
      const args = await checkoutArgs(footing)
      await here.run([...PLAIN, 'checkout', '--quiet', '--force', '--no-guess', ...args, '--'], limits(signal))
      await here.run([...PLAIN, 'reset', '--quiet', '--hard'], limits(signal))
    },
    async forward(path, commit) {
      const plain = ['--quiet', '--ff-only', '--no-autostash', '--no-verify-signatures']
      await git.at(path).run([...PLAIN, 'merge', ...plain, commit], limits(undefined))
    },
    async clean(path, { keepDependencies }) {
      const kept = keepDependencies ? DEPENDENCY_PATTERNS.flatMap((pattern) => ['-e', pattern]) : []
      await git.at(path).run(['clean', '-ffdxq', ...kept], { timeoutMs: CHECKOUT_TIMEOUT_MS })
    },
    async setAside(path, suffix) {
      await rename(path, `${path}.kept-${suffix}`)
      await discard(path)
    },
  }
}

function limits(signal: AbortSignal | undefined): GitOptions {
  return { timeoutMs: CHECKOUT_TIMEOUT_MS, ...(signal && { signal }) }
}

async function keepText(file: string, text: string): Promise<void> {
  const isFile = (await absentAsNull(lstat(file)))?.isFile() === true
  if (isFile && (await readIfPresent(file)) === text) return
  await rm(file, { recursive: true, force: true })
  await writeFile(file, text)
}
