/** Before a branch goes: every commit of it, and of what HEAD stands on, must provably be somewhere that stays. */
import type { CommitSha } from '../../domain/ids.ts'
import { type Git, toGitFailure } from '../git.ts'

export async function readBranch(git: Git, branch: string): Promise<CommitSha | null> {
  const ref = `refs/heads/${branch}`
  const result = await git.try(['rev-parse', '--verify', '--quiet', `${ref}^{commit}`])
  if (result.exitCode === 0) return result.stdout.trimEnd() as CommitSha
  const known = await git.try(['show-ref', '--verify', '--quiet', ref])
  if (known.exitCode === 1) return null
  throw toGitFailure(['rev-parse', ref], result)
}

/** Reachable from the commit that shipped; when nothing shipped, from a ref other than the branch. Throws when git cannot say. */
export async function isElsewhere(
  git: Git,
  request: { commit: CommitSha; branch: string; shippedHead: CommitSha | null },
): Promise<boolean> {
  const { commit, branch, shippedHead } = request
  if (shippedHead !== null) return isReachable(git, commit, shippedHead)
  const refs = await git.run(['for-each-ref', '--format=%(refname)', `--contains=${commit}`])
  return refs.split('\n').some((ref) => ref !== '' && ref !== `refs/heads/${branch}` && ref !== 'refs/stash')
}

export async function isReachable(git: Git, commit: CommitSha, from: CommitSha): Promise<boolean> {
  if (commit === from) return true
  const args = ['merge-base', '--is-ancestor', commit, from]
  const result = await git.try(args)
  if (result.exitCode === 0 || result.exitCode === 1) return result.exitCode === 0
  throw toGitFailure(args, result)
}

/** Newest first: what `tip` has and the commit that shipped lacks. */
export async function readUnshipped(
  git: Git,
  tip: CommitSha,
  shippedHead: CommitSha | null,
): Promise<readonly CommitSha[]> {
  if (shippedHead === null) return [tip]
  const commits = await git.run(['rev-list', tip, `^${shippedHead}`, '--'])
  return commits.split('\n').filter((line) => line !== '') as CommitSha[]
}
