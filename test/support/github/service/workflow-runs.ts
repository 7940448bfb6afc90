/** Runs of GitHub Actions workflows and their attempts. */
import type { CiContext, ScriptedWorkflow } from '../ci-script.ts'
import { notFound } from '../errors.ts'
import type { CheckConclusion, Job, Login, Repository, Sha, Workflow, WorkflowRun, World } from '../model.ts'
import { identity, nextId, timestamp, toNodeId } from '../world.ts'
import { createSuite, worstConclusion } from './checks.ts'
import { ensureApp } from './credentials.ts'

export type RunRequest = {
  readonly commit: Sha
  readonly ref: string
  readonly event: CiContext['event']
  readonly displayTitle: string
  readonly actor: Login
}

/** A first attempt without jobs yet. */
export function createRun(
  world: World,
  repository: Repository,
  script: ScriptedWorkflow,
  request: RunRequest,
): WorkflowRun {
  ensureApp(world, { slug: 'github-actions' })
  const workflow = ensureWorkflow(world, repository, script)
  const id = nextId(world)
  const suite = createSuite(world, repository, {
    app: 'github-actions',
    headSha: request.commit,
    headBranch: request.ref,
    workflowRunId: id,
  })
  const at = timestamp(world)
  const run: WorkflowRun = {
    id,
    nodeId: toNodeId('WFR', id),
    workflowId: workflow.id,
    name: workflow.name,
    displayTitle: request.displayTitle,
    runNumber: repository.workflowRuns.filter(({ workflowId }) => workflowId === workflow.id).length + 1,
    event: request.event,
    headSha: request.commit,
    headBranch: request.ref,
    suiteId: suite.id,
    actor: request.actor,
    attempt: 1,
    status: 'queued',
    conclusion: null,
    triggeringActor: request.actor,
    jobs: [],
    createdAt: at,
    updatedAt: at,
    startedAt: at,
  }
  repository.workflowRuns.push(run)
  announceRun(world, repository, run, 'requested')
  return run
}

/** A workflow whose file cannot be used has a run without jobs. */
export function failToStart(world: World, repository: Repository, run: WorkflowRun): void {
  const suite = repository.checkSuites.find(({ id }) => id === run.suiteId)
  if (suite !== undefined) Object.assign(suite, { status: 'completed', conclusion: 'startup_failure' })
  concludeRun(world, repository, run, 'startup_failure')
}

/** Brings the run's status in line with its jobs. */
export function settleRun(world: World, repository: Repository, run: WorkflowRun): void {
  const jobs = jobsOf(run, run.attempt)
  if (jobs.length === 0 || run.status === 'completed') return
  if (jobs.every(({ status }) => status === 'completed')) {
    concludeRun(world, repository, run, worstConclusion(jobs.map(({ conclusion }) => conclusion)))
    return
  }
  if (run.status !== 'queued' || jobs.every(({ status }) => status === 'queued')) return
  run.status = 'in_progress'
  run.updatedAt = timestamp(world)
  announceRun(world, repository, run, 'in_progress')
}

function concludeRun(world: World, repository: Repository, run: WorkflowRun, conclusion: CheckConclusion): void {
  run.status = 'completed'
  run.conclusion = conclusion
  run.updatedAt = timestamp(world)
  announceRun(world, repository, run, 'completed')
}

export function jobsOf(run: WorkflowRun, attempt: number): readonly Job[] {
  return run.jobs.filter((job) => job.attempt === attempt)
}

/** Throws 404 when there is none. */
export function findRun(repository: Repository, id: number): WorkflowRun {
  const run = repository.workflowRuns.find((candidate) => candidate.id === id)
  if (run === undefined) throw notFound()
  return run
}

export function findWorkflow(repository: Repository, run: WorkflowRun): Workflow {
  const workflow = repository.workflows.find(({ id }) => id === run.workflowId)
  if (workflow === undefined) throw notFound()
  return workflow
}

function ensureWorkflow(world: World, repository: Repository, script: ScriptedWorkflow): Workflow {
  const path = script.path ?? `.github/workflows/${script.name.toLowerCase().replace(/[^a-z0-9]+/g, '-')}.yml`
  const known = repository.workflows.find((workflow) => workflow.path === path)
  if (known !== undefined) return known
  const made = identity(world, 'W')
  const workflow: Workflow = { ...made, name: script.name, path, state: 'active', createdAt: timestamp(world) }
  repository.workflows.push(workflow)
  return workflow
}

export function announceRun(world: World, repository: Repository, run: WorkflowRun, action: string): void {
  world.announce({ name: 'workflow_run', action, repository, sender: run.actor, run })
}
