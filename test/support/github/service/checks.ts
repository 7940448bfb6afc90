/** Check suites, check runs and commit statuses, and what they amount to for a commit. */
import { notFound } from '../errors.ts'
import type {
  Annotation,
  CheckConclusion,
  CheckRun,
  CheckStatus,
  CheckSuite,
  CommitStatus,
  Login,
  Repository,
  Sha,
  World,
} from '../model.ts'
import { identity, timestamp } from '../world.ts'
import { ensureApp } from './credentials.ts'

export type CheckRunRequest = {
  readonly app: string
  readonly name: string
  readonly headSha: Sha
  readonly status?: CheckStatus
  readonly conclusion?: CheckConclusion | null
  readonly detailsUrl?: string | null
  readonly externalId?: string
  readonly output?: Partial<CheckRun['output']>
  readonly annotations?: readonly Annotation[]
  readonly startedAt?: string | null
  /** Default the app's suite for this commit, created when there is none. */
  readonly suite?: CheckSuite
}

export function createCheckRun(world: World, repository: Repository, request: CheckRunRequest): CheckRun {
  ensureApp(world, { slug: request.app })
  const suite = request.suite ?? ensureSuite(world, repository, request)
  const at = timestamp(world)
  const conclusion = request.conclusion ?? null
  const status = conclusion === null ? (request.status ?? 'queued') : 'completed'
  const checkRun: CheckRun = {
    ...identity(world, 'CR'),
    suiteId: suite.id,
    appSlug: request.app,
    name: request.name,
    headSha: request.headSha,
    status,
    conclusion,
    externalId: request.externalId ?? '',
    detailsUrl: request.detailsUrl ?? null,
    output: { title: null, summary: null, text: null, ...request.output },
    annotations: [...(request.annotations ?? [])],
    startedAt: request.startedAt ?? at,
    completedAt: conclusion === null ? null : at,
  }
  repository.checkRuns.push(checkRun)
  announceCheckRun(world, repository, checkRun, 'created')
  settleSuite(world, repository, suite)
  return checkRun
}

export type CheckRunChange = {
  readonly status?: CheckStatus
  readonly conclusion?: CheckConclusion | null
  readonly detailsUrl?: string | null
  readonly output?: Partial<CheckRun['output']>
  readonly annotations?: readonly Annotation[]
  readonly startedAt?: string
  readonly completedAt?: string
}

export function updateCheckRun(
  world: World,
  repository: Repository,
  checkRun: CheckRun,
  change: CheckRunChange,
): CheckRun {
  const wasCompleted = checkRun.status === 'completed'
  applyChange(world, checkRun, change)
  if (!wasCompleted && checkRun.status === 'completed') announceCheckRun(world, repository, checkRun, 'completed')
  const suite = repository.checkSuites.find(({ id }) => id === checkRun.suiteId)
  if (suite !== undefined) settleSuite(world, repository, suite)
  return checkRun
}

function applyChange(world: World, checkRun: CheckRun, change: CheckRunChange): void {
  if (change.status !== undefined) checkRun.status = change.status
  if (change.detailsUrl !== undefined) checkRun.detailsUrl = change.detailsUrl
  if (change.startedAt !== undefined) checkRun.startedAt = change.startedAt
  checkRun.output = { ...checkRun.output, ...change.output }
  checkRun.annotations.push(...(change.annotations ?? []))
  if (change.conclusion === undefined || change.conclusion === null) {
    if (change.status !== undefined && change.status !== 'completed') checkRun.conclusion = null
    return
  }
  checkRun.status = 'completed'
  checkRun.conclusion = change.conclusion
  checkRun.completedAt = change.completedAt ?? timestamp(world)
}

/** Throws 404 when there is none. */
export function findCheckRun(repository: Repository, id: number): CheckRun {
  const checkRun = repository.checkRuns.find((candidate) => candidate.id === id)
  if (checkRun === undefined) throw notFound()
  return checkRun
}

export function createSuite(
  world: World,
  repository: Repository,
  request: {
    readonly app: string
    readonly headSha: Sha
    readonly headBranch: string | null
    readonly workflowRunId?: number
  },
): CheckSuite {
  const at = timestamp(world)
  const suite: CheckSuite = {
    ...identity(world, 'CS'),
    appSlug: request.app,
    headSha: request.headSha,
    headBranch: request.headBranch,
    status: 'queued',
    conclusion: null,
    workflowRunId: request.workflowRunId ?? null,
    createdAt: at,
    updatedAt: at,
  }
  repository.checkSuites.push(suite)
  return suite
}

function ensureSuite(world: World, repository: Repository, { app, headSha }: CheckRunRequest): CheckSuite {
  const known = repository.checkSuites.find(
    (suite) => suite.appSlug === app && suite.headSha === headSha && suite.workflowRunId === null,
  )
  if (known !== undefined) return known
  const [headBranch = null] = [...repository.branches].find(([, sha]) => sha === headSha) ?? []
  return createSuite(world, repository, { app, headSha, headBranch })
}

/** A suite is over when its checks are, and says the worst of them. */
export function settleSuite(world: World, repository: Repository, suite: CheckSuite): void {
  const checks = latestCheckRuns(repository, suite.headSha).filter(({ suiteId }) => suiteId === suite.id)
  if (checks.length === 0) return
  const over = checks.every(({ status }) => status === 'completed')
  const before = suite.status
  suite.status = over ? 'completed' : checks.every(({ status }) => status === 'queued') ? 'queued' : 'in_progress'
  suite.conclusion = over ? worstConclusion(checks.map(({ conclusion }) => conclusion)) : null
  suite.updatedAt = timestamp(world)
  if (!over || before === 'completed') return
  world.announce({ name: 'check_suite', action: 'completed', repository, sender: `${suite.appSlug}[bot]`, suite })
}

const WORST_FIRST: readonly CheckConclusion[] = [
  'startup_failure',
  'failure',
  'timed_out',
  'cancelled',
  'action_required',
  'stale',
  'success',
  'neutral',
  'skipped',
]

export function worstConclusion(conclusions: readonly (CheckConclusion | null)[]): CheckConclusion {
  return WORST_FIRST.find((conclusion) => conclusions.includes(conclusion)) ?? 'neutral'
}

/** A check ran again is another check run of the same name in the same suite: the newest counts. */
export function latestCheckRuns(repository: Repository, sha: Sha): readonly CheckRun[] {
  const latest = new Map<string, CheckRun>()
  for (const checkRun of repository.checkRuns) {
    if (checkRun.headSha === sha) latest.set(`${checkRun.suiteId}:${checkRun.name}`, checkRun)
  }
  return [...latest.values()]
}

export function setStatus(
  world: World,
  repository: Repository,
  request: {
    readonly by: Login
    readonly sha: Sha
    readonly context: string
    readonly state: CommitStatus['state']
    readonly description?: string | null
    readonly targetUrl?: string | null
  },
): CommitStatus {
  const status: CommitStatus = {
    ...identity(world, 'SC'),
    sha: request.sha,
    context: request.context,
    state: request.state,
    description: request.description ?? null,
    targetUrl: request.targetUrl ?? null,
    creator: request.by,
    createdAt: timestamp(world),
  }
  repository.statuses.push(status)
  world.announce({ name: 'status', action: null, repository, sender: request.by, status })
  return status
}

/** The newest of each context, in order of first appearance. */
export function latestStatuses(repository: Repository, sha: Sha): readonly CommitStatus[] {
  const latest = new Map<string, CommitStatus>()
  for (const status of repository.statuses) if (status.sha === sha) latest.set(status.context, status)
  return [...latest.values()]
}

export type RollupState = 'SUCCESS' | 'FAILURE' | 'ERROR' | 'PENDING' | 'EXPECTED'

/** What GraphQL's `statusCheckRollup.state` says; null when the commit has neither checks nor statuses. */
export function rollupState(repository: Repository, sha: Sha): RollupState | null {
  const states = [
    ...latestCheckRuns(repository, sha).map(stateOfCheckRun),
    ...latestStatuses(repository, sha).map(({ state }) => state.toUpperCase() as RollupState),
  ]
  if (states.length === 0) return null
  return (['ERROR', 'FAILURE', 'PENDING'] as const).find((state) => states.includes(state)) ?? 'SUCCESS'
}

const GREEN: readonly (CheckConclusion | null)[] = ['success', 'neutral', 'skipped']

/** How a check run counts in a rollup and for a rule that requires it. */
export function stateOfCheckRun(checkRun: CheckRun): 'SUCCESS' | 'FAILURE' | 'PENDING' {
  if (checkRun.status !== 'completed') return 'PENDING'
  return GREEN.includes(checkRun.conclusion) ? 'SUCCESS' : 'FAILURE'
}

function announceCheckRun(world: World, repository: Repository, checkRun: CheckRun, action: string): void {
  world.announce({ name: 'check_run', action, repository, sender: `${checkRun.appSlug}[bot]`, checkRun })
}
