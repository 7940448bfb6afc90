/** Reviews, review comments and issue comments as REST writes them. */
import type { IssueComment, PullRequest, Repository, Review, ReviewComment, ReviewThread, World } from '../model.ts'
import { associationOf } from '../service/access.ts'
import { apiUrlOf, htmlUrlOf } from './repositories.ts'
import { type Json, toUserJson } from './users.ts'

const REACTIONS = { total_count: 0, '+1': 0, '-1': 0, laugh: 0, hooray: 0, confused: 0, heart: 0, rocket: 0, eyes: 0 }

export function describeReview(world: World, repository: Repository, pull: PullRequest, review: Review): Json {
  const url = `${apiUrlOf(world, repository)}/pulls/${pull.number}`
  const html = `${htmlUrlOf(world, repository)}/pull/${pull.number}#pullrequestreview-${review.id}`
  return {
    id: review.id,
    node_id: review.nodeId,
    user: toUserJson(world, review.author),
    body: review.body,
    state: review.state,
    html_url: html,
    pull_request_url: url,
    author_association: associationOf(world, repository, review.author),
    _links: { html: { href: html }, pull_request: { href: url } },
    submitted_at: review.submittedAt,
    commit_id: review.commitSha,
  }
}

export function describeReviewComment(
  world: World,
  repository: Repository,
  { pull, thread, comment }: { pull: PullRequest; thread: ReviewThread; comment: ReviewComment },
): Json {
  const api = apiUrlOf(world, repository)
  const url = `${api}/pulls/comments/${comment.id}`
  const html = `${htmlUrlOf(world, repository)}/pull/${pull.number}#discussion_r${comment.id}`
  const pullUrl = `${api}/pulls/${pull.number}`
  return {
    url,
    pull_request_review_id: comment.reviewId,
    id: comment.id,
    node_id: comment.nodeId,
    diff_hunk: comment.diffHunk,
    path: thread.path,
    commit_id: pull.head.sha,
    original_commit_id: comment.commitSha,
    user: toUserJson(world, comment.author),
    body: comment.body,
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    html_url: html,
    pull_request_url: pullUrl,
    author_association: associationOf(world, repository, comment.author),
    _links: { self: { href: url }, html: { href: html }, pull_request: { href: pullUrl } },
    reactions: { url: `${url}/reactions`, ...REACTIONS },
    start_line: thread.startLine,
    original_start_line: thread.startLine,
    start_side: thread.startLine === null ? null : thread.side,
    line: thread.line,
    original_line: thread.originalLine,
    side: thread.side,
    position: thread.line,
    original_position: thread.originalLine ?? 1,
    subject_type: thread.subjectType.toLowerCase(),
    ...(comment.inReplyTo === null ? {} : { in_reply_to_id: comment.inReplyTo }),
  }
}

export function describeIssueComment(
  world: World,
  repository: Repository,
  pull: PullRequest,
  comment: IssueComment,
): Json {
  const api = apiUrlOf(world, repository)
  const url = `${api}/issues/comments/${comment.id}`
  return {
    url,
    html_url: `${htmlUrlOf(world, repository)}/pull/${pull.number}#issuecomment-${comment.id}`,
    issue_url: `${api}/issues/${pull.number}`,
    id: comment.id,
    node_id: comment.nodeId,
    user: toUserJson(world, comment.author),
    created_at: comment.createdAt,
    updated_at: comment.updatedAt,
    body: comment.body,
    author_association: associationOf(world, repository, comment.author),
    reactions: { url: `${url}/reactions`, ...REACTIONS },
    performed_via_github_app: null,
  }
}

/** As webhooks about a thread carry it. */
export function describeThread(world: World, repository: Repository, pull: PullRequest, thread: ReviewThread): Json {
  return {
    node_id: thread.nodeId,
    comments: thread.comments.map((comment) => describeReviewComment(world, repository, { pull, thread, comment })),
  }
}
