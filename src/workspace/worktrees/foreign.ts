/** Commits that are on a remote only: brought here without moving a ref of anybody's, and compared with ours. */
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Git, GitOptions } from '../git.ts'
import type { CommitRelation, RemoteRef } from '../workspace.ts'
import { isReachable, readBranch } from './shipped.ts'

export async function relateCommit(
  git: Git,
  { branch, commit, ...from }: { branch: string; commit: CommitSha } & RemoteRef,
): Promise<CommitRelation> {
  try {
    const tip = await readBranch(git, branch)
    if (tip === null || !(await bringCommit(git, commit, from))) return 'unknown'
    if (await isReachable(git, commit, tip)) return 'contained'
    return (await isReachable(git, tip, commit)) ? 'ahead' : 'diverged'
  } catch {
    return 'unknown'
  }
}

/** Throws `git_failed` when it is nowhere, `git_unreachable` and `git_refused` when the remote cannot be asked. */
export async function ensureCommit(git: Git, commit: CommitSha, from: RemoteRef, signal: AbortSignal): Promise<void> {
  if (await bringCommit(git, commit, from, { signal })) return
  throw new Failure('git_failed', `commit ${commit} is not on ${from.ref} of ${from.remote}`, { facts: { commit } })
}

/** What is fetched hangs on no ref: whoever needs it for longer makes it part of a branch. */
async function bringCommit(
  git: Git,
  commit: CommitSha,
  { remote, ref }: RemoteRef,
  options: GitOptions = {},
): Promise<boolean> {
  if (await hasCommit(git, commit)) return true
  if (remote === '.') return false
  const quietly = ['--quiet', '--no-tags', '--no-recurse-submodules', '--no-write-fetch-head', '--refmap=']
  try {
    await git.run(['fetch', ...quietly, remote, ref], options)
  } catch (error) {
    options.signal?.throwIfAborted()
    throw error
  }
  return hasCommit(git, commit)
}

async function hasCommit(git: Git, commit: CommitSha): Promise<boolean> {
  return (await git.try(['cat-file', '-e', `${commit}^{commit}`])).exitCode === 0
}
