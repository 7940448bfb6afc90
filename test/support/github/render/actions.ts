/** Workflows, runs and jobs as REST writes them. */
import { readCommit } from '../git/history.ts'
import type { Job, Repository, Workflow, WorkflowRun, World } from '../model.ts'
import { findWorkflow } from '../service/workflow-runs.ts'
import { describeSimpleCommit } from './commits.ts'
import { describePullReferences } from './pulls.ts'
import { apiUrlOf, describeRepository, htmlUrlOf } from './repositories.ts'
import { type Json, toUserJson } from './users.ts'

export async function describeRun(world: World, repository: Repository, run: WorkflowRun): Promise<Json> {
  const api = apiUrlOf(world, repository)
  const url = `${api}/actions/runs/${run.id}`
  const workflow = findWorkflow(repository, run)
  const commit = await readCommit(world, repository, run.headSha)
  const suite = repository.checkSuites.find(({ id }) => id === run.suiteId)
  const attemptUrl = run.attempt === 1 ? null : `${url}/attempts/${run.attempt - 1}`
  return {
    id: run.id,
    name: run.name,
    node_id: run.nodeId,
    check_suite_id: run.suiteId,
    check_suite_node_id: suite?.nodeId ?? '',
    head_branch: run.headBranch,
    head_sha: run.headSha,
    path: workflow.path,
    display_title: run.displayTitle,
    run_number: run.runNumber,
    run_attempt: run.attempt,
    event: run.event,
    status: run.status,
    conclusion: run.conclusion,
    workflow_id: run.workflowId,
    url,
    html_url: `${htmlUrlOf(world, repository)}/actions/runs/${run.id}`,
    pull_requests: describePullReferences(world, repository, run.headSha),
    created_at: run.createdAt,
    updated_at: run.updatedAt,
    run_started_at: run.startedAt,
    actor: toUserJson(world, run.actor),
    triggering_actor: toUserJson(world, run.triggeringActor),
    referenced_workflows: [],
    jobs_url: `${url}/jobs`,
    logs_url: `${url}/logs`,
    check_suite_url: `${api}/check-suites/${run.suiteId}`,
    artifacts_url: `${url}/artifacts`,
    cancel_url: `${url}/cancel`,
    rerun_url: `${url}/rerun`,
    previous_attempt_url: attemptUrl,
    workflow_url: `${api}/actions/workflows/${run.workflowId}`,
    head_commit: commit === null ? null : describeSimpleCommit(commit),
    repository: describeRepository(world, repository),
    head_repository: describeRepository(world, repository),
  }
}

export function describeJob(world: World, repository: Repository, run: WorkflowRun, job: Job): Json {
  const api = apiUrlOf(world, repository)
  const hasRunner = job.runnerName !== null
  return {
    id: job.id,
    run_id: run.id,
    workflow_name: run.name,
    head_branch: run.headBranch,
    run_url: `${api}/actions/runs/${run.id}`,
    run_attempt: job.attempt,
    node_id: job.nodeId,
    head_sha: run.headSha,
    url: `${api}/actions/jobs/${job.id}`,
    html_url: `${htmlUrlOf(world, repository)}/actions/runs/${run.id}/job/${job.id}`,
    status: job.status,
    conclusion: job.conclusion,
    created_at: run.startedAt,
    started_at: job.startedAt ?? run.startedAt,
    completed_at: job.completedAt,
    name: job.name,
    steps: job.steps.map((step) => ({
      name: step.name,
      status: step.status,
      conclusion: step.conclusion,
      number: step.number,
      started_at: step.startedAt,
      completed_at: step.completedAt,
    })),
    check_run_url: `${api}/check-runs/${job.id}`,
    labels: ['ubuntu-latest'],
    runner_id: hasRunner ? 1 : 0,
    runner_name: job.runnerName ?? '',
    runner_group_id: hasRunner ? 2 : 0,
    runner_group_name: hasRunner ? 'GitHub Actions' : '',
  }
}

export function describeWorkflow(world: World, repository: Repository, workflow: Workflow): Json {
  const html = htmlUrlOf(world, repository)
  return {
    id: workflow.id,
    node_id: workflow.nodeId,
    name: workflow.name,
    path: workflow.path,
    state: workflow.state,
    created_at: workflow.createdAt,
    updated_at: workflow.createdAt,
    url: `${apiUrlOf(world, repository)}/actions/workflows/${workflow.id}`,
    html_url: `${html}/blob/${repository.defaultBranch}/${workflow.path}`,
    badge_url: `${html}/workflows/${encodeURIComponent(workflow.name)}/badge.svg`,
  }
}
