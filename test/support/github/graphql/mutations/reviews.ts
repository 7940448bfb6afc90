/** Reviews, who is asked for them, and the threads they open. */
import type * as Github from '@octokit/graphql-schema'
import { GithubError } from '../../errors.ts'
import type { PullRequest, Repository, Review, ReviewState } from '../../model.ts'
import { dismissReview, removeRequestedReviewers, requestReviewers, submitReview } from '../../service/reviews.ts'
import { addThread, replyToThread, resolveThread, unresolveThread } from '../../service/threads.ts'
import { isSameLogin } from '../../service/users.ts'
import { type Context, requireWritable } from '../context.ts'
import { RefusedField } from '../errors.ts'
import { requireKind } from '../nodes.ts'
import { toPull, toUserActor, wrap } from '../sources.ts'
import { maySettle } from '../types/reviews.ts'
import type { Mutations } from './mutation.ts'

const STATES: Readonly<Record<Github.PullRequestReviewEvent, ReviewState>> = {
  APPROVE: 'APPROVED',
  COMMENT: 'COMMENTED',
  REQUEST_CHANGES: 'CHANGES_REQUESTED',
  DISMISS: 'DISMISSED',
}

/** Whoever may read may say something. */
function requireSpeaker(context: Context, repository: Repository, mutation: string): void {
  requireWritable(context, repository, mutation, { permission: 'pull_requests', role: 'read' })
}

function toReview(repository: Repository, pull: PullRequest, review: Review) {
  return wrap('PullRequestReview', { repository, pull, review })
}

export const reviewMutations: Mutations = {
  addPullRequestReview: (input: Github.AddPullRequestReviewInput, context) => {
    const { repository, pull } = requireKind(context, input.pullRequestId, 'pull')
    requireSpeaker(context, repository, 'addPullRequestReview')
    const { world, viewer } = context
    requireSomethingSaid(input)
    const review = submitReview(world, repository, pull, {
      by: viewer.login,
      state: input.event == null ? 'PENDING' : STATES[input.event],
      body: input.body ?? '',
      ...(input.commitOID != null && { commitSha: input.commitOID }),
    })
    for (const thread of input.threads ?? []) {
      if (thread === null) continue
      const { body, path, line, startLine, side } = thread
      const about = { body, path, line, startLine: startLine ?? null, side: side ?? 'RIGHT' }
      addThread(world, repository, pull, { by: viewer.login, reviewId: review.id, ...about })
    }
    const node = toReview(repository, pull, review)
    return { pullRequestReview: node, reviewEdge: { cursor: '', node } }
  },

  submitPullRequestReview: (input: Github.SubmitPullRequestReviewInput, context) => {
    const { repository, pull, review } = pendingReview(input, context)
    requireSpeaker(context, repository, 'submitPullRequestReview')
    pull.reviews.splice(pull.reviews.indexOf(review), 1)
    const submitted = submitReview(context.world, repository, pull, {
      by: review.author,
      state: STATES[input.event],
      body: input.body ?? review.body,
      commitSha: review.commitSha,
    })
    // It stays the review that its threads belong to.
    Object.assign(submitted, { id: review.id, nodeId: review.nodeId })
    return { pullRequestReview: toReview(repository, pull, submitted) }
  },

  dismissPullRequestReview: (input: Github.DismissPullRequestReviewInput, context) => {
    const { repository, pull, review } = requireKind(context, input.pullRequestReviewId, 'review')
    requireWritable(context, repository, 'dismissPullRequestReview', { permission: 'pull_requests' })
    dismissReview(context.world, repository, pull, review, context.viewer.login)
    return { pullRequestReview: toReview(repository, pull, review) }
  },

  requestReviews: (input: Github.RequestReviewsInput, context) => {
    const { repository, pull } = requireKind(context, input.pullRequestId, 'pull')
    requireWritable(context, repository, 'requestReviews', { permission: 'pull_requests' })
    const { world, viewer } = context
    const logins = (input.userIds ?? []).map((id) => requireKind(context, id, 'user').user.login)
    const gone = input.union === true ? [] : pull.requestedReviewers.filter((login) => !logins.includes(login))
    requestReviewers(world, repository, pull, { by: viewer.login, logins })
    removeRequestedReviewers(world, repository, pull, { by: viewer.login, logins: gone })
    return { actor: toUserActor(viewer.user), pullRequest: toPull(repository, pull), requestedReviewersEdge: null }
  },

  addPullRequestReviewThread: (input: Github.AddPullRequestReviewThreadInput, context) => {
    const { repository, pull, reviewId } = placeOfThread(input, context)
    requireSpeaker(context, repository, 'addPullRequestReviewThread')
    const { body, path, line, startLine, side, subjectType } = input
    const thread = addThread(context.world, repository, pull, {
      by: context.viewer.login,
      body,
      path,
      line: subjectType === 'FILE' ? null : (line ?? null),
      startLine: startLine ?? null,
      side: side ?? 'RIGHT',
      ...(reviewId !== null && { reviewId }),
    })
    return { thread: wrap('PullRequestReviewThread', { repository, pull, thread }) }
  },

  addPullRequestReviewThreadReply: (input: Github.AddPullRequestReviewThreadReplyInput, context) => {
    const { repository, pull, thread } = requireKind(context, input.pullRequestReviewThreadId, 'thread')
    requireSpeaker(context, repository, 'addPullRequestReviewThreadReply')
    if (input.body.trim() === '') throw new GithubError(422, "Body can't be blank")
    const { login: by } = context.viewer
    const comment = replyToThread(context.world, repository, pull, thread, { by, body: input.body })
    return { comment: wrap('PullRequestReviewComment', { repository, pull, thread, comment }) }
  },

  resolveReviewThread: (input: Github.ResolveReviewThreadInput, context) => {
    const place = requireSettler(context, input.threadId, 'resolveReviewThread')
    resolveThread(context.world, place.repository, place.pull, place.thread, context.viewer.login)
    return { thread: wrap('PullRequestReviewThread', place) }
  },

  unresolveReviewThread: (input: Github.UnresolveReviewThreadInput, context) => {
    const place = requireSettler(context, input.threadId, 'unresolveReviewThread')
    unresolveThread(context.world, place.repository, place.pull, place.thread, context.viewer.login)
    return { thread: wrap('PullRequestReviewThread', place) }
  },
}

function requireSettler(context: Context, id: string, mutation: string) {
  const { repository, pull, thread } = requireKind(context, id, 'thread')
  requireSpeaker(context, repository, mutation)
  const place = { repository, pull, thread }
  if (!maySettle(wrap('PullRequestReviewThread', place), context)) {
    requireWritable(context, repository, mutation, { permission: 'pull_requests' })
  }
  return place
}

function requireSomethingSaid({ event, body, threads, comments }: Github.AddPullRequestReviewInput): void {
  if (comments != null && comments.length > 0) {
    throw new Error('the emulator takes `threads`, not `comments` (places in a diff are not modelled)')
  }
  const isEmpty = (body ?? '') === '' && (threads ?? []).length === 0
  if (isEmpty && event === 'REQUEST_CHANGES') {
    throw new RefusedField('UNPROCESSABLE', 'Body can not be blank when requesting changes')
  }
  if (isEmpty && event === 'COMMENT') throw new RefusedField('UNPROCESSABLE', "Body can't be blank")
}

function pendingReview(input: Github.SubmitPullRequestReviewInput, context: Context) {
  if (input.pullRequestReviewId != null) {
    const found = requireKind(context, input.pullRequestReviewId, 'review')
    if (found.review.state === 'PENDING' && isSameLogin(found.review.author, context.viewer.login)) return found
  } else if (input.pullRequestId != null) {
    const { repository, pull } = requireKind(context, input.pullRequestId, 'pull')
    const mine = (review: Review) => review.state === 'PENDING' && isSameLogin(review.author, context.viewer.login)
    const review = pull.reviews.find(mine)
    if (review !== undefined) return { repository, pull, review }
  }
  throw new RefusedField('UNPROCESSABLE', 'Could not find a pending review to submit.')
}

function placeOfThread(input: Github.AddPullRequestReviewThreadInput, context: Context) {
  if (input.pullRequestReviewId != null) {
    const { repository, pull, review } = requireKind(context, input.pullRequestReviewId, 'review')
    return { repository, pull, reviewId: review.id }
  }
  return { ...requireKind(context, input.pullRequestId ?? '', 'pull'), reviewId: null }
}
