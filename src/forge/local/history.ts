/** Questions to the commit graph. What git cannot answer is a Failure or `unknown`, never a no. */
import type { CommitSha } from '../../domain/ids.ts'
import type { Mergeability } from '../../domain/observation.ts'
import { mergeTrees } from '../../workspace/commits.ts'
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

export type Standing = { readonly mergeability: Mergeability; readonly behind: boolean }

/** How a head and the target branch stand to each other. */
export async function judgeStanding(
  { git, isAncestor }: { git: Git; isAncestor: IsAncestor },
  target: CommitSha,
  head: CommitSha,
): Promise<Standing> {
  if (await isAncestor(target, head)) return { mergeability: 'clean', behind: false }
  const merged = await mergeTrees(git, target, head)
  return { mergeability: merged.kind === 'clean' ? 'behind' : merged.kind, behind: true }
}
