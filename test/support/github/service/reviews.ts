/** Reviews, who is asked for them, and what they amount to. */
import { GithubError, notFound, validationFailed } from '../errors.ts'
import type { Login, PullRequest, Repository, Review, ReviewState, World } from '../model.ts'
import { identity, timestamp } from '../world.ts'
import { hasRole } from './access.ts'
import { requiredApprovals } from './rules.ts'
import { findUser, isSameLogin } from './users.ts'

export function submitReview(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: { readonly by: Login; readonly state: ReviewState; readonly body?: string; readonly commitSha?: string },
): Review {
  if (isSameLogin(request.by, pull.author) && isOpinion(request.state)) {
    const verb = request.state === 'APPROVED' ? 'approve' : 'request changes on'
    throw new GithubError(422, `Review Can not ${verb} your own pull request`)
  }
  const at = timestamp(world)
  const review: Review = {
    ...identity(world, 'PRR'),
    author: request.by,
    state: request.state,
    body: request.body ?? '',
    commitSha: request.commitSha ?? pull.head.sha,
    submittedAt: at,
    updatedAt: at,
  }
  pull.reviews.push(review)
  pull.requestedReviewers = pull.requestedReviewers.filter((login) => !isSameLogin(login, request.by))
  pull.updatedAt = at
  const about = { repository, sender: request.by, pull, review }
  if (request.state !== 'PENDING') world.announce({ name: 'pull_request_review', action: 'submitted', ...about })
  return review
}

export function dismissReview(
  world: World,
  repository: Repository,
  pull: PullRequest,
  review: Review,
  by: Login,
): void {
  if (!isOpinion(review.state)) throw new GithubError(422, 'Can not dismiss a commented pull request review')
  review.state = 'DISMISSED'
  review.updatedAt = timestamp(world)
  pull.updatedAt = review.updatedAt
  world.announce({ name: 'pull_request_review', action: 'dismissed', repository, sender: by, pull, review })
}

/** Throws 404 when there is none. */
export function findReview(pull: PullRequest, id: number): Review {
  const review = pull.reviews.find((candidate) => candidate.id === id)
  if (review === undefined) throw notFound()
  return review
}

export function requestReviewers(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: { readonly by: Login; readonly logins: readonly Login[] },
): void {
  for (const login of request.logins) {
    const user = findUser(world, login)
    if (isSameLogin(login, pull.author)) {
      throw new GithubError(422, 'Review cannot be requested from pull request author.')
    }
    if (user === null || !hasRole(world, repository, login, 'read')) {
      const message =
        'Reviews may only be requested from collaborators. One or more of the users or teams you specified is not a collaborator of the'
      throw new GithubError(422, `${message} ${repository.owner}/${repository.name} repository.`)
    }
  }
  for (const login of request.logins) {
    if (pull.requestedReviewers.some((known) => isSameLogin(known, login))) continue
    pull.requestedReviewers.push(login)
    pull.updatedAt = timestamp(world)
    const about = { repository, sender: request.by, pull, extra: { requested_reviewer: { login } } }
    world.announce({ name: 'pull_request', action: 'review_requested', ...about })
  }
}

export function removeRequestedReviewers(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: { readonly by: Login; readonly logins: readonly Login[] },
): void {
  for (const login of request.logins) {
    if (!pull.requestedReviewers.some((known) => isSameLogin(known, login))) {
      throw validationFailed({ resource: 'PullRequest', code: 'invalid', field: 'reviewers' })
    }
    pull.requestedReviewers = pull.requestedReviewers.filter((known) => !isSameLogin(known, login))
    const about = { repository, sender: request.by, pull, extra: { requested_reviewer: { login } } }
    world.announce({ name: 'pull_request', action: 'review_request_removed', ...about })
  }
}

/**
 * Of each author the newest review that says something (approved, changes requested, or such a one dismissed);
 * comments do not take it back.
 */
export function latestOpinions(pull: PullRequest): readonly Review[] {
  const latest = new Map<string, Review>()
  for (const review of pull.reviews) {
    if (isOpinion(review.state) || review.state === 'DISMISSED') latest.set(review.author.toLowerCase(), review)
  }
  return [...latest.values()]
}

/** Of each author the newest review of whatever kind, pending ones apart. */
export function latestReviews(pull: PullRequest): readonly Review[] {
  const latest = new Map<string, Review>()
  for (const review of pull.reviews) if (review.state !== 'PENDING') latest.set(review.author.toLowerCase(), review)
  return [...latest.values()]
}

/** Null when no review is required and nobody with write access said anything, as GitHub has it. */
export function reviewDecision(
  world: World,
  repository: Repository,
  pull: PullRequest,
): 'APPROVED' | 'CHANGES_REQUESTED' | 'REVIEW_REQUIRED' | null {
  const counted = latestOpinions(pull).filter(({ author }) => hasRole(world, repository, author, 'write'))
  if (counted.some(({ state }) => state === 'CHANGES_REQUESTED')) return 'CHANGES_REQUESTED'
  const approvals = counted.filter(({ state }) => state === 'APPROVED').length
  const needed = requiredApprovals(repository, pull.base.ref)
  if (needed === null || needed === 0) return approvals > 0 ? 'APPROVED' : null
  return approvals >= needed ? 'APPROVED' : 'REVIEW_REQUIRED'
}

function isOpinion(state: ReviewState): boolean {
  return state === 'APPROVED' || state === 'CHANGES_REQUESTED'
}
