/** Pull requests follow their branches: a push to the head, a push to the base, a branch that is gone. */
import { listChanges } from '../git/changes.ts'
import { isAncestor } from '../git/history.ts'
import type { Login, PullRequest, Repository, Sha, World } from '../model.ts'
import { timestamp } from '../world.ts'
import { leaveQueue } from './queue-entries.ts'
import { dismissesStaleReviews } from './rules.ts'

type Move = { readonly branch: string; readonly before: Sha | null; readonly after: Sha | null; readonly by: Login }

/** Open pull requests whose head was pushed to; those whose head is gone are closed. */
export async function followHead(world: World, repository: Repository, move: Move): Promise<void> {
  for (const pull of openPulls(repository)) {
    if (pull.head.ref !== move.branch) continue
    if (move.after === null) closeUnmerged(world, repository, pull, move.by)
    else await synchronize(world, repository, pull, { after: move.after, by: move.by })
  }
}

async function synchronize(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { after, by }: { after: Sha; by: Login },
): Promise<void> {
  const before = pull.head.sha
  if (before === after) return
  pull.head.sha = after
  pull.base.sha = repository.branches.get(pull.base.ref) ?? pull.base.sha
  pull.updatedAt = timestamp(world)
  leaveQueue(world, repository, pull, { by, reason: 'PUSH' })
  if (dismissesStaleReviews(repository, pull.base.ref)) dismissApprovals(world, repository, pull, by)
  await outdateThreads(world, repository, pull, { before, after })
  world.announce({
    name: 'pull_request',
    action: 'synchronize',
    repository,
    sender: by,
    pull,
    extra: { before, after },
  })
}

function dismissApprovals(world: World, repository: Repository, pull: PullRequest, by: Login): void {
  for (const review of pull.reviews) {
    if (review.state !== 'APPROVED') continue
    review.state = 'DISMISSED'
    review.updatedAt = timestamp(world)
    world.announce({ name: 'pull_request_review', action: 'dismissed', repository, sender: by, pull, review })
  }
}

/** A remark is outdated once its file was changed after it; which line does not matter here. */
async function outdateThreads(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { before, after }: { before: Sha; after: Sha },
): Promise<void> {
  if (pull.threads.length === 0) return
  const changes = await listChanges(world, repository, before, after)
  const changed = new Set(changes.flatMap(({ path, previousPath }) => [path, previousPath]))
  for (const thread of pull.threads) {
    if (thread.subjectType === 'FILE' || !changed.has(thread.path)) continue
    thread.outdated = true
    thread.line = null
  }
}

/** Pull requests whose commits arrived in the base by a push are merged. */
export async function followBase(world: World, repository: Repository, move: Move): Promise<void> {
  const { branch, before, after, by } = move
  if (before === null || after === null) return
  for (const pull of openPulls(repository)) {
    if (pull.base.ref !== branch) continue
    if (await isAncestor(world, repository, pull.head.sha, before)) continue
    if (await isAncestor(world, repository, pull.head.sha, after))
      markMerged(world, repository, pull, { by, commit: after })
  }
}

/** Only what the record says; the commit is on the base branch already. */
export function markMerged(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { by, commit }: { readonly by: Login; readonly commit: Sha },
): void {
  const at = timestamp(world)
  Object.assign(pull, { state: 'closed', merged: true, mergedAt: at, closedAt: at, updatedAt: at })
  Object.assign(pull, { mergedBy: by, mergeCommitSha: commit, autoMerge: null, mergeQueueEntry: null })
  world.announce({ name: 'pull_request', action: 'closed', repository, sender: by, pull })
}

export function closeUnmerged(world: World, repository: Repository, pull: PullRequest, by: Login): void {
  if (pull.state === 'closed') return
  leaveQueue(world, repository, pull, { by, reason: 'CLOSED' })
  const at = timestamp(world)
  Object.assign(pull, { state: 'closed', closedAt: at, updatedAt: at, autoMerge: null })
  world.announce({ name: 'pull_request', action: 'closed', repository, sender: by, pull })
}

export function openPulls(repository: Repository): readonly PullRequest[] {
  return [...repository.pulls.values()].filter(({ state }) => state === 'open')
}
