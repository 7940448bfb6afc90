/** What reviewers said, in our words: who, whether it counts, whether it is ours. */
import type { Remark, ReviewsObservation, ReviewThread } from '../../domain/observation.ts'
import { marksIn } from './marks.ts'
import type { PrNode } from './pr-node.ts'
import type { CommentNode, RemarkNode, ReviewNode, ThreadNode } from './review-nodes.ts'
import { isWhole, type Page } from './schema.ts'
import { type Author, type Judgement, type Trust, toAuthor } from './trust.ts'

type Judge = (author: Author) => Judgement

type Reviewed = Pick<PrNode, 'reviewThreads' | 'latestOpinionatedReviews' | 'reviews' | 'comments'>
type Lists = { [K in keyof Reviewed]: NonNullable<Reviewed[K]> }

/** Throws a Failure when it cannot be told whose words count. */
export async function toReviews(
  pr: Reviewed,
  trust: Trust,
  bots: (lists: Lists, judge: Judge) => Promise<boolean>,
): Promise<ReviewsObservation> {
  const { reviewThreads, latestOpinionatedReviews, reviews, comments } = pr
  if (reviewThreads === null || latestOpinionatedReviews === null || reviews === null || comments === null) {
    return { kind: 'unknown', why: 'GitHub did not show the reviews' }
  }
  const lists = { reviewThreads, latestOpinionatedReviews, reviews, comments }
  const judge = await trust.judge(allAuthors(lists))
  const open = reviewThreads.nodes.map((thread) => toThread(thread, judge))
  return {
    kind: 'known',
    threads: open.filter((thread) => thread.remarks.length > 0),
    threadsComplete: isWhole(reviewThreads) && reviewThreads.nodes.every((thread) => isWhole(thread.comments)),
    changeRequests: latestOpinionatedReviews.nodes.filter(asksForChanges).map((review) => toRemark(review, judge)),
    reviewersComplete: isWhole(latestOpinionatedReviews),
    comments: toComments(comments, reviews, judge),
    commentsComplete: isWhole(comments) && isWhole(reviews),
    botsExpected: await bots(lists, judge),
  }
}

export function allAuthors({ reviewThreads, latestOpinionatedReviews, reviews, comments }: Lists): readonly Author[] {
  const remarks = [
    ...reviewThreads.nodes.flatMap((thread) => thread.comments.nodes),
    ...latestOpinionatedReviews.nodes,
    ...reviews.nodes,
    ...comments.nodes,
  ]
  return remarks.map(({ author }) => toAuthor(author))
}

function asksForChanges({ state }: ReviewNode): boolean {
  return state === 'CHANGES_REQUESTED'
}

/** GitHub hides what maintainers declared done, off topic or spam. */
function toComments(comments: Page<CommentNode>, reviews: Page<ReviewNode>, judge: Judge): readonly Remark[] {
  const texts = reviews.nodes.filter(({ state, body }) => state === 'COMMENTED' && (body ?? '').trim() !== '')
  return [...comments.nodes, ...texts]
    .filter(({ isMinimized }) => !isMinimized)
    .map((node) => toRemark(node, judge))
    .sort((one, other) => one.at - other.at)
}

/** Drafts are seen by nobody but their author, who may share our token. */
function toThread(
  { id, isResolved, isOutdated, path, line, originalLine, comments }: ThreadNode,
  judge: Judge,
): ReviewThread {
  return {
    id,
    resolved: isResolved,
    outdated: isOutdated,
    path,
    line: line ?? originalLine,
    remarks: comments.nodes.filter(({ state }) => state !== 'PENDING').map((node) => toRemark(node, judge)),
  }
}

/** A mark in what another account wrote is a copy. */
function toRemark(node: RemarkNode | ReviewNode, judge: Judge): Remark {
  const author = toAuthor(node.author)
  const { trusted, isViewer } = judge(author)
  const body = node.body ?? ''
  return {
    id: node.id,
    author: author.login,
    isBot: author.isBot,
    trusted,
    ours: isViewer && marksIn(body).length > 0,
    body,
    at: saidAt(node),
    url: node.url,
  }
}

function saidAt(node: RemarkNode | ReviewNode): number {
  return 'submittedAt' in node ? (node.submittedAt ?? node.createdAt) : node.createdAt
}
