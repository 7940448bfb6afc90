/** What is left of a merged pull request: its branch, deleted only while it holds nothing but what was merged. */
import type { RunEventBody } from '../../domain/events.ts'
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'

export type MergedHeadParts = {
  readonly git: Git
  readonly branches: {
    /** null = no such branch. Throws a Failure when it cannot be asked. */
    readHead(branch: string): Promise<CommitSha | null>
    /** Deletes the branch if it still is at `expected`; throws a Failure otherwise. */
    deleteHead(branch: string, expected: CommitSha): Promise<void>
  }
  readonly targetBranch: string
  readonly emit: (event: RunEventBody) => void
}

/** A branch that moved on or that may not be deleted is left, and said; throws only what is worth trying again. */
export async function deleteMergedHead(
  { git, branches, targetBranch, emit }: MergedHeadParts,
  { headBranch, mergedHead }: { headBranch: string; mergedHead: CommitSha },
): Promise<void> {
  if (headBranch === targetBranch) return
  const leave = (why: string) => emit({ type: 'warning', message: `the branch ${headBranch} is left: ${why}` })
  const head = await branches.readHead(headBranch)
  // The squash commit does not contain the commits themselves; no commit that was made here may become unreachable.
  await git.try(['update-ref', `refs/claudetm/merged/${headBranch}`, mergedHead])
  if (head === null) return
  if (head !== mergedHead) return leave(`it has commits after the merged ${mergedHead.slice(0, 12)}`)
  try {
    await branches.deleteHead(headBranch, mergedHead)
  } catch (error) {
    const failure = toFailure(error)
    if (failure.isRetryable) throw failure
    if ((await branches.readHead(headBranch)) !== null) leave(failure.message)
  }
}
