/**
 * Octokit as we want it: a fresh token on every request, no answer that is cut off, limits waited out within a bound,
 * only reads repeated. Two of them: GitHub asks for a pause between writes, and the plugin takes queries for writes.
 */
import { Octokit } from '@octokit/core'
import { paginateRest } from '@octokit/plugin-paginate-rest'
import { retry } from '@octokit/plugin-retry'
import { throttling } from '@octokit/plugin-throttling'
import { RequestError } from '@octokit/request-error'
import type { EndpointDefaults, OctokitResponse } from '@octokit/types'
import type { GithubAddress } from './address.ts'
import { createFetch } from './connection.ts'
import type { Credentials } from './credentials.ts'

export type Pace = {
  /** GitHub's recommended pauses: one second between writes, three between those that notify people. */
  readonly spacesWrites: boolean
  /** What a second lasts while an attempt is repeated or a limit is waited out. */
  readonly secondMs: number
  readonly timeoutMs: number
  /** Limits that last longer are told instead of waited out (seconds). */
  readonly maxLimitWait: number
}

export const GITHUB_PACE: Pace = { spacesWrites: true, secondMs: 1_000, timeoutMs: 30_000, maxLimitWait: 60 }

export type OctokitOptions = {
  readonly address: GithubAddress
  readonly credentials: Credentials
  readonly userAgent: string
  readonly pace: Pace
  readonly onRenamed: (url: string) => void
}

export type Octokits = { readonly reading: PlainOctokit; readonly writing: PlainOctokit }
export type PlainOctokit = ReturnType<typeof createOctokit>

export function createOctokits(options: OctokitOptions): Octokits {
  return { reading: createOctokit(options, false), writing: createOctokit(options, options.pace.spacesWrites) }
}

const CompleteOctokit = Octokit.plugin(refuseCutOffAnswers, throttling, retry, paginateRest)

/** Answers that stay the same however often one asks; limits are the throttling's affair. */
const FINAL_STATUSES = [400, 401, 403, 404, 405, 409, 410, 422, 429, 451]

function createOctokit({ address, credentials, userAgent, pace, onRenamed }: OctokitOptions, isSpaced: boolean) {
  const mayWait = (seconds: number, _options: unknown, _octokit: unknown, attempts: number) =>
    seconds <= pace.maxLimitWait && attempts < 2
  return new CompleteOctokit({
    baseUrl: address.apiUrl,
    userAgent,
    log: SILENT,
    authStrategy: () => toAuthStrategy(address, credentials),
    request: { fetch: createFetch({ timeoutMs: pace.timeoutMs, onRenamed }) },
    retry: { doNotRetry: FINAL_STATUSES, retryAfterBaseValue: pace.secondMs, retries: 2 },
    throttle: {
      id: address.host,
      retryAfterBaseValue: pace.secondMs,
      onRateLimit: mayWait,
      onSecondaryRateLimit: mayWait,
      ...(isSpaced ? {} : { write: UNHURRIED, notifications: UNHURRIED }),
    },
  })
}

type Throttle = NonNullable<NonNullable<ConstructorParameters<typeof CompleteOctokit>[0]>['throttle']>

/** The part of a Bottleneck group that the plugin uses, without any waiting. */
const UNHURRIED = {
  key: () => ({ schedule: (_job: unknown, work: () => Promise<void>) => work() }),
} as unknown as NonNullable<Throttle['write']>

const SILENT = { debug: () => {}, info: () => {}, warn: () => {}, error: () => {} }

type Send = (options: RequestOptions) => Promise<OctokitResponse<unknown>>
type RequestOptions = Required<EndpointDefaults>

/** Asked anew for each request: tokens of an app expire within a run. A refused one is asked for once more. */
function toAuthStrategy({ apiUrl, graphqlUrl }: GithubAddress, credentials: Credentials) {
  const origins = [apiUrl, graphqlUrl].map((url) => new URL(url).origin)
  const hook = async (send: Send, options: RequestOptions) => {
    if (URL.canParse(options.url) && !origins.includes(new URL(options.url).origin)) return send(options)
    const attempt = async (token: string) =>
      send({ ...options, headers: { ...options.headers, authorization: `bearer ${token}` } })
    try {
      return await attempt(await credentials.token())
    } catch (error) {
      const renewed = isStatus(error, 401) ? await credentials.renew() : null
      if (renewed === null) throw error
      return attempt(renewed)
    }
  }
  return Object.assign(async () => ({ type: 'token' }), { hook })
}

/** Half a JSON text is handed out as a string: to everybody else that is an answer. */
function refuseCutOffAnswers(octokit: Octokit): Record<never, never> {
  octokit.hook.wrap('request', async (send, options) => {
    const response = await send(options)
    const isJson = String(response.headers['content-type'] ?? '').includes('json')
    if (!isJson || typeof response.data !== 'string') return response
    throw new RequestError('the answer is cut off', 502, { request: octokit.request.endpoint(options), response })
  })
  return {}
}

export function isStatus(error: unknown, status: number): boolean {
  return error instanceof RequestError && error.status === status && error.response !== undefined
}
