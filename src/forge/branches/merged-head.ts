/** What is left of a merged pull request: its branch, deleted only while it holds nothing but what was merged. */
import type { RunEventBody } from '../../domain/events.ts'
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import type { Upstream } from './upstream.ts'

export type HeadBranchDependencies = {
  readonly git: Git
  readonly upstream: Upstream
  readonly targetBranch: string
  readonly emit: (event: RunEventBody) => void
}

/** A branch that moved on or that may not be deleted is left, and said; throws only what is worth trying again. */
export async function deleteMergedHead(
  { git, upstream, targetBranch, emit }: HeadBranchDependencies,
  { headBranch, mergedHead }: { headBranch: string; mergedHead: CommitSha },
): Promise<void> {
  if (headBranch === targetBranch) return
  const leave = (why: string) => emit({ type: 'warning', message: `the branch ${headBranch} is left: ${why}` })
  const head = await upstream.readHead(headBranch)
  // The squash commit does not contain the commits themselves; no commit that was made here may become unreachable.
  await git.try(['update-ref', `refs/claudetm/merged/${headBranch}`, mergedHead])
  if (head === null) return
  if (head !== mergedHead) return leave(`it has commits after the merged ${mergedHead.slice(0, 12)}`)
  try {
    await upstream.deleteHead(headBranch, mergedHead)
  } catch (error) {
    const failure = toFailure(error)
    if (failure.isRetryable) throw failure
    if ((await upstream.readHead(headBranch)) !== null) leave(failure.message)
  }
}
