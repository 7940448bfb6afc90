/**
 * The checks of one commit in our words: check runs and commit statuses of the rollup, only the newest run of each, each
 * with a name of its own, and required contexts that have not reported yet.
 */
import type { CommitSha } from '../../domain/ids.ts'
import type { Check, CheckCause } from '../../domain/observation.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { CheckNode, CheckRunNode, StatusNode } from './check-nodes.ts'
import type { RequiredChecks } from './required-checks.ts'

export type RawCheck = {
  /** Unique among the checks of its commit: what the domain knows it by. */
  readonly name: string
  /** As GitHub has it; two workflows may have a job of the same name. */
  readonly context: string
  readonly head: CommitSha
  readonly kind: 'check_run' | 'status' | 'expected'
  /** Of the check run in REST; of a GitHub Actions job also its job id. null for statuses. */
  readonly databaseId: number | null
  readonly status: Check['status']
  /** GitHub's word, upper case: FAILURE, TIMED_OUT, ERROR, ...; null while it runs. */
  readonly conclusion: string | null
  readonly required: boolean | 'unknown'
  readonly description: string
  /** Slug of the app that reports it; `github-actions` for jobs. null for statuses. */
  readonly app: string | null
  readonly appId: number | null
  /** The run of GitHub Actions it is a job of. */
  readonly run: { readonly id: number; readonly workflow: string; readonly event: string } | null
  readonly url: string | null
  readonly startedAt: number | null
}

/** What the log, the annotations and the target branch say of a failed check. */
export type Triage = Pick<Check, 'cause' | 'onBase' | 'canRerun'>

/** In the order GitHub gives them; what is required and has not reported yet comes last, as pending. */
export function toRawChecks(
  head: CommitSha,
  nodes: readonly CheckNode[],
  required: RequiredChecks,
): readonly RawCheck[] {
  const reported = named(newestOfEach(nodes.map((node) => toRawCheck(head, node))))
  const missing = required.contexts.filter(({ context, appId }) => !reported.some(isAbout(context, appId)))
  return [...reported, ...missing.map(({ context, appId }) => toExpected(head, context, appId))]
}

export function toCheck(raw: RawCheck, triage: Triage | undefined): Check {
  const { name, status, required, description, url } = raw
  const known: Triage = { cause: ownCause(raw), onBase: 'unknown', canRerun: false, ...triage }
  return { name, status, required, description, url, ...known }
}

function toRawCheck(head: CommitSha, node: CheckNode): RawCheck {
  return node.__typename === 'CheckRun' ? fromCheckRun(head, node) : fromStatus(head, node)
}

function fromCheckRun(head: CommitSha, node: CheckRunNode): RawCheck {
  const { app, workflowRun } = node.checkSuite ?? { app: null, workflowRun: null }
  const { event, workflow, databaseId } = workflowRun ?? { event: '', workflow: null, databaseId: null }
  const conclusion = node.status === 'COMPLETED' ? node.conclusion : null
  return {
    name: node.name,
    context: node.name,
    head,
    kind: 'check_run',
    databaseId: node.databaseId,
    status: node.status === 'COMPLETED' ? (STATUS_OF[node.conclusion ?? ''] ?? 'pending') : 'pending',
    conclusion,
    required: node.isRequired ?? 'unknown',
    description: describe(node.title ?? firstLine(node.summary)),
    app: app?.slug ?? null,
    appId: app?.databaseId ?? null,
    run: databaseId === null ? null : { id: databaseId, workflow: workflow?.name ?? '', event },
    url: node.detailsUrl,
    startedAt: node.startedAt,
  }
}

/** A status that is pending may carry any words; only its state counts. */
function fromStatus(head: CommitSha, node: StatusNode): RawCheck {
  const status = STATUS_OF[node.state] ?? 'pending'
  return {
    name: node.context,
    context: node.context,
    head,
    kind: 'status',
    databaseId: null,
    status,
    conclusion: status === 'pending' ? null : node.state,
    required: node.isRequired ?? 'unknown',
    description: describe(node.description),
    app: null,
    appId: null,
    run: null,
    url: node.targetUrl,
    startedAt: node.createdAt,
  }
}

function toExpected(head: CommitSha, context: string, appId: number | null): RawCheck {
  return {
    name: context,
    context,
    head,
    kind: 'expected',
    databaseId: null,
    status: 'pending',
    conclusion: null,
    required: true,
    description: 'required, and not reported yet',
    app: null,
    appId,
    run: null,
    url: null,
    startedAt: null,
  }
}

/** Words of GitHub that end a check. Whatever is not here has not ended. */
const STATUS_OF: Readonly<Record<string, Check['status']>> = {
  SUCCESS: 'passed',
  NEUTRAL: 'passed',
  SKIPPED: 'skipped',
  FAILURE: 'failed',
  TIMED_OUT: 'failed',
  CANCELLED: 'failed',
  ERROR: 'failed',
  STARTUP_FAILURE: 'failed',
  STALE: 'failed',
  ACTION_REQUIRED: 'failed',
}

const CAUSE_OF: Readonly<Record<string, CheckCause>> = {
  STARTUP_FAILURE: 'infrastructure',
  STALE: 'infrastructure',
  ACTION_REQUIRED: 'approval',
}

/** What the conclusion alone says, before anybody looked closer. */
export function ownCause({ conclusion }: Pick<RawCheck, 'conclusion'>): CheckCause {
  return CAUSE_OF[conclusion ?? ''] ?? 'unknown'
}

/** Re-runs leave their forerunners in the list: of one check of one app, started by one event, the newest counts. */
function newestOfEach(checks: readonly RawCheck[]): readonly RawCheck[] {
  const newest = new Map<string, RawCheck>()
  for (const check of checks) {
    const key = JSON.stringify([check.kind, check.context, check.appId, check.run?.workflow, check.run?.event])
    const known = newest.get(key)
    if (known === undefined || isNewer(check, known)) newest.set(key, check)
  }
  return [...newest.values()]
}

function isNewer(one: RawCheck, other: RawCheck): boolean {
  if (one.databaseId !== null && other.databaseId !== null) return one.databaseId > other.databaseId
  return (one.startedAt ?? 0) > (other.startedAt ?? 0)
}

/** Where one name stands for several checks, each says what it belongs to, as GitHub's own list does. */
function named(checks: readonly RawCheck[]): readonly RawCheck[] {
  const isAlone = (name: string, among: readonly RawCheck[]) => among.filter((each) => each.name === name).length === 1
  const plain = checks.map((check) => (isAlone(check.name, checks) ? check : { ...check, name: longName(check) }))
  return plain.map((check, index) =>
    isAlone(check.name, plain) ? check : { ...check, name: `${check.name} #${index + 1}` },
  )
}

function longName({ context, run, app, kind }: RawCheck): string {
  if (run !== null) return `${run.workflow} / ${context} (${run.event})`
  return `${context} (${app ?? kind})`
}

/** A required context may name the app that has to report it. */
function isAbout(context: string, appId: number | null): (check: RawCheck) => boolean {
  return (check) => check.context === context && (appId === null || check.appId === null || check.appId === appId)
}

function describe(text: string | null): string {
  return text === null ? '' : toPlainText(text, { singleLine: true, maxLength: 200 })
}

function firstLine(text: string | null): string | null {
  return text?.trim().split('\n')[0] ?? null
}
