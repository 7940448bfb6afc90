/** REST: GitHub Actions: runs, attempts, jobs, logs, workflows, and starting them again. */
import { notFound } from '../errors.ts'
import type { Job, WorkflowRun } from '../model.ts'
import { describeJob, describeRun, describeWorkflow } from '../render/actions.ts'
import { cancelRun, type RerunScope, rerun } from '../service/ci.ts'
import { findJob } from '../service/jobs.ts'
import { findRun, jobsOf } from '../service/workflow-runs.ts'
import { countedAnswer } from './paging.ts'
import { numberOf, ok, type RepositoryRequest, type RestAnswer, type Route, repositoryRoute } from './route.ts'

const READ = { permission: 'actions', level: 'read' } as const
const WRITE = { permission: 'actions', level: 'write' } as const

/** `logUrl`: where the text of a job's log can be fetched for a moment, without a token. */
export type LogUrl = (request: RepositoryRequest, jobId: number) => string

export function createActionRoutes(logUrl: LogUrl): readonly Route[] {
  return [
    repositoryRoute('GET /actions/runs', READ, (request) => listRuns(request, request.repository.workflowRuns)),
    repositoryRoute('GET /actions/runs/{run_id}', READ, async (request) =>
      ok(await describeRun(request.world, request.repository, runOf(request))),
    ),
    repositoryRoute('GET /actions/runs/{run_id}/jobs', READ, (request) => {
      const run = runOf(request)
      return listJobs(request, run, request.query.get('filter') === 'all' ? run.jobs : jobsOf(run, run.attempt))
    }),
    repositoryRoute('GET /actions/runs/{run_id}/attempts/{attempt}/jobs', READ, (request) => {
      const run = runOf(request)
      return listJobs(request, run, jobsOf(run, numberOf(request.params, 'attempt')))
    }),
    repositoryRoute('POST /actions/runs/{run_id}/rerun', WRITE, (request) =>
      again(request, runOf(request), { kind: 'all' }),
    ),
    repositoryRoute('POST /actions/runs/{run_id}/rerun-failed-jobs', WRITE, (request) =>
      again(request, runOf(request), { kind: 'failed' }),
    ),
    repositoryRoute('POST /actions/runs/{run_id}/cancel', WRITE, (request) => {
      cancelRun(request.world, request.repository, runOf(request))
      return { status: 202, json: {} }
    }),
    repositoryRoute('GET /actions/jobs/{job_id}', READ, (request) => {
      const { run, job } = jobOf(request)
      return ok(describeJob(request.world, request.repository, run, job))
    }),
    repositoryRoute('POST /actions/jobs/{job_id}/rerun', WRITE, (request) => {
      const { run, job } = jobOf(request)
      return again(request, run, { kind: 'job', jobId: job.id })
    }),
    repositoryRoute('GET /actions/jobs/{job_id}/logs', READ, (request) => {
      const { job } = jobOf(request)
      if (job.log === null) throw notFound()
      return { status: 302, headers: { location: logUrl(request, job.id) } }
    }),
    repositoryRoute('GET /actions/workflows', READ, (request) =>
      countedAnswer(request, 'workflows', request.repository.workflows, (workflow) =>
        describeWorkflow(request.world, request.repository, workflow),
      ),
    ),
    repositoryRoute('GET /actions/workflows/{workflow_id}/runs', READ, (request) => {
      const id = request.params.workflow_id ?? ''
      const workflow = request.repository.workflows.find((one) => String(one.id) === id || one.path.endsWith(`/${id}`))
      if (workflow === undefined) throw notFound()
      const runs = request.repository.workflowRuns.filter(({ workflowId }) => workflowId === workflow.id)
      return listRuns(request, runs)
    }),
  ].flat()
}

/** Newest first. `status` also takes conclusions, as GitHub has it. */
function listRuns(request: RepositoryRequest, all: readonly WorkflowRun[]): Promise<RestAnswer> {
  const { world, repository, query } = request
  const wanted = (name: string, ...actual: readonly (string | null)[]) => {
    const value = query.get(name)
    return value === null || actual.includes(value)
  }
  const found = all.filter(
    (run) =>
      wanted('head_sha', run.headSha) &&
      wanted('branch', run.headBranch) &&
      wanted('event', run.event) &&
      wanted('actor', run.actor) &&
      wanted('status', run.status, run.conclusion),
  )
  return countedAnswer(request, 'workflow_runs', found.reverse(), (run) => describeRun(world, repository, run))
}

function listJobs(request: RepositoryRequest, run: WorkflowRun, jobs: readonly Job[]) {
  return countedAnswer(request, 'jobs', jobs, (job) => describeJob(request.world, request.repository, run, job))
}

async function again(request: RepositoryRequest, run: WorkflowRun, scope: RerunScope): Promise<RestAnswer> {
  await rerun(request.world, request.repository, run, { by: request.login, scope })
  return { status: 201, json: {} }
}

function runOf({ repository, params }: RepositoryRequest): WorkflowRun {
  return findRun(repository, numberOf(params, 'run_id'))
}

function jobOf({ repository, params }: RepositoryRequest) {
  return findJob(repository, numberOf(params, 'job_id'))
}
