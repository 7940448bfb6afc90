/** What GitHub or the way to it refused, as a Failure that names the request and the server's own words. */
import { RequestError } from '@octokit/request-error'
import { Failure, type FailureFacts } from '../../domain/failure.ts'

export type RequestFacts = {
  readonly method: string
  /** Path of the REST route, or the name of the GraphQL operation. */
  readonly path: string
  readonly host: string
  readonly repository: string
  /** A repetition could do it twice. */
  readonly isWrite: boolean
  readonly now: number
}

/** One entry of `errors` in a GraphQL answer. */
export type GraphqlError = {
  readonly type?: string | null | undefined
  readonly message: string
  readonly path?: readonly (string | number)[] | null | undefined
}

type Answer = { readonly status: number; readonly headers: Readonly<Record<string, unknown>>; readonly data: unknown }

/** A Failure stays what it is. An abort is passed on as it came: it is no failure. */
export function toGithubFailure(error: unknown, request: RequestFacts): Failure | Error {
  if (error instanceof Failure) return error
  if (error instanceof Error && error.name === 'AbortError') return error
  const answer = answerOf(error)
  if (answer === null) return toUnreachable(error, request, { maybeDone: request.isWrite && !neverSent(error) })
  const words = wordsOf(answer.data) ?? messageOf(error)
  const facts = { ...factsOf(request), status: answer.status }
  const retryAt = limitedUntil(answer, words, request.now)
  if (retryAt !== null) {
    return new Failure('forge_unreachable', `${name(request)}: GitHub's rate limit is reached: ${words}`, {
      facts: { ...facts, retryAt, maybeDone: false },
      cause: error,
    })
  }
  if (answer.status >= 500 || answer.status === 408 || answer.status < 300) {
    return toUnreachable(error, request, { status: answer.status, maybeDone: request.isWrite })
  }
  return toRefusal(answer, words, { request, facts, cause: error })
}

/** The connection was never made: whatever was asked did not happen. */
export function neverSent(error: unknown): boolean {
  return codesOf(error).some((code) => NEVER_SENT.has(code))
}

/** GitHub answered in GraphQL, and there is nothing in it to use. */
export function toGraphqlFailure(errors: readonly GraphqlError[], request: RequestFacts): Failure {
  const words = errors.map((error) => error.message).join('; ')
  const type = errors.find((error) => error.type)?.type ?? null
  const facts = { ...factsOf(request), type, status: GRAPHQL_STATUS[type ?? ''] ?? null }
  const text = `${name(request)}: ${words}`
  if (type === 'FORBIDDEN' || type === 'INSUFFICIENT_SCOPES' || type === 'SAML_FAILURE') {
    return new Failure('forge_permission', text, { facts: { ...facts, permission: null } })
  }
  if (type === 'SERVICE_UNAVAILABLE' || /something went wrong|timed? ?out|timeout/i.test(words)) {
    return new Failure('forge_unreachable', text, { facts: { ...facts, maybeDone: request.isWrite } })
  }
  return new Failure('forge_refused', text, { facts })
}

/** The status that REST has for the same thing. */
const GRAPHQL_STATUS: Readonly<Record<string, number>> = {
  NOT_FOUND: 404,
  FORBIDDEN: 403,
  INSUFFICIENT_SCOPES: 403,
  SAML_FAILURE: 403,
  UNPROCESSABLE: 422,
  STALE_DATA: 409,
  SERVICE_UNAVAILABLE: 503,
}

/** An answer that is not what GitHub's API says: a proxy, a half-delivered body, another server. */
export function toUnexpectedAnswer(why: string, request: RequestFacts): Failure {
  return new Failure('forge_unreachable', `${name(request)}: the answer is not what GitHub answers: ${why}`, {
    facts: { ...factsOf(request), maybeDone: request.isWrite },
  })
}

/** Epoch ms from which on it may be asked again; null = this is no rate limit. */
export function limitedUntil({ status, headers, data }: Answer, words: string, now: number): number | null {
  const isGraphqlLimit = graphqlTypes(data).includes('RATE_LIMITED')
  const isSecondary = /secondary rate|abuse detection/i.test(words)
  const isSpent = String(headers['x-ratelimit-remaining']) === '0'
  if (!isGraphqlLimit && status !== 429 && !(status === 403 && (isSecondary || isSpent))) return null
  const retryAfter = Number(headers['retry-after'])
  if (retryAfter > 0) return now + retryAfter * 1000
  const reset = Number(headers['x-ratelimit-reset']) * 1000
  return isSpent && reset > now ? reset + 1000 : now + 60_000
}

function toRefusal(
  { status, headers }: Answer,
  words: string,
  { request, facts, cause }: { request: RequestFacts; facts: FailureFacts; cause: unknown },
): Failure {
  if (status === 401) {
    return new Failure('forge_auth', `${request.host} refused the token: ${words}`, { facts, cause })
  }
  const permission = permissionOf(headers)
  const isPermission = status === 403 && (permission !== null || PERMISSION_WORDS.test(words))
  const kind = isPermission ? 'forge_permission' : 'forge_refused'
  const asked = isPermission ? { ...facts, permission } : facts
  return new Failure(kind, `${name(request)}: ${words}`, { facts: asked, cause })
}

const PERMISSION_WORDS = /not accessible by|must have|permission|rights|scope|SAML|single sign-on|not authorized/i

/** GitHub says in a header what a token would have needed. */
function permissionOf(headers: Answer['headers']): string | null {
  if (typeof headers['x-github-sso'] === 'string') return `single sign-on (${headers['x-github-sso']})`
  const [fine, classic] = [headers['x-accepted-github-permissions'], headers['x-accepted-oauth-scopes']]
  if (typeof fine === 'string' && fine !== '') return fine
  return typeof classic === 'string' && classic !== '' ? classic : null
}

function toUnreachable(error: unknown, request: RequestFacts, facts: FailureFacts): Failure {
  const status = typeof facts.status === 'number' ? ` (status ${facts.status})` : ''
  return new Failure('forge_unreachable', `${name(request)}: ${messageOf(error)}${status}`, {
    facts: { ...factsOf(request), ...facts },
    cause: error,
  })
}

function name({ method, path, host }: RequestFacts): string {
  return `${method} ${path} on ${host}`
}

function factsOf({ method, path, host, repository }: RequestFacts): FailureFacts {
  return { method, path, host, repository }
}

/** Octokit dresses a failed connection as status 500, without a response. */
function answerOf(error: unknown): Answer | null {
  if (error instanceof RequestError) return error.response ?? null
  if (typeof error === 'object' && error !== null && 'response' in error) return error.response as Answer // a spent GraphQL limit
  return null
}

function wordsOf(data: unknown): string | null {
  if (typeof data === 'string') return data === '' ? null : firstLine(data)
  if (typeof data !== 'object' || data === null) return null
  const { message, errors } = data as { message?: unknown; errors?: unknown }
  const details = Array.isArray(errors) ? errors.map(detailOf).filter((detail) => detail !== '') : []
  const said = [...(typeof message === 'string' ? [message] : []), ...details]
  return said.length === 0 ? null : said.join(': ')
}

function detailOf(detail: unknown): string {
  if (typeof detail === 'string') return detail
  const { message, resource, field, code } = (detail ?? {}) as Record<string, unknown>
  if (typeof message === 'string') return message
  return [resource, field, code].filter((part) => typeof part === 'string').join(' ')
}

function graphqlTypes(data: unknown): readonly unknown[] {
  const errors = typeof data === 'object' && data !== null && 'errors' in data ? data.errors : null
  return Array.isArray(errors) ? errors.map((error: { type?: unknown } | null) => error?.type) : []
}

function messageOf(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  const codes = codesOf(error).filter((code) => !message.includes(code))
  return firstLine([message || 'no answer', ...codes].join(' '))
}

function firstLine(text: string): string {
  return (text.trim().split('\n')[0] ?? '').slice(0, 500)
}

const NEVER_SENT: ReadonlySet<string> = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
])

/** Error codes along the chain of causes. */
function codesOf(error: unknown): readonly string[] {
  const codes: string[] = []
  for (let at: unknown = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth += 1) {
    if ('code' in at && typeof at.code === 'string') codes.push(at.code)
  }
  return codes
}
