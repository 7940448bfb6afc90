/**
 * What a caller is told when something is wrong: one body that is the original's error and a problem detail (RFC 9457) at
 * once. The mapping from failures to status codes is exhaustive: a new kind does not compile without one.
 */
import { z } from 'zod'
import { type Failure, type FailureKind, toFailure } from '../../domain/failure.ts'
import { explainFailure } from '../../domain/failure-sentence.ts'

export type FieldProblem = { readonly field: string; readonly message: string }

export type Problem = {
  readonly status: number
  /** The original's `error`: for programs. */
  readonly code: string
  /** For people. */
  readonly message: string
  readonly suggestion?: string | null
  readonly errors?: readonly FieldProblem[]
  readonly headers?: Readonly<Record<string, string>>
}

/** Thrown by what guards the door, caught where answers are made. */
export class Refusal extends Error {
  readonly problem: Problem

  constructor(problem: Problem) {
    super(problem.message)
    this.name = 'Refusal'
    this.problem = problem
  }
}

export const problemBody = z
  .object({
    success: z.literal(false),
    error: z.string().describe('For programs'),
    message: z.string().describe('For people'),
    suggestion: z.string().nullable(),
    type: z.string(),
    title: z.string(),
    status: z.int(),
    detail: z.string(),
    errors: z.array(z.object({ field: z.string(), message: z.string() })).optional(),
    request_id: z.string().optional(),
  })
  .meta({ id: 'Problem', description: 'An error of the original and a problem detail of RFC 9457 in one' })

export function toBody(problem: Problem, requestId: string | undefined): z.input<typeof problemBody> {
  return {
    success: false,
    error: problem.code,
    message: problem.message,
    suggestion: problem.suggestion ?? null,
    type: 'about:blank',
    title: TITLES[problem.status] ?? 'Error',
    status: problem.status,
    detail: problem.message,
    ...(problem.errors !== undefined && { errors: [...problem.errors] }),
    ...(requestId !== undefined && { request_id: requestId }),
  }
}

export const TITLES: Readonly<Record<number, string>> = {
  400: 'Bad Request',
  401: 'Unauthorized',
  403: 'Forbidden',
  404: 'Not Found',
  405: 'Method Not Allowed',
  408: 'Request Timeout',
  409: 'Conflict',
  413: 'Content Too Large',
  415: 'Unsupported Media Type',
  421: 'Misdirected Request',
  422: 'Unprocessable Content',
  429: 'Too Many Requests',
  431: 'Request Header Fields Too Large',
  500: 'Internal Server Error',
  502: 'Bad Gateway',
  503: 'Service Unavailable',
  504: 'Gateway Timeout',
  507: 'Insufficient Storage',
}

export function toProblem(error: unknown): Problem {
  if (error instanceof Refusal) return error.problem
  if (error instanceof z.ZodError) return invalid(error)
  const failure = toFailure(error)
  const status = STATUS[failure.kind]
  // A defect of ours may quote anything: it is in the server's log, not in the answer.
  if (failure.kind === 'internal')
    return { status, code: 'internal_error', message: 'the server has a defect here; its log says more' }
  const { sentence, cure } = explainFailure(failure)
  return { status, code: codeOf(failure), message: sentence, suggestion: cure, ...fieldsOf(failure) }
}

export function invalid(error: z.ZodError): Problem {
  const errors = error.issues.flatMap(({ path, message, code, ...rest }): FieldProblem[] => {
    const field = path.join('.')
    const keys = code === 'unrecognized_keys' && 'keys' in rest ? (rest.keys as string[]) : null
    if (keys === null) return [{ field, message }]
    return keys.map((key) => ({ field: [...path, key].join('.'), message: 'is not known here' }))
  })
  const words = errors.slice(0, 5).map(({ field, message }) => (field === '' ? message : `${field}: ${message}`))
  return { status: 422, code: 'validation_error', message: `The request is wrong: ${words.join('; ')}`, errors }
}

/** The original's names where it has one. */
function codeOf({ kind, facts }: Failure): string {
  return typeof facts.error === 'string' ? facts.error : (CODES[kind] ?? kind)
}

const CODES: Partial<Record<FailureKind, string>> = {
  run_missing: 'not_found',
  webhook_missing: 'not_found',
  webhook_exists: 'duplicate_webhook',
  webhook_refused: 'url_not_allowed',
  run_exists: 'task_exists',
  usage: 'invalid_request',
  input_invalid: 'validation_error',
  config_invalid: 'invalid_configuration',
  not_waiting: 'invalid_operation',
  run_finished: 'invalid_operation',
  agent_auth: 'credentials_error',
}

function fieldsOf({ facts, message }: Failure): { errors?: readonly FieldProblem[] } {
  return typeof facts.field === 'string' ? { errors: [{ field: facts.field, message }] } : {}
}

const STATUS: Readonly<Record<FailureKind, number>> = {
  usage: 400,
  input_invalid: 422,
  config_invalid: 400,
  path_refused: 403,
  url_refused: 422,
  key_reused: 422,
  not_a_repository: 422,
  start_failed: 503,
  repository_empty: 409,
  repository_exists: 409,
  branch_missing: 422,
  branch_invalid: 422,
  plan_invalid: 422,
  webhook_refused: 400,
  webhook_missing: 404,
  webhook_exists: 409,
  run_missing: 404,
  pr_missing: 404,
  run_exists: 409,
  run_locked: 409,
  run_finished: 409,
  not_waiting: 409,
  pr_unfit: 409,
  superseded: 409,
  state_corrupt: 500,
  state_newer: 500,
  server_running: 500,
  internal: 500,
  git_failed: 500,
  git_missing: 500,
  agent_missing: 500,
  agent_failed: 500,
  agent_output: 500,
  agent_refusal: 500,
  agent_auth: 500,
  agent_billing: 500,
  agent_model_missing: 500,
  sandbox_unavailable: 500,
  forge_auth: 502,
  forge_permission: 502,
  forge_refused: 502,
  git_refused: 502,
  git_unreachable: 502,
  forge_unavailable: 422,
  forge_unreachable: 502,
  agent_network: 502,
  agent_overloaded: 503,
  agent_stalled: 504,
  timeout: 504,
  disk: 507,
}
