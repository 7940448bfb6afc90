/** Review threads: remarks on lines, their answers, and whether they are settled. */
import { notFound } from '../errors.ts'
import type { Login, PullRequest, Repository, ReviewComment, ReviewThread, World } from '../model.ts'
import { identity, timestamp } from '../world.ts'
import { submitReview } from './reviews.ts'

export type ThreadRequest = {
  readonly by: Login
  readonly body: string
  /** Null: GitHub lost track of the file. */
  readonly path: string | null
  readonly line?: number | null
  readonly startLine?: number | null
  readonly side?: 'LEFT' | 'RIGHT'
  /** The review it belongs to; default a new one that only comments. */
  readonly reviewId?: number
  readonly diffHunk?: string
}

export function addThread(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: ThreadRequest,
): ReviewThread {
  const reviewId = request.reviewId ?? submitReview(world, repository, pull, { by: request.by, state: 'COMMENTED' }).id
  const line = request.line ?? null
  const thread: ReviewThread = {
    ...identity(world, 'PRRT'),
    path: request.path,
    line,
    originalLine: line,
    startLine: request.startLine ?? null,
    side: request.side ?? 'RIGHT',
    subjectType: line === null ? 'FILE' : 'LINE',
    resolved: false,
    resolvedBy: null,
    outdated: false,
    comments: [],
  }
  pull.threads.push(thread)
  appendComment(world, repository, pull, thread, { ...request, reviewId })
  return thread
}

export function replyToThread(
  world: World,
  repository: Repository,
  pull: PullRequest,
  thread: ReviewThread,
  request: { readonly by: Login; readonly body: string },
): ReviewComment {
  const { id: reviewId } = submitReview(world, repository, pull, { by: request.by, state: 'COMMENTED' })
  return appendComment(world, repository, pull, thread, { ...request, reviewId })
}

export function resolveThread(
  world: World,
  repository: Repository,
  pull: PullRequest,
  thread: ReviewThread,
  by: Login,
): void {
  if (thread.resolved) return
  thread.resolved = true
  thread.resolvedBy = by
  pull.updatedAt = timestamp(world)
  world.announce({ name: 'pull_request_review_thread', action: 'resolved', repository, sender: by, pull, thread })
}

export function unresolveThread(
  world: World,
  repository: Repository,
  pull: PullRequest,
  thread: ReviewThread,
  by: Login,
): void {
  if (!thread.resolved) return
  thread.resolved = false
  thread.resolvedBy = null
  pull.updatedAt = timestamp(world)
  world.announce({ name: 'pull_request_review_thread', action: 'unresolved', repository, sender: by, pull, thread })
}

export function editReviewComment(
  world: World,
  repository: Repository,
  found: FoundReviewComment,
  request: { readonly by: Login; readonly body: string },
): ReviewComment {
  const { pull, thread, comment } = found
  const extra = { changes: { body: { from: comment.body } } }
  comment.body = request.body
  comment.updatedAt = timestamp(world)
  const about = { repository, sender: request.by, pull, thread, comment, extra }
  world.announce({ name: 'pull_request_review_comment', action: 'edited', ...about })
  return comment
}

export type FoundReviewComment = {
  readonly pull: PullRequest
  readonly thread: ReviewThread
  readonly comment: ReviewComment
}

/** By the comment's id. Throws 404 when there is none. */
export function findReviewComment(repository: Repository, id: number): FoundReviewComment {
  for (const pull of repository.pulls.values()) {
    for (const thread of pull.threads) {
      const comment = thread.comments.find((candidate) => candidate.id === id)
      if (comment !== undefined) return { pull, thread, comment }
    }
  }
  throw notFound()
}

function appendComment(
  world: World,
  repository: Repository,
  pull: PullRequest,
  thread: ReviewThread,
  request: { readonly by: Login; readonly body: string; readonly reviewId: number; readonly diffHunk?: string },
): ReviewComment {
  const at = timestamp(world)
  const first = thread.comments[0]
  const comment: ReviewComment = {
    ...identity(world, 'PRRC'),
    reviewId: request.reviewId,
    author: request.by,
    body: request.body,
    diffHunk: request.diffHunk ?? first?.diffHunk ?? '@@ -1 +1 @@',
    commitSha: pull.head.sha,
    inReplyTo: first?.id ?? null,
    minimizedReason: null,
    createdAt: at,
    updatedAt: at,
  }
  thread.comments.push(comment)
  pull.updatedAt = at
  const about = { repository, sender: request.by, pull, thread, comment }
  world.announce({ name: 'pull_request_review_comment', action: 'created', ...about })
  return comment
}
