/** What is left of a merged pull request: its branch, deleted only while it holds nothing but what was merged. */
import type { RunEventBody } from '../../domain/events.ts'
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Upstream } from './upstream.ts'

/** A branch that moved on or that may not be deleted is left, and said; throws only what is worth trying again. */
export async function deleteMergedHead(
  { upstream, targetBranch, emit }: { upstream: Upstream; targetBranch: string; emit: (event: RunEventBody) => void },
  { headBranch, mergedHead }: { headBranch: string; mergedHead: CommitSha },
): Promise<void> {
  if (headBranch === targetBranch) return
  const leave = (why: string) => emit({ type: 'warning', message: `the branch ${headBranch} is left: ${why}` })
  const head = await upstream.readHead(headBranch)
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
