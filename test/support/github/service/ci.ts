/** Continuous integration: asks the test's script what starts for a commit, starts it, and starts it again. */
import type {
  CiContext,
  ScriptedApp,
  ScriptedCheck,
  ScriptedCi,
  ScriptedStatus,
  ScriptedWorkflow,
} from '../ci-script.ts'
import { GithubError, notFound } from '../errors.ts'
import { readFileAt } from '../git/changes.ts'
import { readCommit } from '../git/history.ts'
import type { CheckConclusion, CheckRun, Job, Login, Repository, Sha, WorkflowRun, World } from '../model.ts'
import { timestamp } from '../world.ts'
import { createCheckRun, setStatus, updateCheckRun } from './checks.ts'
import { addJobs, carryJob, findJob, finishJob, startJob, toAnnotation } from './jobs.ts'
import { onOutcome } from './outcomes.ts'
import { ensureUser } from './users.ts'
import { announceRun, createRun, failToStart, findWorkflow, jobsOf, type RunRequest } from './workflow-runs.ts'

export type CiRequest = {
  readonly commit: Sha
  readonly ref: string
  readonly event: CiContext['event']
  readonly pull: number | null
  readonly actor: Login
}

/** Does nothing in a repository without a script. */
export async function startCi(world: World, repository: Repository, request: CiRequest): Promise<void> {
  const scripts = await askScript(world, repository, { ...request, attempt: 1 })
  if (scripts.length === 0) return
  const commit = await readCommit(world, repository, request.commit)
  const pull = request.pull === null ? undefined : repository.pulls.get(request.pull)
  const displayTitle = pull?.title ?? commit?.message.split('\n')[0] ?? ''
  for (const script of scripts) startScript(world, repository, script, { ...request, displayTitle })
}

async function askScript(
  world: World,
  repository: Repository,
  request: Omit<CiRequest, 'actor'> & { readonly attempt: number },
): Promise<readonly ScriptedCi[]> {
  const ci = world.ci.get(repository.id)
  if (ci === undefined) return []
  const { commit, ref, event, pull, attempt } = request
  const readFile = (path: string) => readFileAt(repository, commit, path)
  return ci({ commit, ref, event, pull, attempt, readFile })
}

function startScript(
  world: World,
  repository: Repository,
  script: ScriptedCi,
  request: CiRequest & { readonly displayTitle: string },
): void {
  if (script.kind === 'app') startApp(world, repository, script, request.commit)
  else if (script.kind === 'status') startStatus(world, repository, script, request.commit)
  else startWorkflow(world, repository, script, request)
}

function startWorkflow(world: World, repository: Repository, script: ScriptedWorkflow, request: RunRequest): void {
  const run = createRun(world, repository, script, request)
  if (script.jobs.length === 0) failToStart(world, repository, run)
  const names = script.jobs.map(({ name }) => name)
  for (const [index, open] of addJobs(world, repository, run, names).entries()) {
    const job = script.jobs[index]
    if (job !== undefined) startJob(world, repository, run, { ...open, script: job })
  }
}

function startApp(world: World, repository: Repository, script: ScriptedApp, commit: Sha): void {
  for (const check of script.checks) startCheck(world, repository, { app: script.app, check, commit })
}

function startCheck(
  world: World,
  repository: Repository,
  { app, check, commit }: { readonly app: string; readonly check: ScriptedCheck; readonly commit: Sha },
): void {
  const checkRun = createCheckRun(world, repository, {
    app,
    name: check.name,
    headSha: commit,
    detailsUrl: check.detailsUrl ?? null,
  })
  const output = { title: check.title ?? null, summary: check.summary ?? null }
  const annotations = (check.annotations ?? []).map(toAnnotation)
  onOutcome(world, check.outcome, {
    start: () => updateCheckRun(world, repository, checkRun, { status: 'in_progress' }),
    finish: (conclusion) => {
      if (checkRun.status === 'completed') return
      updateCheckRun(world, repository, checkRun, { conclusion, output, annotations })
    },
  })
}

function startStatus(world: World, repository: Repository, script: ScriptedStatus, sha: Sha): void {
  const by = ensureUser(world, { login: script.creator ?? 'ci[bot]' }).login
  const about = { by, sha, context: script.context, targetUrl: script.targetUrl ?? null }
  const description = script.description ?? null
  if (typeof script.state === 'string' && script.state !== 'queued') {
    setStatus(world, repository, { ...about, state: script.state, description })
    return
  }
  setStatus(world, repository, { ...about, state: 'pending' })
  onOutcome(world, script.state, {
    start: () => {},
    finish: (state) => setStatus(world, repository, { ...about, state, description }),
  })
}

export type RerunScope =
  | { readonly kind: 'all' }
  | { readonly kind: 'failed' }
  /** This job alone. */
  | { readonly kind: 'job'; readonly jobId: number }

/** A new attempt. Throws 403 as GitHub does while one is under way, and when nothing failed. */
export async function rerun(
  world: World,
  repository: Repository,
  run: WorkflowRun,
  { by, scope }: { readonly by: Login; readonly scope: RerunScope },
): Promise<void> {
  if (run.status !== 'completed') throw new GithubError(403, 'This workflow is already running')
  const before = jobsOf(run, run.attempt)
  const again = before.filter((job) => isInScope(job, scope))
  if (again.length === 0 && before.length > 0) throw new GithubError(403, 'This workflow run cannot be retried')
  beginAttempt(world, run, by)
  const scripts = await scriptedJobs(world, repository, run)
  announceRun(world, repository, run, 'requested')
  if (before.length === 0) failToStart(world, repository, run)
  const names = before.map(({ name }) => name)
  for (const [index, open] of addJobs(world, repository, run, names).entries()) {
    const from = before[index]
    const script = scripts.find(({ name }) => name === open.job.name) ?? { name: open.job.name, outcome: 'success' }
    if (from !== undefined && !again.includes(from)) carryJob(world, repository, run, { ...open, from })
    else startJob(world, repository, run, { ...open, script })
  }
}

function isInScope(job: Job, scope: RerunScope): boolean {
  if (scope.kind === 'job') return job.id === scope.jobId
  return scope.kind === 'all' || !['success', 'neutral', 'skipped'].includes(job.conclusion ?? '')
}

function beginAttempt(world: World, run: WorkflowRun, by: Login): void {
  const at = timestamp(world)
  Object.assign(run, {
    triggeringActor: by,
    attempt: run.attempt + 1,
    status: 'queued',
    conclusion: null,
    startedAt: at,
    updatedAt: at,
  })
}

async function scriptedJobs(world: World, repository: Repository, run: WorkflowRun): Promise<ScriptedWorkflow['jobs']> {
  const pull = [...repository.pulls.values()].find(({ head }) => head.sha === run.headSha)
  const scripts = await askScript(world, repository, {
    commit: run.headSha,
    ref: run.headBranch,
    event: run.event,
    pull: pull?.number ?? null,
    attempt: run.attempt,
  })
  const { name } = findWorkflow(repository, run)
  for (const script of scripts) {
    if (script.kind !== 'app' && script.kind !== 'status' && script.name === name) return script.jobs
  }
  return []
}

export function cancelRun(world: World, repository: Repository, run: WorkflowRun): void {
  if (run.status === 'completed') throw new GithubError(409, 'Cannot cancel a workflow run that is completed')
  for (const job of jobsOf(run, run.attempt)) finishJob(world, repository, run, { job, conclusion: 'cancelled' })
}

/** Ends what a script left open: an Actions job or any other check, by its name and (default) the newest commit. */
export function finishCheck(
  world: World,
  repository: Repository,
  request: {
    readonly name: string
    readonly sha?: Sha
    readonly conclusion: CheckConclusion
    readonly log?: string
    readonly output?: Partial<CheckRun['output']>
  },
): void {
  const checkRun = openCheckRun(repository, request.name, request.sha)
  const { conclusion, log, output = {} } = request
  const isJob = repository.workflowRuns.some(({ jobs }) => jobs.some(({ id }) => id === checkRun.id))
  if (!isJob) {
    updateCheckRun(world, repository, checkRun, { conclusion, output })
    return
  }
  const { run, job } = findJob(repository, checkRun.id)
  const steps = [{ name: 'Set up job' }, { name: 'Run', ...(log === undefined ? {} : { log }) }]
  finishJob(world, repository, run, { job, conclusion, script: { steps } })
}

function openCheckRun(repository: Repository, name: string, sha: Sha | undefined): CheckRun {
  const found = repository.checkRuns.findLast(
    (checkRun) =>
      checkRun.name === name && checkRun.status !== 'completed' && (sha === undefined || checkRun.headSha === sha),
  )
  if (found === undefined) throw notFound()
  return found
}
