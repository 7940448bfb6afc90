/** One REST or GraphQL request: who asks, what is left of the limit, and the answer. */
import type { IncomingHttpHeaders } from 'node:http'
import { GithubError } from '../errors.ts'
import type { Viewer, World } from '../model.ts'
import type { Body } from '../rest/route.ts'
import type { RestRouter } from '../rest/router.ts'
import type { Address } from './addresses.ts'
import { type Answer, commonHeaders, errorAnswer, toAnswer, toErrorAnswer, withEtag } from './answers.ts'
import type { Identity } from './authentication.ts'
import { answerGraphql } from './graphql.ts'
import { type LimitResource, limitHeaders, type RateLimits } from './rate-limits.ts'

export type ApiRequest = {
  readonly world: World
  readonly method: string
  readonly address: Address
  readonly headers: IncomingHttpHeaders
  /** As it came. */
  readonly text: string
  readonly identity: Identity
}

export type ApiParts = { readonly router: RestRouter; readonly limits: RateLimits }

export async function answerApi(parts: ApiParts, request: ApiRequest): Promise<Answer> {
  const { address, identity } = request
  if (identity.kind === 'refused') return withHeaders(errorAnswer(401, 'Bad credentials'), commonHeaders(null))
  const viewer = identity.kind === 'viewer' ? identity.viewer : null
  const resource: LimitResource = address.area === 'graphql' ? 'graphql' : 'core'
  const free = address.path === '/rate_limit'
  if (!free && !parts.limits.take(viewer, resource)) return limitExceeded(parts, viewer, resource)
  const answer =
    address.area === 'graphql' ? await answerGraphql(request, viewer) : await answerRest(parts, request, viewer)
  if (answer.status === 304) parts.limits.giveBack(viewer, resource)
  return withHeaders(answer, { ...commonHeaders(viewer), ...limitHeaders(parts.limits.state(viewer, resource)) })
}

async function answerRest(parts: ApiParts, request: ApiRequest, viewer: Viewer | null): Promise<Answer> {
  const { world, method, address, headers, identity } = request
  try {
    const answer = await parts.router.handle({
      world,
      method,
      path: address.path,
      query: address.query,
      headers: flatten(headers),
      body: parseBody(request.text),
      viewer,
      app: identity.kind === 'app' ? identity.app : null,
    })
    return method === 'GET' ? withEtag(toAnswer(answer), headers['if-none-match']) : toAnswer(answer)
  } catch (error) {
    return toErrorAnswer(error)
  }
}

function parseBody(text: string): Body {
  if (text === '') return {}
  try {
    const body: unknown = JSON.parse(text)
    return typeof body === 'object' && body !== null ? (body as Body) : {}
  } catch {
    throw new GithubError(400, 'Problems parsing JSON')
  }
}

function limitExceeded(parts: ApiParts, viewer: Viewer | null, resource: LimitResource): Answer {
  const headers = { ...commonHeaders(viewer), ...limitHeaders(parts.limits.state(viewer, resource)) }
  return withHeaders(limitAnswer(resource, viewer), headers)
}

/** The primary limit: REST answers 403, GraphQL an error in an answer of 200. */
export function limitAnswer(resource: LimitResource, viewer: Viewer | null): Answer {
  const message = `API rate limit exceeded for user ID ${viewer?.user.id ?? 0}.`
  if (resource === 'core') return errorAnswer(403, message)
  const body = JSON.stringify({ errors: [{ type: 'RATE_LIMITED', code: 'graphql_rate_limit', message }] })
  return { status: 200, headers: { 'content-type': 'application/json; charset=utf-8' }, body }
}

export function withHeaders(answer: Answer, headers: Record<string, string>): Answer {
  return { ...answer, headers: { ...headers, ...answer.headers } }
}

function flatten(headers: IncomingHttpHeaders): Record<string, string | undefined> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, Array.isArray(value) ? value.join(', ') : value]),
  )
}
