/** What people (and bots) say about a pull request: reviews, threads, comments, labels, and who is asked to look. */
import type * as Github from '@octokit/graphql-schema'
import type { Review } from '../../model.ts'
import { hasRole } from '../../service/access.ts'
import { labelsOf } from '../../service/labels.ts'
import { latestOpinions, latestReviews, reviewDecision } from '../../service/reviews.ts'
import { findUser, isSameLogin } from '../../service/users.ts'
import { toConnection } from '../connection.ts'
import type { Context, Resolvers } from '../context.ts'
import { toPlaceId } from '../ids.ts'
import { type PullSource, type ReviewSource, toPull, toUserActor, wrap } from '../sources.ts'
import { bareLogin } from './actors.ts'
import { toLabels } from './labels.ts'
import { visibleReviews, visibleThreads } from './reviews.ts'

function toReviews({ repository, pull }: PullSource, reviews: readonly Review[]): readonly ReviewSource[] {
  return reviews.map((review) => wrap('PullRequestReview', { repository, pull, review }))
}

function reviewsMatching(source: PullSource, args: Github.PullRequestReviewsArgs, context: Context) {
  const { states, author } = args
  return visibleReviews(source.repository, source.pull, context)
    .filter(({ review }) => states == null || states.includes(review.state))
    .filter(({ review }) => author == null || bareLogin(review.author) === bareLogin(author))
}

function toRequest({ repository, pull }: PullSource, login: string, { world }: Context) {
  const user = findUser(world, login)
  return {
    id: toPlaceId('request', repository, `${pull.number}/${login}`),
    databaseId: null,
    asCodeOwner: false,
    pullRequest: toPull(repository, pull),
    requestedReviewer: user === null ? null : toUserActor(user),
  }
}

function participantsOf({ pull }: PullSource, { world }: Context) {
  const logins = [pull.author, ...[...pull.reviews, ...pull.comments].map(({ author }) => author)]
  const users = new Map(logins.map((login) => [login.toLowerCase(), findUser(world, login)]))
  return [...users.values()].flatMap((user) => (user === null ? [] : [toUserActor(user)]))
}

export const conversationResolvers: Resolvers<Github.PullRequest, PullSource> = {
  labels: ({ repository, pull }, args, _context, info) =>
    toConnection(toLabels(repository, labelsOf(repository, pull)), args, info),
  reviewDecision: ({ repository, pull }, _args, { world }) => reviewDecision(world, repository, pull),
  reviewRequests: (source, args, context, info) => {
    const requests = source.pull.requestedReviewers.map((login) => toRequest(source, login, context))
    return toConnection(requests, args, info)
  },
  reviews: (source, args: Github.PullRequestReviewsArgs, context, info) =>
    toConnection(reviewsMatching(source, args, context), args, info),
  latestReviews: (source, args, _context, info) =>
    toConnection(toReviews(source, latestReviews(source.pull)), args, info),
  latestOpinionatedReviews: (source, args: Github.PullRequestLatestOpinionatedReviewsArgs, { world }, info) => {
    const counted = latestOpinions(source.pull).filter(
      ({ author }) => args.writersOnly !== true || hasRole(world, source.repository, author, 'write'),
    )
    return toConnection(toReviews(source, counted), args, info)
  },
  reviewThreads: ({ repository, pull }, args, context, info) =>
    toConnection(visibleThreads(repository, pull, context), args, info),
  comments: ({ repository, pull }, args: Github.PullRequestCommentsArgs, _context, info) => {
    const comments = args.orderBy?.direction === 'DESC' ? pull.comments.toReversed() : pull.comments
    return toConnection(
      comments.map((comment) => wrap('IssueComment', { repository, pull, comment })),
      args,
      info,
    )
  },
  totalCommentsCount: ({ pull }) =>
    pull.comments.length + pull.threads.reduce((count, { comments }) => count + comments.length, 0),
  participants: (source, args, context, info) => toConnection(participantsOf(source, context), args, info),
  suggestedReviewers: () => [],
  viewerLatestReview: (source, _args, { viewer }) => {
    const mine = source.pull.reviews.filter(({ author }) => isSameLogin(author, viewer.login))
    return toReviews(source, mine).at(-1) ?? null
  },
  viewerLatestReviewRequest: (source, _args, context) => {
    const login = source.pull.requestedReviewers.find((each) => isSameLogin(each, context.viewer.login))
    return login === undefined ? null : toRequest(source, login, context)
  },
  closingIssuesReferences: (_source, args, _context, info) => toConnection([], args, info),
  projectCards: (_source, args, _context, info) => toConnection([], args, info),
  projectItems: (_source, args, _context, info) => toConnection([], args, info),
  projectsV2: (_source, args, _context, info) => toConnection([], args, info),
}
