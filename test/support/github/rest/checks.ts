/** REST: check runs, check suites and commit statuses. */
import { GithubError, validationFailed } from '../errors.ts'
import { readCommit } from '../git/history.ts'
import type { Annotation, CheckConclusion, CheckRun, CheckStatus, CommitStatus } from '../model.ts'
import {
  describeAnnotation,
  describeCheckRun,
  describeCombinedStatus,
  describeStatus,
  describeSuite,
} from '../render/checks.ts'
import {
  type CheckRunChange,
  createCheckRun,
  findCheckRun,
  latestCheckRuns,
  setStatus,
  updateCheckRun,
} from '../service/checks.ts'
import { resolveCommit } from './branches.ts'
import { countedAnswer, listAnswer } from './paging.ts'
import {
  type Body,
  created,
  numberOf,
  ok,
  type RepositoryRequest,
  type Route,
  repositoryRoute,
  textOf,
} from './route.ts'

const CHECKS = { permission: 'checks', level: 'read' } as const
const CHECKS_WRITE = { permission: 'checks', level: 'write' } as const
const STATUSES = { permission: 'statuses', level: 'read' } as const
const STATUSES_WRITE = { permission: 'statuses', level: 'write' } as const

export const checkRoutes: readonly Route[] = [
  repositoryRoute('GET /commits/{+ref}/check-runs', CHECKS, listCheckRuns),
  repositoryRoute('GET /commits/{+ref}/check-suites', CHECKS, listSuites),
  repositoryRoute('GET /commits/{+ref}/status', STATUSES, async (request) =>
    ok(describeCombinedStatus(request.world, request.repository, await resolveCommit(request))),
  ),
  repositoryRoute('GET /commits/{+ref}/statuses', STATUSES, listStatuses),
  repositoryRoute('POST /statuses/{sha}', STATUSES_WRITE, addStatus),
  repositoryRoute('POST /check-runs', CHECKS_WRITE, addCheckRun),
  repositoryRoute('GET /check-runs/{check_run_id}', CHECKS, (request) =>
    ok(describeCheckRun(request.world, request.repository, checkRunOf(request))),
  ),
  repositoryRoute('PATCH /check-runs/{check_run_id}', CHECKS_WRITE, changeCheckRun),
  repositoryRoute('GET /check-runs/{check_run_id}/annotations', CHECKS, (request) => {
    const { annotations, headSha } = checkRunOf(request)
    return listAnswer(request, annotations, (annotation) =>
      describeAnnotation(request.world, request.repository, headSha, annotation),
    )
  }),
  repositoryRoute('GET /check-suites/{check_suite_id}/check-runs', CHECKS, (request) => {
    const id = numberOf(request.params, 'check_suite_id')
    const found = request.repository.checkRuns.filter(({ suiteId }) => suiteId === id)
    return countedAnswer(request, 'check_runs', found, (checkRun) =>
      describeCheckRun(request.world, request.repository, checkRun),
    )
  }),
].flat()

async function listCheckRuns(request: RepositoryRequest) {
  const { world, repository, query } = request
  const sha = await resolveCommit(request)
  const all = repository.checkRuns.filter(({ headSha }) => headSha === sha)
  const found = (query.get('filter') === 'all' ? all : latestCheckRuns(repository, sha)).filter(
    (checkRun) =>
      matches(query.get('check_name'), checkRun.name) &&
      matches(query.get('status'), checkRun.status) &&
      matchesApp(request, checkRun),
  )
  return countedAnswer(request, 'check_runs', found, (checkRun) => describeCheckRun(world, repository, checkRun))
}

function matches(wanted: string | null, actual: string): boolean {
  return wanted === null || wanted === actual
}

function matchesApp({ world, query }: RepositoryRequest, checkRun: CheckRun): boolean {
  const appId = query.get('app_id')
  return appId === null || world.state.apps.get(Number(appId))?.slug === checkRun.appSlug
}

async function listSuites(request: RepositoryRequest) {
  const { world, repository } = request
  const sha = await resolveCommit(request)
  const found = repository.checkSuites.filter(({ headSha }) => headSha === sha)
  return countedAnswer(request, 'check_suites', found, (suite) => describeSuite(world, repository, suite))
}

async function listStatuses(request: RepositoryRequest) {
  const { world, repository } = request
  const sha = await resolveCommit(request)
  const newestFirst = repository.statuses.filter((status) => status.sha === sha).reverse()
  return listAnswer(request, newestFirst, (status) => describeStatus(world, repository, status))
}

const STATES: readonly CommitStatus['state'][] = ['error', 'failure', 'pending', 'success']

async function addStatus({ world, repository, params, body, login }: RepositoryRequest) {
  const sha = params.sha ?? ''
  if ((await readCommit(world, repository, sha)) === null) throw new GithubError(422, `No commit found for SHA: ${sha}`)
  const state = STATES.find((candidate) => candidate === body.state)
  if (state === undefined) throw validationFailed({ resource: 'Status', code: 'custom', field: 'state' })
  const status = setStatus(world, repository, {
    by: login,
    sha,
    state,
    context: textOf(body, 'context') ?? 'default',
    description: textOf(body, 'description') ?? null,
    targetUrl: textOf(body, 'target_url') ?? null,
  })
  return created(describeStatus(world, repository, status))
}

/** Only GitHub Apps may write check runs. */
function addCheckRun({ world, repository, body, viewer }: RepositoryRequest) {
  if (viewer?.token.kind !== 'installation') {
    throw new GithubError(403, 'You must authenticate via a GitHub App.')
  }
  const name = textOf(body, 'name')
  const headSha = textOf(body, 'head_sha')
  if (name === undefined || headSha === undefined) {
    throw validationFailed({
      resource: 'CheckRun',
      code: 'missing_field',
      field: name === undefined ? 'name' : 'head_sha',
    })
  }
  const change = changeOf(body)
  const app = viewer.login.replace('[bot]', '')
  const externalId = textOf(body, 'external_id') ?? ''
  return created(
    describeCheckRun(
      world,
      repository,
      createCheckRun(world, repository, { app, name, headSha, externalId, ...change }),
    ),
  )
}

function changeCheckRun(request: RepositoryRequest) {
  const { world, repository, body, viewer } = request
  const checkRun = checkRunOf(request)
  if (viewer?.login !== `${checkRun.appSlug}[bot]`)
    throw new GithubError(403, 'Invalid app_id `0` - check run can only be modified by the GitHub App that created it.')
  return ok(describeCheckRun(world, repository, updateCheckRun(world, repository, checkRun, changeOf(body))))
}

function changeOf(body: Body): CheckRunChange {
  const output = (body.output ?? {}) as Body
  const { status, conclusion } = body
  const detailsUrl = textOf(body, 'details_url')
  const startedAt = textOf(body, 'started_at')
  return {
    ...(typeof status === 'string' ? { status: status as CheckStatus } : {}),
    ...(typeof conclusion === 'string' ? { conclusion: conclusion as CheckConclusion } : {}),
    ...(detailsUrl === undefined ? {} : { detailsUrl }),
    ...(startedAt === undefined ? {} : { startedAt }),
    output: outputOf(output),
    annotations: annotationsOf(output.annotations),
  }
}

function outputOf(output: Body): Partial<CheckRun['output']> {
  const names = ['title', 'summary', 'text'] as const
  return Object.fromEntries(names.filter((name) => output[name] !== undefined).map((name) => [name, output[name]]))
}

function annotationsOf(value: unknown): Annotation[] {
  if (!Array.isArray(value)) return []
  return value.map((entry: Body) => ({
    path: String(entry.path),
    startLine: Number(entry.start_line),
    endLine: Number(entry.end_line ?? entry.start_line),
    level: (entry.annotation_level ?? 'failure') as Annotation['level'],
    message: String(entry.message),
    title: textOf(entry, 'title') ?? null,
  }))
}

function checkRunOf({ repository, params }: RepositoryRequest): CheckRun {
  return findCheckRun(repository, numberOf(params, 'check_run_id'))
}
