/** The body of a webhook: the action, the thing it is about, the repository and who did it. */
import type { GithubEvent } from '../events.ts'
import { readCommit } from '../git/history.ts'
import type { World } from '../model.ts'
import { findWorkflow } from '../service/workflow-runs.ts'
import { describeJob, describeRun, describeWorkflow } from './actions.ts'
import { describeCheckRun, describeStatus, describeSuite } from './checks.ts'
import { describeCommit } from './commits.ts'
import { describeIssueComment, describeReview, describeReviewComment, describeThread } from './conversation.ts'
import { describeFullPull, describePull, describePullAsIssue } from './pulls.ts'
import { describeRepository } from './repositories.ts'
import { type Json, toUserJson } from './users.ts'

export async function describeEvent(world: World, event: GithubEvent): Promise<Json> {
  return {
    ...(event.action === null ? {} : { action: event.action }),
    ...(await describeSubject(world, event)),
    repository: describeRepository(world, event.repository),
    sender: toUserJson(world, event.sender),
    ...event.extra,
  }
}

function describeSubject(world: World, event: GithubEvent): Json | Promise<Json> {
  const { repository } = event
  switch (event.name) {
    case 'pull_request':
      return describePullRequestEvent(world, event)
    case 'pull_request_review':
      return {
        review: describeReview(world, repository, event.pull, event.review),
        pull_request: describePull(world, repository, event.pull),
      }
    case 'pull_request_review_comment':
      return {
        comment: describeReviewComment(world, repository, event),
        pull_request: describePull(world, repository, event.pull),
      }
    case 'pull_request_review_thread':
      return {
        thread: describeThread(world, repository, event.pull, event.thread),
        pull_request: describePull(world, repository, event.pull),
      }
    case 'issue_comment':
      return {
        comment: describeIssueComment(world, repository, event.pull, event.comment),
        issue: describePullAsIssue(world, repository, event.pull),
      }
    case 'check_run':
      return { check_run: describeCheckRun(world, repository, event.checkRun) }
    case 'check_suite':
      return describeSuite(world, repository, event.suite).then((suite) => ({ check_suite: suite }))
    case 'status':
      return describeStatusEvent(world, event)
    case 'workflow_run':
      return describeRun(world, repository, event.run).then((run) => ({
        workflow_run: run,
        workflow: describeWorkflow(world, repository, findWorkflow(repository, event.run)),
      }))
    case 'workflow_job':
      return { workflow_job: describeJob(world, repository, event.run, event.job) }
    case 'push':
      return describePush(world, event)
    case 'merge_group':
      return {
        merge_group: {
          head_sha: event.headSha,
          head_ref: event.headRef,
          base_ref: event.baseRef,
          base_sha: event.baseSha,
        },
      }
  }
}

type EventOf<Name extends GithubEvent['name']> = Extract<GithubEvent, { name: Name }>

/** What may change until the delivery is on its way is copied first. */
async function describePullRequestEvent(world: World, { repository, pull }: EventOf<'pull_request'>): Promise<Json> {
  const now = describePull(world, repository, pull)
  const full = await describeFullPull(world, repository, pull)
  return { number: pull.number, pull_request: { ...full, ...now, merged: now.merged_at !== null } }
}

async function describeStatusEvent(world: World, { repository, status }: EventOf<'status'>): Promise<Json> {
  const commit = await readCommit(world, repository, status.sha)
  const branches = [...repository.branches].filter(([, sha]) => sha === status.sha)
  return {
    ...describeStatus(world, repository, status),
    sha: status.sha,
    name: `${repository.owner}/${repository.name}`,
    commit: commit === null ? null : describeCommit(world, repository, commit),
    branches: branches.map(([name, sha]) => ({ name, commit: { sha }, protected: false })),
  }
}

async function describePush(world: World, event: EventOf<'push'>): Promise<Json> {
  const { repository, ref, before, after, forced } = event
  const commit = await readCommit(world, repository, after)
  const head =
    commit === null
      ? null
      : { id: commit.sha, tree_id: commit.treeSha, message: commit.message, timestamp: commit.committer.date }
  return {
    ref,
    before,
    after,
    created: /^0+$/.test(before),
    deleted: /^0+$/.test(after),
    forced,
    base_ref: null,
    compare: `${world.urls.html}/${repository.owner}/${repository.name}/compare/${before.slice(0, 12)}...${after.slice(0, 12)}`,
    commits: head === null ? [] : [head],
    head_commit: head,
    pusher: { name: event.sender, email: `${event.sender}@users.noreply.github.com` },
  }
}
