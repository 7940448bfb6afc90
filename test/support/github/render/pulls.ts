/** Pull requests and their labels as REST writes them. */
import { listChanges } from '../git/changes.ts'
import { mergeBase } from '../git/history.ts'
import type { Label, PullRequest, Repository, Sha, World } from '../model.ts'
import { associationOf } from '../service/access.ts'
import { labelsOf } from '../service/labels.ts'
import { pullCommits } from '../service/merge-building.ts'
import { mergeabilityOf, mergeStateOf } from '../service/mergeability.ts'
import { apiUrlOf, describeRepository, htmlUrlOf } from './repositories.ts'
import { type Json, toUserJson } from './users.ts'

/** As in lists: without mergeability and counts. */
export function describePull(world: World, repository: Repository, pull: PullRequest): Json {
  return {
    ...linksOf(world, repository, pull),
    id: pull.id,
    node_id: pull.nodeId,
    number: pull.number,
    state: pull.state,
    locked: false,
    title: pull.title,
    user: toUserJson(world, pull.author),
    body: pull.body,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    merged_at: pull.mergedAt,
    merge_commit_sha: pull.mergeCommitSha,
    assignee: toUserJson(world, pull.assignees[0] ?? null),
    assignees: pull.assignees.flatMap((login) => toUserJson(world, login) ?? []),
    requested_reviewers: pull.requestedReviewers.flatMap((login) => toUserJson(world, login) ?? []),
    requested_teams: [],
    labels: labelsOf(repository, pull).map((label) => describeLabel(world, repository, label)),
    milestone: null,
    draft: pull.draft,
    head: describeSide(world, repository, pull.head),
    base: describeSide(world, repository, pull.base),
    author_association: associationOf(world, repository, pull.author),
    auto_merge: describeAutoMerge(world, pull),
    active_lock_reason: null,
  }
}

/** As `GET /pulls/{number}` answers it. */
export async function describeFullPull(world: World, repository: Repository, pull: PullRequest): Promise<Json> {
  const mergeability = await mergeabilityOf(world, repository, pull)
  const state = await mergeStateOf(world, repository, pull)
  return {
    ...describePull(world, repository, pull),
    merged: pull.merged,
    mergeable: mergeability === 'UNKNOWN' ? null : mergeability === 'MERGEABLE',
    rebaseable: mergeability === 'UNKNOWN' ? null : mergeability === 'MERGEABLE',
    mergeable_state: state.toLowerCase(),
    merged_by: toUserJson(world, pull.mergedBy),
    comments: pull.comments.length,
    review_comments: pull.threads.reduce((count, { comments }) => count + comments.length, 0),
    maintainer_can_modify: false,
    ...(await countsOf(world, repository, pull)),
  }
}

async function countsOf(world: World, repository: Repository, pull: PullRequest): Promise<Json> {
  const commits = await pullCommits(world, repository, pull, pull.base.sha)
  const changes = await listChanges(world, repository, await diffBase(world, repository, pull), pull.head.sha)
  return {
    commits: commits.length,
    additions: changes.reduce((sum, { additions }) => sum + additions, 0),
    deletions: changes.reduce((sum, { deletions }) => sum + deletions, 0),
    changed_files: changes.length,
  }
}

/** What a pull request's changes are counted from. */
export async function diffBase(world: World, repository: Repository, pull: PullRequest): Promise<Sha> {
  return (await mergeBase(world, repository, pull.base.sha, pull.head.sha)) ?? pull.base.sha
}

/** How checks and runs name the pull requests that they belong to. */
export function describePullReferences(world: World, repository: Repository, headSha: Sha): Json[] {
  const url = apiUrlOf(world, repository)
  const reference = { id: repository.id, url, name: repository.name }
  return [...repository.pulls.values()]
    .filter((pull) => pull.state === 'open' && pull.head.sha === headSha)
    .map((pull) => ({
      url: `${url}/pulls/${pull.number}`,
      id: pull.id,
      number: pull.number,
      head: { ref: pull.head.ref, sha: pull.head.sha, repo: reference },
      base: { ref: pull.base.ref, sha: pull.base.sha, repo: reference },
    }))
}

export function describeLabel(world: World, repository: Repository, label: Label): Json {
  return {
    id: label.id,
    node_id: label.nodeId,
    url: `${apiUrlOf(world, repository)}/labels/${encodeURIComponent(label.name)}`,
    name: label.name,
    color: label.color,
    default: false,
    description: label.description,
  }
}

/** The same pull request as `GET /issues/{number}` answers it. */
export function describePullAsIssue(world: World, repository: Repository, pull: PullRequest): Json {
  const url = `${apiUrlOf(world, repository)}/issues/${pull.number}`
  const links = linksOf(world, repository, pull)
  return {
    url,
    repository_url: apiUrlOf(world, repository),
    labels_url: `${url}/labels{/name}`,
    comments_url: `${url}/comments`,
    events_url: `${url}/events`,
    html_url: links.html_url,
    id: pull.id,
    node_id: pull.nodeId,
    number: pull.number,
    title: pull.title,
    user: toUserJson(world, pull.author),
    labels: labelsOf(repository, pull).map((label) => describeLabel(world, repository, label)),
    state: pull.state,
    state_reason: null,
    locked: false,
    assignee: toUserJson(world, pull.assignees[0] ?? null),
    assignees: pull.assignees.flatMap((login) => toUserJson(world, login) ?? []),
    milestone: null,
    comments: pull.comments.length,
    created_at: pull.createdAt,
    updated_at: pull.updatedAt,
    closed_at: pull.closedAt,
    author_association: associationOf(world, repository, pull.author),
    active_lock_reason: null,
    draft: pull.draft,
    body: pull.body,
    pull_request: {
      url: links.url,
      html_url: links.html_url,
      diff_url: links.diff_url,
      patch_url: links.patch_url,
      merged_at: pull.mergedAt,
    },
  }
}

function describeSide(world: World, repository: Repository, side: { readonly ref: string; readonly sha: Sha }): Json {
  return {
    label: `${repository.owner}:${side.ref}`,
    ref: side.ref,
    sha: side.sha,
    user: toUserJson(world, repository.owner),
    repo: describeRepository(world, repository),
  }
}

function describeAutoMerge(world: World, { autoMerge }: PullRequest): Json | null {
  if (autoMerge === null) return null
  return {
    enabled_by: toUserJson(world, autoMerge.enabledBy),
    merge_method: autoMerge.method,
    commit_title: autoMerge.commitTitle ?? '',
    commit_message: autoMerge.commitMessage ?? '',
  }
}

function linksOf(world: World, repository: Repository, pull: PullRequest): Json {
  const api = apiUrlOf(world, repository)
  const html = `${htmlUrlOf(world, repository)}/pull/${pull.number}`
  const url = `${api}/pulls/${pull.number}`
  const issue = `${api}/issues/${pull.number}`
  const statuses = `${api}/statuses/${pull.head.sha}`
  const reviewComment = `${api}/pulls/comments{/number}`
  const link = (href: string) => ({ href })
  return {
    url,
    html_url: html,
    diff_url: `${html}.diff`,
    patch_url: `${html}.patch`,
    issue_url: issue,
    commits_url: `${url}/commits`,
    review_comments_url: `${url}/comments`,
    review_comment_url: reviewComment,
    comments_url: `${issue}/comments`,
    statuses_url: statuses,
    _links: {
      self: link(url),
      html: link(html),
      issue: link(issue),
      comments: link(`${issue}/comments`),
      review_comments: link(`${url}/comments`),
      review_comment: link(reviewComment),
      commits: link(`${url}/commits`),
      statuses: link(statuses),
    },
  }
}
