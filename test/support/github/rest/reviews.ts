/** REST: reviews, review comments and their answers, requested reviewers. */
import { GithubError, validationFailed } from '../errors.ts'
import type { PullRequest, ReviewState } from '../model.ts'
import { describeReview, describeReviewComment } from '../render/conversation.ts'
import { describePull } from '../render/pulls.ts'
import { toUserJson } from '../render/users.ts'
import {
  dismissReview,
  findReview,
  removeRequestedReviewers,
  requestReviewers,
  submitReview,
} from '../service/reviews.ts'
import { addThread, editReviewComment, findReviewComment, replyToThread } from '../service/threads.ts'
import { listAnswer } from './paging.ts'
import { pullOf } from './pulls.ts'
import { created, numberOf, ok, type RepositoryRequest, type Route, repositoryRoute, textOf, textsOf } from './route.ts'

const READ = { permission: 'pull_requests', level: 'read' } as const
const WRITE = { permission: 'pull_requests', level: 'write', role: 'read' } as const
const MANAGE = { permission: 'pull_requests', level: 'write' } as const

export const reviewRoutes: readonly Route[] = [
  repositoryRoute('GET /pulls/{number}/reviews', READ, listReviews),
  repositoryRoute('POST /pulls/{number}/reviews', WRITE, addReview),
  repositoryRoute('PUT /pulls/{number}/reviews/{review_id}/dismissals', MANAGE, dismiss),
  repositoryRoute('GET /pulls/{number}/comments', READ, listComments),
  repositoryRoute('POST /pulls/{number}/comments', WRITE, addComment),
  repositoryRoute('POST /pulls/{number}/comments/{comment_id}/replies', WRITE, reply),
  repositoryRoute('GET /pulls/comments/{comment_id}', READ, (request) => {
    const found = findReviewComment(request.repository, numberOf(request.params, 'comment_id'))
    return ok(describeReviewComment(request.world, request.repository, found))
  }),
  repositoryRoute('PATCH /pulls/comments/{comment_id}', WRITE, editComment),
  repositoryRoute('GET /pulls/{number}/requested_reviewers', READ, (request) => {
    const users = pullOf(request).requestedReviewers.flatMap((login) => toUserJson(request.world, login) ?? [])
    return ok({ users, teams: [] })
  }),
  repositoryRoute('POST /pulls/{number}/requested_reviewers', MANAGE, (request) => {
    const logins = textsOf(request.body, 'reviewers')
    requestReviewers(request.world, request.repository, pullOf(request), { by: request.login, logins })
    return created(describePull(request.world, request.repository, pullOf(request)))
  }),
  repositoryRoute('DELETE /pulls/{number}/requested_reviewers', MANAGE, (request) => {
    const logins = textsOf(request.body, 'reviewers')
    removeRequestedReviewers(request.world, request.repository, pullOf(request), { by: request.login, logins })
    return ok(describePull(request.world, request.repository, pullOf(request)))
  }),
].flat()

function listReviews(request: RepositoryRequest) {
  const { world, repository, login } = request
  const pull = pullOf(request)
  const seen = pull.reviews.filter(({ state, author }) => state !== 'PENDING' || author === login)
  return listAnswer(request, seen, (review) => describeReview(world, repository, pull, review))
}

const EVENTS: Readonly<Record<string, ReviewState>> = {
  APPROVE: 'APPROVED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  COMMENT: 'COMMENTED',
}

function addReview(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const pull = pullOf(request)
  const event = textOf(body, 'event')
  const state = event === undefined ? 'PENDING' : EVENTS[event]
  if (state === undefined) throw new GithubError(422, 'Unprocessable Entity')
  const text = textOf(body, 'body') ?? ''
  if (state === 'CHANGES_REQUESTED' && text === '') throw new GithubError(422, 'Unprocessable Entity')
  const review = submitReview(world, repository, pull, { by: login, state, body: text })
  for (const remark of remarksOf(body.comments)) {
    addThread(world, repository, pull, { by: login, reviewId: review.id, ...remark })
  }
  return ok(describeReview(world, repository, pull, review))
}

function remarksOf(value: unknown): { path: string; line: number | null; body: string }[] {
  if (!Array.isArray(value)) return []
  return value.map((entry: Record<string, unknown>) => ({
    path: String(entry.path),
    line: Number(entry.line ?? entry.position ?? 1),
    body: String(entry.body),
  }))
}

function dismiss(request: RepositoryRequest) {
  const { world, repository, params, login } = request
  const pull = pullOf(request)
  const review = findReview(pull, numberOf(params, 'review_id'))
  dismissReview(world, repository, pull, review, login)
  return ok(describeReview(world, repository, pull, review))
}

function listComments(request: RepositoryRequest) {
  const { world, repository, query } = request
  const pull = pullOf(request)
  const all = pull.threads.flatMap((thread) => thread.comments.map((comment) => ({ pull, thread, comment })))
  const descending = query.get('direction') === 'desc'
  all.sort((a, b) => (descending ? b.comment.id - a.comment.id : a.comment.id - b.comment.id))
  return listAnswer(request, all, (found) => describeReviewComment(world, repository, found))
}

function addComment(request: RepositoryRequest) {
  const { world, repository, body, login } = request
  const pull = pullOf(request)
  const text = requireBody(body.body)
  if (typeof body.in_reply_to === 'number') return answerThread(request, pull, body.in_reply_to, text)
  const path = textOf(body, 'path')
  if (path === undefined)
    throw validationFailed({ resource: 'PullRequestReviewComment', code: 'missing_field', field: 'path' })
  const thread = addThread(world, repository, pull, {
    by: login,
    body: text,
    path,
    line: typeof body.line === 'number' ? body.line : null,
    startLine: typeof body.start_line === 'number' ? body.start_line : null,
    side: body.side === 'LEFT' ? 'LEFT' : 'RIGHT',
  })
  const comment = thread.comments[0]
  if (comment === undefined) throw new Error('a new thread has a comment')
  return created(describeReviewComment(world, repository, { pull, thread, comment }))
}

function reply(request: RepositoryRequest) {
  const id = numberOf(request.params, 'comment_id')
  return answerThread(request, pullOf(request), id, requireBody(request.body.body))
}

function answerThread({ world, repository, login }: RepositoryRequest, pull: PullRequest, id: number, body: string) {
  const { thread } = findReviewComment(repository, id)
  const comment = replyToThread(world, repository, pull, thread, { by: login, body })
  return created(describeReviewComment(world, repository, { pull, thread, comment }))
}

function editComment({ world, repository, params, body, login }: RepositoryRequest) {
  const found = findReviewComment(repository, numberOf(params, 'comment_id'))
  editReviewComment(world, repository, found, { by: login, body: requireBody(body.body) })
  return ok(describeReviewComment(world, repository, found))
}

function requireBody(value: unknown): string {
  if (typeof value === 'string' && value.trim() !== '') return value
  throw validationFailed({ resource: 'PullRequestReviewComment', code: 'missing_field', field: 'body' })
}
