/** Pull requests: opening, changing, closing. */
import { GithubError, notFound, validationFailed } from '../errors.ts'
import { countAheadBehind } from '../git/history.ts'
import type { Login, PullRequest, Repository, Sha, World } from '../model.ts'
import { identity, timestamp } from '../world.ts'
import { closeUnmerged, openPulls } from './following.ts'
import { leaveQueue } from './queue-entries.ts'
import { isSameLogin } from './users.ts'

export type PullRequestRequest = {
  readonly by: Login
  readonly title: string
  readonly body?: string | null
  /** A branch, also as `owner:branch`. Forks are not modelled. */
  readonly head: string
  /** Default the default branch. */
  readonly base?: string
  readonly draft?: boolean
}

/** Throws 422 as GitHub does: no such branch, nothing to merge, or there is an open one already. */
export async function createPull(
  world: World,
  repository: Repository,
  request: PullRequestRequest,
): Promise<PullRequest> {
  if (typeof request.title !== 'string' || request.title === '') {
    throw validationFailed({ resource: 'PullRequest', code: 'missing_field', field: 'title' })
  }
  const head = headBranchOf(repository, request.head)
  const base = request.base ?? repository.defaultBranch
  const shas = { head: branchSha(repository, head, 'head'), base: branchSha(repository, base, 'base') }
  const { ahead } = await countAheadBehind(world, repository, shas.base, shas.head)
  if (ahead === 0) throw refused(`No commits between ${base} and ${head}`)
  // From here on nothing is awaited: of two requests side by side one finds the other's.
  requireNone(repository, head, base)
  const pull = addPull(world, repository, { ...request, head, base, shas })
  world.announce({ name: 'pull_request', action: 'opened', repository, sender: request.by, pull })
  return pull
}

function addPull(
  world: World,
  repository: Repository,
  request: PullRequestRequest & { base: string; shas: { head: Sha; base: Sha } },
): PullRequest {
  const at = timestamp(world)
  const pull: PullRequest = {
    ...identity(world, 'PR'),
    number: repository.nextNumber,
    title: request.title,
    body: request.body ?? null,
    author: request.by,
    state: 'open',
    draft: request.draft ?? false,
    base: { ref: request.base, sha: request.shas.base },
    head: { ref: request.head, sha: request.shas.head },
    merged: false,
    mergedAt: null,
    mergedBy: null,
    mergeCommitSha: null,
    labels: [],
    assignees: [],
    requestedReviewers: [],
    autoMerge: null,
    mergeQueueEntry: null,
    reviews: [],
    threads: [],
    comments: [],
    createdAt: at,
    updatedAt: at,
    closedAt: null,
  }
  repository.nextNumber += 1
  repository.pulls.set(pull.number, pull)
  return pull
}

/** Throws 404 when there is none. */
export function findPull(repository: Repository, number: number): PullRequest {
  const pull = repository.pulls.get(number)
  if (pull === undefined) throw notFound()
  return pull
}

export type PullChange = {
  readonly by: Login
  readonly title?: string
  readonly body?: string | null
  readonly base?: string
  readonly state?: 'open' | 'closed'
  readonly assignees?: readonly Login[]
}

/** Only what is given changes. */
export async function updatePull(
  world: World,
  repository: Repository,
  pull: PullRequest,
  change: PullChange,
): Promise<PullRequest> {
  editText(world, repository, pull, change)
  if (change.base !== undefined && change.base !== pull.base.ref)
    retarget(world, repository, pull, change.base, change.by)
  if (change.assignees !== undefined) pull.assignees = [...change.assignees]
  if (change.state === 'closed') closePull(world, repository, pull, change.by)
  if (change.state === 'open') await reopenPull(world, repository, pull, change.by)
  return pull
}

function editText(world: World, repository: Repository, pull: PullRequest, change: PullChange): void {
  const { title = pull.title, body = pull.body, by } = change
  if (title === '') throw validationFailed({ resource: 'PullRequest', code: 'missing_field', field: 'title' })
  if (title === pull.title && body === pull.body) return
  const changes = {
    ...(title === pull.title ? {} : { title: { from: pull.title } }),
    ...(body === pull.body ? {} : { body: { from: pull.body } }),
  }
  Object.assign(pull, { title, body, updatedAt: timestamp(world) })
  world.announce({ name: 'pull_request', action: 'edited', repository, sender: by, pull, extra: { changes } })
}

function retarget(world: World, repository: Repository, pull: PullRequest, base: string, by: Login): void {
  const sha = branchSha(repository, base, 'base')
  requireNone(repository, pull.head.ref, base)
  const changes = { base: { ref: { from: pull.base.ref }, sha: { from: pull.base.sha } } }
  leaveQueue(world, repository, pull, { by, reason: 'MANUAL' })
  Object.assign(pull, { base: { ref: base, sha }, autoMerge: null, updatedAt: timestamp(world) })
  world.announce({ name: 'pull_request', action: 'edited', repository, sender: by, pull, extra: { changes } })
}

export function closePull(world: World, repository: Repository, pull: PullRequest, by: Login): void {
  closeUnmerged(world, repository, pull, by)
}

export async function reopenPull(world: World, repository: Repository, pull: PullRequest, by: Login): Promise<void> {
  if (pull.state === 'open') return
  const sha = repository.branches.get(pull.head.ref)
  if (pull.merged || sha === undefined) {
    const message = pull.merged
      ? 'state cannot be changed. The pull request cannot be reopened.'
      : `state cannot be changed. The ${pull.head.ref} branch has been deleted.`
    throw validationFailed({ resource: 'PullRequest', code: 'custom', field: 'state', message })
  }
  requireNone(repository, pull.head.ref, pull.base.ref)
  pull.head.sha = sha
  Object.assign(pull, { state: 'open', closedAt: null, updatedAt: timestamp(world) })
  world.announce({ name: 'pull_request', action: 'reopened', repository, sender: by, pull })
}

export function markReady(world: World, repository: Repository, pull: PullRequest, by: Login): void {
  requireOpen(pull)
  if (!pull.draft) return
  Object.assign(pull, { draft: false, updatedAt: timestamp(world) })
  world.announce({ name: 'pull_request', action: 'ready_for_review', repository, sender: by, pull })
}

export function convertToDraft(world: World, repository: Repository, pull: PullRequest, by: Login): void {
  requireOpen(pull)
  if (pull.draft) return
  leaveQueue(world, repository, pull, { by, reason: 'MANUAL' })
  Object.assign(pull, { draft: true, autoMerge: null, updatedAt: timestamp(world) })
  world.announce({ name: 'pull_request', action: 'converted_to_draft', repository, sender: by, pull })
}

function requireOpen(pull: PullRequest): void {
  if (pull.state === 'closed') throw new GithubError(422, 'Pull request is closed')
}

/** `owner:branch` of another owner would be a fork: GitHub's answer for one it does not know. */
function headBranchOf(repository: Repository, head: unknown): string {
  if (typeof head !== 'string')
    throw validationFailed({ resource: 'PullRequest', code: 'missing_field', field: 'head' })
  const [owner, branch] = head.includes(':')
    ? [head.slice(0, head.indexOf(':')), head.slice(head.indexOf(':') + 1)]
    : [null, head]
  if (owner !== null && !isSameLogin(owner, repository.owner)) {
    throw validationFailed({ resource: 'PullRequest', code: 'invalid', field: 'head' })
  }
  return branch
}

function branchSha(repository: Repository, branch: string, field: 'head' | 'base'): Sha {
  const sha = repository.branches.get(branch)
  if (sha === undefined) throw validationFailed({ resource: 'PullRequest', code: 'invalid', field })
  return sha
}

function requireNone(repository: Repository, head: string, base: string): void {
  if (openPulls(repository).some((pull) => pull.head.ref === head && pull.base.ref === base)) {
    throw refused(`A pull request already exists for ${repository.owner}:${head}.`)
  }
}

function refused(message: string): GithubError {
  return validationFailed({ resource: 'PullRequest', code: 'custom', message })
}
