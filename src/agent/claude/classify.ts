/**
 * How a session ended, judged by types and fields, never by words. Measured: a failure of the service is a result with
 * subtype `success` and `is_error`; after any error result the stream throws, which is only its echo.
 */
import { Failure, type FailureFacts, type FailureKind } from '../../domain/failure.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { SessionResult, SessionSpend } from '../agent.ts'
import type { SessionView } from './session-view.ts'

export type Ending =
  | { readonly kind: 'ended' }
  | { readonly kind: 'aborted' }
  /** Silent for this long. */
  | { readonly kind: 'stalled'; readonly silentMs: number }
  | { readonly kind: 'threw'; readonly error: unknown }

export type Outcome = SessionResult extends infer R
  ? R extends SessionSpend
    ? Omit<R, keyof SessionSpend>
    : never
  : never

export type ClassifyRequest = {
  readonly view: SessionView
  readonly ending: Ending
  readonly model: string
  /** Last lines of the process's error output, for failures nothing else explains. */
  readonly stderr: string
}

export function classifySession(request: ClassifyRequest): Outcome {
  const { view, ending } = request
  const answer = findAnswer(view)
  if (answer !== null) return { outcome: 'completed', output: answer.output }
  if (ending.kind === 'aborted') return { outcome: 'aborted' }
  if (ending.kind === 'stalled') {
    return fail('agent_stalled', `no message for ${Math.round(ending.silentMs / 1000)} s`)
  }
  return view.result === null ? classifyStart(request) : classifySafely(view.result, request)
}

/** The types are the SDK's promise, not a fact: a result of another shape is a failure of the agent, not of the run. */
function classifySafely(result: Result, request: ClassifyRequest): Outcome {
  try {
    return classifyResult(result, request)
  } catch (error) {
    return fail('agent_failed', `the end of the session cannot be read (${String(error)})`)
  }
}

type Result = NonNullable<SessionView['result']>

/** The accepted answer counts also when the result that should carry it never came. */
function findAnswer({ result, accepted }: SessionView): { readonly output: unknown } | null {
  if (result === null) return accepted
  if (result.subtype !== 'success' || result.is_error) return null
  return isObject(result.structured_output) ? { output: result.structured_output } : accepted
}

function classifyStart({ ending, stderr }: ClassifyRequest): Outcome {
  const error: unknown = ending.kind === 'threw' ? ending.error : null
  const said = stderr.trim() === '' ? '' : `: ${stderr.trim()}`
  const message = `${error instanceof Error ? error.message : 'the process ended without a result'}${said}`
  return fail(isLaunchError(error) ? 'agent_missing' : 'agent_failed', message)
}

/** `errorClass` is not in the SDK's types; a sandbox that cannot be started fails with a plain system error. */
function isLaunchError(error: unknown): boolean {
  if (!isObject(error)) return false
  return (
    error.errorClass === 'executable_not_found' ||
    error.errorClass === 'executable_launch_failed' ||
    error.code === 'ENOENT' ||
    error.code === 'EACCES'
  )
}

function classifyResult(result: Result, request: ClassifyRequest): Outcome {
  switch (result.subtype) {
    case 'error_max_turns':
      return { outcome: 'cut_off', by: 'turns' }
    case 'error_max_budget_usd':
      return { outcome: 'cut_off', by: 'budget' }
    case 'error_max_structured_output_retries':
      return fail('agent_output', 'the answer did not fit its schema after several attempts')
    case 'error_during_execution':
      return classifyService(result, request, result.errors.join('; '))
    case 'success':
      if (result.is_error) return classifyService(result, request, result.result)
      return fail('agent_output', 'the session ended without its structured answer')
    default: // a newer agent may know more ends than its types here
      return fail('agent_failed', `the session ended in a way not known here (${String(Object(result).subtype)})`)
  }
}

function classifyService(result: Result, { view, model }: ClassifyRequest, said: string): Outcome {
  const status = ('api_error_status' in result ? result.api_error_status : null) ?? null
  const kind = view.error?.kind ?? null
  const why = said || view.error?.text || result.terminal_reason || 'the session failed'
  const facts = { status, error: kind, reason: result.terminal_reason ?? null }
  if (kind === 'rate_limit' || status === 429) return refuse(view, why)
  if (result.stop_reason === 'refusal') return fail('agent_refusal', why, facts)
  const byError = kind === null ? undefined : KIND_OF_ERROR[kind]
  if (byError === 'agent_model_missing') return fail(byError, why, { ...facts, model })
  if (byError !== undefined) return fail(byError, why, facts)
  if (kind === 'server_error' || kind === 'unknown') return fail(toServerFailure(status), why, facts)
  return fail(status === null ? 'agent_failed' : toServerFailure(status), why, facts)
}

const KIND_OF_ERROR: Readonly<Partial<Record<string, FailureKind>>> = {
  authentication_failed: 'agent_auth',
  oauth_org_not_allowed: 'agent_auth',
  account_on_hold: 'agent_auth',
  verification_required: 'agent_auth',
  cloud_credential_error: 'agent_auth',
  billing_error: 'agent_billing',
  model_not_found: 'agent_model_missing',
  overloaded: 'agent_overloaded',
}

/** No status means that no answer came at all. */
function toServerFailure(status: number | null): FailureKind {
  if (status === null) return 'agent_network'
  if (status === 401 || status === 403) return 'agent_auth'
  if (status === 402) return 'agent_billing'
  if (status === 404) return 'agent_model_missing'
  return status >= 500 ? 'agent_overloaded' : 'agent_failed'
}

/** The service speaks of seconds. */
function refuse({ rejection }: SessionView, why: string): Outcome {
  const seconds = rejection?.resetsAt
  return { outcome: 'refused', resetsAt: seconds === undefined ? null : seconds * 1000, why: toSentence(why) }
}

function fail(kind: FailureKind, message: string, facts: FailureFacts = {}): Outcome {
  return { outcome: 'failed', failure: new Failure(kind, toSentence(message), { facts }) }
}

function toSentence(text: string): string {
  return toPlainText(text, { singleLine: true, maxLength: 400 })
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null
}
