/** Reviews, their threads and comments, and the comments of the conversation. */
import type * as Github from '@octokit/graphql-schema'
import { readCommit } from '../../git/history.ts'
import type { PullRequest, Repository, ReviewComment, ReviewThread, Sha } from '../../model.ts'
import { hasRole } from '../../service/access.ts'
import { isSameLogin } from '../../service/users.ts'
import { toConnection } from '../connection.ts'
import { type Context, can, type Resolvers } from '../context.ts'
import { issueCommentPath, reviewCommentPath, reviewPath } from '../links.ts'
import {
  type IssueCommentSource,
  type ReviewCommentSource,
  type ReviewSource,
  type ThreadSource,
  toActor,
  toPull,
  toRepository,
  wrap,
} from '../sources.ts'
import { remarkResolvers } from './remarks.ts'

async function commitOf({ world }: Context, repository: Repository, sha: Sha) {
  const commit = await readCommit(world, repository, sha)
  return commit && wrap('Commit', { repository, commit })
}

function commentsOf(source: ThreadSource): readonly ReviewCommentSource[] {
  return source.thread.comments.map((comment) => wrap('PullRequestReviewComment', { ...source, comment }))
}

/** What was not submitted yet is seen by its author alone. */
export function visibleReviews(
  repository: Repository,
  pull: PullRequest,
  { viewer }: Context,
): readonly ReviewSource[] {
  return pull.reviews
    .filter(({ state, author }) => state !== 'PENDING' || isSameLogin(author, viewer.login))
    .map((review) => wrap('PullRequestReview', { repository, pull, review }))
}

export function visibleThreads(repository: Repository, pull: PullRequest, context: Context): readonly ThreadSource[] {
  const hidden = new Set(pull.reviews.filter(isHiddenFrom(context)).map(({ id }) => id))
  return pull.threads
    .filter(({ comments }) => comments[0] === undefined || !hidden.has(comments[0].reviewId))
    .map((thread) => wrap('PullRequestReviewThread', { repository, pull, thread }))
}

function isHiddenFrom({ viewer }: Context) {
  return ({ state, author }: PullRequest['reviews'][number]) =>
    state === 'PENDING' && !isSameLogin(author, viewer.login)
}

export const reviewResolvers: Resolvers<Github.PullRequestReview, ReviewSource> = {
  ...remarkResolvers(
    ({ review }: ReviewSource) => ({ ...review, createdAt: review.submittedAt }),
    ({ repository, pull, review }) => reviewPath(repository, pull, review),
  ),
  authorCanPushToRepository: ({ repository, review }, _args, { world }) =>
    hasRole(world, repository, review.author, 'write'),
  state: ({ review }) => review.state,
  submittedAt: ({ review }) => (review.state === 'PENDING' ? null : review.submittedAt),
  commit: ({ repository, review }, _args, context) => commitOf(context, repository, review.commitSha),
  comments: ({ repository, pull, review }, args, _context, info) => {
    const threads = pull.threads.map((thread) => wrap('PullRequestReviewThread', { repository, pull, thread }))
    const mine = threads.flatMap(commentsOf).filter(({ comment }) => comment.reviewId === review.id)
    return toConnection(mine, args, info)
  },
  onBehalfOf: (_source, args, _context, info) => toConnection([], args, info),
}

export const threadResolvers: Resolvers<Github.PullRequestReviewThread, ThreadSource> = {
  id: ({ thread }) => thread.nodeId,
  comments: (source, args: Github.PullRequestReviewThreadCommentsArgs, _context, info) =>
    toConnection(commentsOf(source).slice(args.skip ?? 0), args, info),
  diffSide: ({ thread }) => thread.side,
  isCollapsed: ({ thread }) => thread.resolved || thread.outdated,
  isOutdated: ({ thread }) => thread.outdated,
  isResolved: ({ thread }) => thread.resolved,
  line: ({ thread }) => thread.line,
  originalLine: ({ thread }) => thread.originalLine,
  originalStartLine: ({ thread }) => thread.startLine,
  path: ({ thread }) => thread.path,
  pullRequest: ({ repository, pull }) => toPull(repository, pull),
  repository: ({ repository }) => toRepository(repository),
  resolvedBy: ({ thread }, _args, { world }) => toActor(world, thread.resolvedBy),
  startDiffSide: ({ thread }) => (thread.startLine === null ? null : thread.side),
  startLine: ({ thread }) => (thread.outdated ? null : thread.startLine),
  subjectType: ({ thread }) => thread.subjectType,
  viewerCanReply: () => true,
  viewerCanResolve: (source, _args, context) => !source.thread.resolved && maySettle(source, context),
  viewerCanUnresolve: (source, _args, context) => source.thread.resolved && maySettle(source, context),
}

/** Those who may write, and the author of the pull request. */
export function maySettle({ repository, pull }: ThreadSource, context: Context): boolean {
  return can(context, repository, 'write') || isSameLogin(pull.author, context.viewer.login)
}

function firstOf(thread: ReviewThread): ReviewComment | null {
  return thread.comments[0] ?? null
}

export const reviewCommentResolvers: Resolvers<Github.PullRequestReviewComment, ReviewCommentSource> = {
  ...remarkResolvers(
    ({ comment }: ReviewCommentSource) => comment,
    ({ repository, pull, comment }) => reviewCommentPath(repository, pull, comment),
  ),
  commit: ({ repository, pull, comment, thread }, _args, context) =>
    commitOf(context, repository, thread.outdated ? comment.commitSha : pull.head.sha),
  originalCommit: ({ repository, comment }, _args, context) => commitOf(context, repository, comment.commitSha),
  diffHunk: ({ comment }) => comment.diffHunk,
  draftedAt: ({ comment }) => comment.createdAt,
  line: ({ thread }) => thread.line,
  startLine: ({ thread }) => (thread.outdated ? null : thread.startLine),
  originalLine: ({ thread }) => thread.originalLine,
  originalStartLine: ({ thread }) => thread.startLine,
  // Places in the diff are not kept: the first line of the hunk.
  position: ({ thread }) => (thread.outdated ? null : 1),
  originalPosition: () => 1,
  outdated: ({ thread }) => thread.outdated,
  path: ({ thread }) => thread.path,
  pullRequestReview: ({ repository, pull, comment }) => {
    const review = pull.reviews.find(({ id }) => id === comment.reviewId)
    return review === undefined ? null : wrap('PullRequestReview', { repository, pull, review })
  },
  replyTo: (source) => {
    const first = firstOf(source.thread)
    return first === null || first.id === source.comment.id ? null : { ...source, comment: first }
  },
  state: ({ pull, comment }) =>
    pull.reviews.find(({ id }) => id === comment.reviewId)?.state === 'PENDING' ? 'PENDING' : 'SUBMITTED',
  subjectType: ({ thread }) => thread.subjectType,
}

export const issueCommentResolvers: Resolvers<Github.IssueComment, IssueCommentSource> = remarkResolvers(
  ({ comment }: IssueCommentSource) => comment,
  ({ repository, pull, comment }) => issueCommentPath(repository, pull, comment),
)
