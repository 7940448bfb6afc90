/** Questions to the commit graph. What git cannot answer is a Failure or `unknown`, never a no. */
import type { CommitSha } from '../../domain/ids.ts'
import type { Mergeability } from '../../domain/observation.ts'
import { type Git, toGitFailure } from '../../workspace/git.ts'

export type IsAncestor = (ancestor: CommitSha, descendant: CommitSha) => Promise<boolean>

/** Also true when both are the same. The answer never changes: it is asked for once. */
export function createAncestry(git: Git): IsAncestor {
  const known = new Map<string, boolean>()
  return async (ancestor, descendant) => {
    const key = `${ancestor} ${descendant}`
    const answer = known.get(key) ?? (ancestor === descendant || (await askAncestor(git, ancestor, descendant)))
    known.set(key, answer)
    return answer
  }
}

async function askAncestor(git: Git, ancestor: CommitSha, descendant: CommitSha): Promise<boolean> {
  const args = ['merge-base', '--is-ancestor', ancestor, descendant]
  const result = await git.try(args)
  if (result.exitCode === 0) return true
  if (result.exitCode === 1) return false
  throw toGitFailure(args, result)
}

export type MergedTree =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflicting' }
  | { readonly kind: 'unknown'; readonly why: string }

/** The tree a merge would have, without any working tree. */
export async function mergeTrees(git: Git, base: CommitSha, head: CommitSha): Promise<MergedTree> {
  const args = ['merge-tree', '--write-tree', base, head]
  const result = await git.try(args)
  if (result.exitCode === 0) return { kind: 'clean', tree: result.stdout.trim() }
  if (result.exitCode === 1) return { kind: 'conflicting' }
  return { kind: 'unknown', why: toGitFailure(args, result).message }
}

export async function judgeMergeability(
  { git, isAncestor }: { git: Git; isAncestor: IsAncestor },
  target: CommitSha,
  head: CommitSha,
): Promise<Mergeability> {
  if (await isAncestor(target, head)) return 'clean'
  const merged = await mergeTrees(git, target, head)
  return merged.kind === 'clean' ? 'behind' : merged.kind
}

export const PR_TRAILER = 'Claudetm-Pr'

/** The commit after `base` in `target` that says it merges the PR with this key; null = there is none. */
export async function findMergeCommit(
  git: Git,
  { base, target, key }: { base: CommitSha; target: CommitSha; key: string },
): Promise<CommitSha | null> {
  const format = `--format=%H %(trailers:key=${PR_TRAILER},valueonly,separator=%x2C)`
  const log = await git.run(['log', format, '--fixed-strings', `--grep=${PR_TRAILER}: ${key}`, `${base}..${target}`])
  const lines = log
    .split('\n')
    .map((line) => ({ commit: line.slice(0, line.indexOf(' ')), trailer: line.slice(line.indexOf(' ') + 1) }))
  return (lines.find(({ trailer }) => trailer === key)?.commit as CommitSha | undefined) ?? null
}
