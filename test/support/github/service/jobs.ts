/** Jobs of Actions runs. Each is a check run of the same id, and both always say the same. */
import type { ScriptedAnnotation, ScriptedJob } from '../ci-script.ts'
import { notFound } from '../errors.ts'
import type { Annotation, CheckConclusion, CheckRun, Job, Repository, WorkflowRun, World } from '../model.ts'
import { timestamp } from '../world.ts'
import { createCheckRun, updateCheckRun } from './checks.ts'
import { concludeSteps, toJobLog } from './job-log.ts'
import { onOutcome } from './outcomes.ts'
import { fullNameOf } from './repositories.ts'
import { settleRun } from './workflow-runs.ts'

const ACTIONS = 'github-actions'

export type OpenJob = { readonly job: Job; readonly checkRun: CheckRun }

/** New jobs of the run's current attempt, queued. All are there before the first may end, so that nothing ends with it. */
export function addJobs(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  names: readonly string[],
): readonly OpenJob[] {
  return names.map((name) => {
    const open = addJob(world, repository, run, name)
    announceJob(world, repository, run, open.job, 'queued')
    return open
  })
}

/** Under way, or over at once, or still queued: as the script has it. */
export function startJob(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  { job, checkRun, script }: OpenJob & { readonly script: ScriptedJob },
): void {
  onOutcome(world, script.outcome, {
    start: () => beginJob(world, repository, run, { job, checkRun, script }),
    finish: (conclusion) => finishJob(world, repository, run, { job, conclusion, script }),
  })
}

/** In a re-run of the failed jobs the others are shown again as they were, under new ids. */
export function carryJob(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  { job, checkRun, from }: OpenJob & { readonly from: Job },
): void {
  const { status, conclusion, steps, log, runnerName, startedAt, completedAt } = from
  Object.assign(job, { status, conclusion, steps: structuredClone(steps), log, runnerName, startedAt, completedAt })
  const before = repository.checkRuns.find(({ id }) => id === from.id)
  const annotations = before?.annotations ?? []
  const times = { startedAt: startedAt ?? timestamp(world), ...(completedAt === null ? {} : { completedAt }) }
  updateCheckRun(world, repository, checkRun, { status, conclusion, annotations, ...times })
  settleRun(world, repository, run)
}

function addJob(world: World, repository: Repository, run: WorkflowRun, name: string): OpenJob {
  const suite = repository.checkSuites.find(({ id }) => id === run.suiteId)
  const checkRun = createCheckRun(world, repository, {
    app: ACTIONS,
    name,
    headSha: run.headSha,
    ...(suite === undefined ? {} : { suite }),
  })
  checkRun.detailsUrl = `${world.urls.html}/${fullNameOf(repository)}/actions/runs/${run.id}/job/${checkRun.id}`
  checkRun.externalId = String(checkRun.id)
  const job: Job = {
    id: checkRun.id,
    nodeId: checkRun.nodeId,
    attempt: run.attempt,
    name,
    status: 'queued',
    conclusion: null,
    steps: [],
    log: null,
    runnerName: null,
    startedAt: null,
    completedAt: null,
  }
  run.jobs.push(job)
  return { job, checkRun }
}

function beginJob(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  { job, checkRun, script }: OpenJob & { readonly script: ScriptedJob },
): void {
  const at = timestamp(world)
  job.status = 'in_progress'
  job.startedAt = at
  if (script.steps === undefined || script.steps.length > 0) job.runnerName = 'GitHub Actions 1'
  job.steps = stepsOf(script).map(({ name }, index) => ({
    number: index + 1,
    name,
    status: index === 0 ? 'in_progress' : 'queued',
    conclusion: null,
    startedAt: index === 0 ? at : null,
    completedAt: null,
  }))
  updateCheckRun(world, repository, checkRun, { status: 'in_progress', startedAt: at })
  announceJob(world, repository, run, job, 'in_progress')
  settleRun(world, repository, run)
}

/** Safe to call for one that is over already: nothing happens. */
export function finishJob(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  request: {
    readonly job: Job
    readonly conclusion: CheckConclusion
    readonly script?: Pick<ScriptedJob, 'steps' | 'annotations'>
  },
): void {
  const { job, conclusion, script = {} } = request
  if (job.status === 'completed') return
  const at = timestamp(world)
  const steps = conclusion === 'skipped' ? [] : concludeSteps(stepsOf(script), conclusion)
  job.status = 'completed'
  job.conclusion = conclusion
  job.startedAt ??= at
  job.completedAt = at
  job.steps = steps.map((step, index) => ({
    number: index + 1,
    name: step.name,
    status: 'completed',
    conclusion: step.conclusion,
    startedAt: job.startedAt,
    completedAt: at,
  }))
  job.log = steps.length === 0 ? null : toJobLog(steps, world.now())
  announceJob(world, repository, run, job, 'completed')
  finishCheckRun(world, repository, job, (script.annotations ?? []).map(toAnnotation))
  settleRun(world, repository, run)
}

function finishCheckRun(world: World, repository: Repository, job: Job, annotations: readonly Annotation[]): void {
  const checkRun = repository.checkRuns.find(({ id }) => id === job.id)
  if (checkRun === undefined) return
  updateCheckRun(world, repository, checkRun, { conclusion: job.conclusion, annotations })
}

/** Throws 404 when there is none. */
export function findJob(repository: Repository, id: number): { readonly run: WorkflowRun; readonly job: Job } {
  for (const run of repository.workflowRuns) {
    const job = run.jobs.find((candidate) => candidate.id === id)
    if (job !== undefined) return { run, job }
  }
  throw notFound()
}

export function toAnnotation(script: ScriptedAnnotation): Annotation {
  return { endLine: script.startLine, level: 'failure', title: null, ...script }
}

function stepsOf(script: Pick<ScriptedJob, 'steps'>): NonNullable<ScriptedJob['steps']> {
  return script.steps ?? [{ name: 'Set up job' }, { name: 'Run' }]
}

function announceJob(world: World, repository: Repository, run: WorkflowRun, job: Job, action: string): void {
  world.announce({ name: 'workflow_job', action, repository, sender: run.actor, run, job })
}
