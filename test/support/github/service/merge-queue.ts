/**
 * A simple merge queue: the first entry is built on top of the base (a merge group), its checks run on that commit, and
 * then it lands or leaves. One entry at a time.
 */
import { GithubError } from '../errors.ts'
import { git } from '../git/git.ts'
import type { Login, MergeQueueEntry, PullRequest, Repository, Sha, World } from '../model.ts'
import { identity, timestamp } from '../world.ts'
import { buildMerge } from './merge-building.ts'
import { mergeabilityOf, stateOfRequired, unmetRequirements } from './mergeability.ts'
import { land } from './merging.ts'
import { type LeaveReason, leaveQueue, queueOf, renumber } from './queue-entries.ts'
import { mergeQueueRule, requiredChecks } from './rules.ts'

export { queueOf } from './queue-entries.ts'

export type EnqueueRequest = {
  readonly by: Login
  readonly expectedHead?: Sha | null /** To the front. */
  readonly jump?: boolean
}

/** Throws 422 where there is no queue, or for what could not be merged. */
export function enqueue(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: EnqueueRequest,
): Promise<MergeQueueEntry> {
  return world.exclusive(repository, () => enqueueNow(world, repository, pull, request))
}

/** To be called in `exclusive`. */
export async function enqueueNow(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: EnqueueRequest,
): Promise<MergeQueueEntry> {
  await requireEnqueueable(world, repository, pull, request.expectedHead ?? null)
  const entry: MergeQueueEntry = {
    ...identity(world, 'MQE'),
    enqueuedBy: request.by,
    enqueuedAt: timestamp(world),
    state: 'QUEUED',
    position: request.jump === true ? 0 : queueOf(repository, pull.base.ref).length + 1,
    headSha: pull.head.sha,
    groupSha: null,
    groupBaseSha: null,
  }
  pull.mergeQueueEntry = entry
  pull.updatedAt = entry.enqueuedAt
  renumber(repository, pull.base.ref)
  world.announce({ name: 'pull_request', action: 'enqueued', repository, sender: request.by, pull })
  return entry
}

async function requireEnqueueable(
  world: World,
  repository: Repository,
  pull: PullRequest,
  expectedHead: Sha | null,
): Promise<void> {
  const rule = mergeQueueRule(repository, pull.base.ref)
  if (rule === null) throw new GithubError(422, `Merge queue is not enabled for ${pull.base.ref}`)
  if (pull.state === 'closed' || pull.draft) throw new GithubError(422, 'Pull request is not in a mergeable state')
  if (pull.mergeQueueEntry !== null) throw new GithubError(422, 'Pull request is already in the queue')
  if (expectedHead !== null && expectedHead !== pull.head.sha) {
    throw new GithubError(422, 'Head branch was modified. Review and try the merge again.')
  }
  if ((await mergeabilityOf(world, repository, pull)) === 'CONFLICTING') {
    throw new GithubError(422, 'Pull request has merge conflicts')
  }
  const [unmet] = await unmetRequirements(world, repository, pull)
  if (unmet !== undefined) throw new GithubError(422, unmet.message)
}

export function dequeue(
  world: World,
  repository: Repository,
  pull: PullRequest,
  by: Login,
  reason: LeaveReason = 'MANUAL',
): MergeQueueEntry {
  const entry = leaveQueue(world, repository, pull, { by, reason })
  if (entry === null) throw new GithubError(422, 'Pull request is not in the queue')
  pull.autoMerge = null
  return entry
}

export type QueueStep = 'merged' | 'removed' | 'waiting' | 'empty'

/**
 * One step for the first entry: build its group, wait for the required checks of that commit, land it, or take it out.
 * `force`: does not wait for checks.
 */
export function processQueue(
  world: World,
  repository: Repository,
  branch: string,
  { force = false }: { readonly force?: boolean } = {},
): Promise<QueueStep> {
  return world.exclusive(repository, async () => {
    const pull = queueOf(repository, branch)[0]
    const entry = pull?.mergeQueueEntry ?? null
    const base = repository.branches.get(branch)
    if (pull === undefined || entry === null || base === undefined) return 'empty'
    const group = await ensureGroup(world, repository, pull, { entry, base })
    if (group === null) return remove(world, repository, pull, 'MERGE_CONFLICT')
    const verdict = force ? 'SUCCESS' : groupVerdict(world, repository, branch, group)
    if (verdict === 'FAILURE') return remove(world, repository, pull, 'CI_FAILURE')
    if (verdict === 'PENDING') return 'waiting'
    leaveQueue(world, repository, pull, { by: entry.enqueuedBy, reason: 'MERGE' })
    await land(world, repository, pull, { by: entry.enqueuedBy, base, commit: group })
    await dropGroup(repository, branch, pull)
    return 'merged'
  })
}

/** Built anew when the base moved. Null on a conflict. */
async function ensureGroup(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { entry, base }: { entry: MergeQueueEntry; base: Sha },
): Promise<Sha | null> {
  if (entry.groupSha !== null && entry.groupBaseSha === base) return entry.groupSha
  const method = mergeQueueRule(repository, pull.base.ref)?.method ?? 'merge'
  const group = await buildMerge(world, repository, pull, { by: entry.enqueuedBy, method, base })
  if (group === null) return null
  entry.groupSha = group
  entry.groupBaseSha = base
  entry.state = 'AWAITING_CHECKS'
  await git(repository.gitDirectory, ['update-ref', groupRef(pull.base.ref, pull), group])
  const headRef = `refs/heads/gh-readonly-queue/${pull.base.ref}/pr-${pull.number}-${base}`
  const about = { repository, sender: entry.enqueuedBy, headSha: group, headRef, baseSha: base }
  world.announce({ name: 'merge_group', action: 'checks_requested', ...about, baseRef: `refs/heads/${pull.base.ref}` })
  return group
}

function groupVerdict(
  world: World,
  repository: Repository,
  branch: string,
  sha: Sha,
): 'SUCCESS' | 'FAILURE' | 'PENDING' {
  const states = requiredChecks(repository, branch).map((rule) => stateOfRequired(world, repository, sha, rule))
  if (states.some((state) => state === 'FAILURE' || state === 'ERROR')) return 'FAILURE'
  return states.every((state) => state === 'SUCCESS') ? 'SUCCESS' : 'PENDING'
}

async function remove(
  world: World,
  repository: Repository,
  pull: PullRequest,
  reason: LeaveReason,
): Promise<QueueStep> {
  await dropGroup(repository, pull.base.ref, pull)
  dequeue(world, repository, pull, pull.mergeQueueEntry?.enqueuedBy ?? pull.author, reason)
  return 'removed'
}

async function dropGroup(repository: Repository, branch: string, pull: PullRequest): Promise<void> {
  await git(repository.gitDirectory, ['update-ref', '-d', groupRef(branch, pull)])
}

function groupRef(branch: string, pull: PullRequest): string {
  return `refs/gh-readonly-queue/${branch}/pr-${pull.number}`
}
