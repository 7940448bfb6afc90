/** Check runs, suites, statuses and annotations as REST writes them. */
import { readCommit } from '../git/history.ts'
import type { Annotation, CheckRun, CheckSuite, CommitStatus, Repository, Sha, World } from '../model.ts'
import { latestCheckRuns, latestStatuses } from '../service/checks.ts'
import { describeSimpleCommit } from './commits.ts'
import { describePullReferences } from './pulls.ts'
import { apiUrlOf, describeRepository, htmlUrlOf } from './repositories.ts'
import { type Json, toAppJson, toUserJson } from './users.ts'

export function describeCheckRun(world: World, repository: Repository, checkRun: CheckRun): Json {
  const url = `${apiUrlOf(world, repository)}/check-runs/${checkRun.id}`
  return {
    id: checkRun.id,
    name: checkRun.name,
    node_id: checkRun.nodeId,
    head_sha: checkRun.headSha,
    external_id: checkRun.externalId,
    url,
    html_url: `${htmlUrlOf(world, repository)}/runs/${checkRun.id}`,
    details_url: checkRun.detailsUrl,
    status: checkRun.status,
    conclusion: checkRun.conclusion,
    started_at: checkRun.startedAt,
    completed_at: checkRun.completedAt,
    output: {
      title: checkRun.output.title,
      summary: checkRun.output.summary,
      text: checkRun.output.text,
      annotations_count: checkRun.annotations.length,
      annotations_url: `${url}/annotations`,
    },
    check_suite: { id: checkRun.suiteId },
    app: toAppJson(world, checkRun.appSlug),
    pull_requests: describePullReferences(world, repository, checkRun.headSha),
  }
}

export async function describeSuite(world: World, repository: Repository, suite: CheckSuite): Promise<Json> {
  const url = `${apiUrlOf(world, repository)}/check-suites/${suite.id}`
  const commit = await readCommit(world, repository, suite.headSha)
  const checks = latestCheckRuns(repository, suite.headSha).filter(({ suiteId }) => suiteId === suite.id)
  return {
    id: suite.id,
    node_id: suite.nodeId,
    head_branch: suite.headBranch,
    head_sha: suite.headSha,
    status: suite.status,
    conclusion: suite.conclusion,
    url,
    before: commit?.parents[0] ?? null,
    after: suite.headSha,
    pull_requests: describePullReferences(world, repository, suite.headSha),
    app: toAppJson(world, suite.appSlug),
    repository: describeRepository(world, repository),
    created_at: suite.createdAt,
    updated_at: suite.updatedAt,
    head_commit: commit === null ? null : describeSimpleCommit(commit),
    latest_check_runs_count: checks.length,
    check_runs_url: `${url}/check-runs`,
  }
}

export function describeAnnotation(world: World, repository: Repository, sha: Sha, annotation: Annotation): Json {
  return {
    path: annotation.path,
    blob_href: `${htmlUrlOf(world, repository)}/blob/${sha}/${annotation.path}`,
    start_line: annotation.startLine,
    end_line: annotation.endLine,
    start_column: null,
    end_column: null,
    annotation_level: annotation.level,
    title: annotation.title,
    message: annotation.message,
    raw_details: null,
  }
}

export function describeStatus(world: World, repository: Repository, status: CommitStatus): Json {
  const creator = toUserJson(world, status.creator)
  return {
    url: `${apiUrlOf(world, repository)}/statuses/${status.sha}`,
    avatar_url: creator?.avatar_url ?? null,
    id: status.id,
    node_id: status.nodeId,
    state: status.state,
    description: status.description,
    target_url: status.targetUrl,
    context: status.context,
    created_at: status.createdAt,
    updated_at: status.createdAt,
    creator,
  }
}

/** Of a commit without statuses GitHub says `pending`, with an empty list. */
export function describeCombinedStatus(world: World, repository: Repository, sha: Sha): Json {
  const statuses = latestStatuses(repository, sha)
  const states = statuses.map(({ state }) => state)
  const failed = states.some((state) => state === 'failure' || state === 'error')
  const green = states.length > 0 && states.every((state) => state === 'success')
  const api = apiUrlOf(world, repository)
  return {
    state: failed ? 'failure' : green ? 'success' : 'pending',
    statuses: statuses.map((status) => {
      const { creator: _creator, ...simple } = describeStatus(world, repository, status)
      return simple
    }),
    sha,
    total_count: statuses.length,
    repository: describeRepository(world, repository),
    commit_url: `${api}/commits/${sha}`,
    url: `${api}/commits/${sha}/status`,
  }
}
