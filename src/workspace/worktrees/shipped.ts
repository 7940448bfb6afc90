/** Before a branch goes: every commit of it, and of what HEAD stands on, must provably be somewhere that stays. */
import { Failure } from '../../domain/failure.ts'
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

export function notShipped(branch: string, commit: CommitSha): Failure {
  return new Failure('not_shipped', `${branch} has commits that were not merged (${commit.slice(0, 12)})`, {
    facts: { branch, commit },
  })
}
