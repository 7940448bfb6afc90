/** Who stands in a branch's merge queue, and in which place. */
import type { Login, MergeQueueEntry, PullRequest, Repository, World } from '../model.ts'
import { timestamp } from '../world.ts'

/** Pull requests in the queue of a branch, in order. */
export function queueOf(repository: Repository, branch: string): readonly PullRequest[] {
  return [...repository.pulls.values()]
    .filter((pull) => pull.mergeQueueEntry !== null && pull.base.ref === branch)
    .sort((a, b) => (a.mergeQueueEntry?.position ?? 0) - (b.mergeQueueEntry?.position ?? 0))
}

export type LeaveReason = 'MANUAL' | 'PUSH' | 'CLOSED' | 'MERGE_CONFLICT' | 'CI_FAILURE' | 'CI_TIMEOUT' | 'MERGE'

/** Does nothing for one that does not stand there. */
export function leaveQueue(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { by, reason }: { readonly by: Login; readonly reason: LeaveReason },
): MergeQueueEntry | null {
  const entry = pull.mergeQueueEntry
  if (entry === null) return null
  pull.mergeQueueEntry = null
  pull.updatedAt = timestamp(world)
  renumber(repository, pull.base.ref)
  world.announce({ name: 'pull_request', action: 'dequeued', repository, sender: by, pull, extra: { reason } })
  return entry
}

export function renumber(repository: Repository, branch: string): void {
  for (const [index, { mergeQueueEntry }] of queueOf(repository, branch).entries()) {
    if (mergeQueueEntry !== null) mergeQueueEntry.position = index + 1
  }
}
