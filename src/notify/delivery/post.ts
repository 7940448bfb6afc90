/**
 * One attempt: one POST to exactly one address that was looked at. The name is resolved here and the connection made to
 * what was resolved, so that nobody can answer with another address in between; redirects are answers, not directions;
 * everything has an end.
 */
import { lookup as lookUp } from 'node:dns/promises'
import { type ClientRequest, request as httpRequest, type IncomingMessage } from 'node:http'
import { request as httpsRequest } from 'node:https'
import { isIP } from 'node:net'
import { toPlainText } from '../../lib/plain-text.ts'
import { errorCode } from '../../store/disk.ts'
import { ALLOW_HTTP, ALLOW_PRIVATE } from '../hooks/hook-policy.ts'
import { bareHost } from '../hooks/hook-url.ts'
import { type AddressPolicy, isPrivateAddress, refuseAddress } from './address-rules.ts'

export type PostRequest = {
  readonly url: string
  readonly headers: Readonly<Record<string, string>>
  readonly body: string
  /** For all of it: name, connection, answer. */
  readonly timeoutMs: number
  readonly verifyTls: boolean
}

type Answered = {
  readonly durationMs: number
  readonly statusCode: number | null
  readonly response: string | null
}

export type PostResult =
  | (Answered & { readonly kind: 'delivered'; readonly statusCode: number })
  | (Answered & {
      readonly kind: 'failed'
      readonly error: string
      /** `endpoint`: nobody is there, or it is busy; `message`: it could not deal with this one; `never`: it does not want it. */
      readonly retry: 'endpoint' | 'message' | 'never'
      readonly retryAfterMs: number | null
      /** We did not try: this address is not allowed. */
      readonly forbidden: boolean
    })

export type Resolve = (host: string) => Promise<readonly { readonly address: string; readonly family: number }[]>

/** `resolve` is the system's unless a test is at it. */
export type PostParts = AddressPolicy & { readonly now: () => number; readonly resolve?: Resolve }

/** Of an answer only its beginning is read, and not for long: what counts is its status. */
const MAX_RESPONSE_BYTES = 16 * 1024
const RESPONSE_PATIENCE_MS = 2_000
const SHOWN_RESPONSE_CHARS = 500

type Address = { readonly address: string; readonly family: number }

/** Never throws; an abort is a failed attempt that says so. */
export async function post(request: PostRequest, parts: PostParts, signal: AbortSignal): Promise<PostResult> {
  const startedAt = parts.now()
  const ended = AbortSignal.any([signal, AbortSignal.timeout(Math.ceil(request.timeoutMs))])
  const since = () => Math.round(parts.now() - startedAt)
  try {
    const url = new URL(request.url)
    const addresses = await race(resolveAll(bareHost(url.hostname), parts.resolve ?? systemLookup), ended)
    const refused = refuse(url, addresses, parts)
    if (refused !== null) return failed({ error: refused, retry: 'never', forbidden: true }, since())
    const { response, destroy } = await send(request, url, addresses, ended)
    try {
      return judge(response, await excerptOf(response, ended), since())
    } finally {
      destroy()
    }
  } catch (error) {
    return failed(describeError(error, request, signal), since())
  }
}

async function systemLookup(host: string): Promise<readonly Address[]> {
  return lookUp(host, { all: true })
}

async function resolveAll(host: string, resolve: Resolve): Promise<readonly Address[]> {
  const family = isIP(host)
  return family === 0 ? resolve(host) : [{ address: host, family }]
}

/** One address that is not allowed spoils them all: the name is not to be trusted. */
function refuse(url: URL, addresses: readonly Address[], policy: AddressPolicy): string | null {
  for (const { address } of addresses) {
    const why = refuseAddress(address, policy)
    if (why !== null) return `${url.hostname} is at ${address}: ${why}${policy.allowPrivate ? '' : ALLOW_PRIVATE}`
  }
  if (url.protocol === 'https:' || policy.allowHttp) return null
  return addresses.every(({ address }) => isPrivateAddress(address)) ? null : `not encrypted${ALLOW_HTTP}`
}

function send(
  { headers, body, verifyTls }: PostRequest,
  url: URL,
  addresses: readonly Address[],
  signal: AbortSignal,
): Promise<{ response: IncomingMessage; destroy: () => void }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ response: IncomingMessage; destroy: () => void }>()
  const isTls = url.protocol === 'https:'
  const request: ClientRequest = (isTls ? httpsRequest : httpRequest)(url, {
    method: 'POST',
    headers: { ...headers, 'Content-Length': Buffer.byteLength(body) },
    agent: false, // no connection, and no proxy, of anybody else
    signal,
    rejectUnauthorized: verifyTls,
    // Called by the socket instead of asking again; a literal address is not looked up at all.
    lookup: (_host, options, callback) => {
      if (options.all === true) callback(null, [...addresses])
      else callback(null, addresses[0]?.address ?? '', addresses[0]?.family)
    },
  })
  request.once('response', (response) => {
    response.on('error', () => {}) // the rest of an answer may break off
    resolve({ response, destroy: () => request.destroy() })
  })
  request.on('error', reject)
  request.end(body)
  return promise
}

async function excerptOf(response: IncomingMessage, signal: AbortSignal): Promise<string | null> {
  const chunks: Buffer[] = []
  const patience = AbortSignal.any([signal, AbortSignal.timeout(RESPONSE_PATIENCE_MS)])
  const reading = (async () => {
    let size = 0
    for await (const chunk of response as AsyncIterable<Buffer>) {
      chunks.push(chunk)
      size += chunk.length
      if (size >= MAX_RESPONSE_BYTES) return
    }
  })()
  await race(reading, patience).catch(() => {})
  const text = Buffer.concat(chunks).subarray(0, MAX_RESPONSE_BYTES).toString('utf8')
  const shown = toPlainText(text, { singleLine: true, maxLength: SHOWN_RESPONSE_CHARS })
  return shown === '' ? null : shown
}

/** The original's rule: any 2xx is success; of the others only these are worth another try. */
const BUSY: ReadonlySet<number> = new Set([429, 502, 503, 504])
const TROUBLED: ReadonlySet<number> = new Set([408, 425, 500])

function judge(response: IncomingMessage, excerpt: string | null, durationMs: number): PostResult {
  const statusCode = response.statusCode ?? 0
  if (statusCode >= 200 && statusCode < 300) return { kind: 'delivered', durationMs, statusCode, response: excerpt }
  const retry = BUSY.has(statusCode) ? 'endpoint' : TROUBLED.has(statusCode) ? 'message' : 'never'
  return {
    ...failed({ error: describeStatus(statusCode, response), retry }, durationMs),
    statusCode,
    response: excerpt,
    retryAfterMs: parseRetryAfter(response.headers['retry-after'], Date.parse(response.headers.date ?? '')),
  }
}

function describeStatus(statusCode: number, { headers }: IncomingMessage): string {
  if (statusCode >= 300 && statusCode < 400 && headers.location !== undefined) {
    return `HTTP ${statusCode}: redirects are not followed; the webhook needs its final address`
  }
  return `HTTP ${statusCode}`
}

/** Seconds, or a date, which is read against the answer's own clock where it has one. */
function parseRetryAfter(value: string | undefined, sentAt: number): number | null {
  if (value === undefined) return null
  if (/^\d{1,9}$/.test(value.trim())) return Number(value) * 1_000
  const until = Date.parse(value)
  if (Number.isNaN(until)) return null
  return Math.max(0, until - (Number.isNaN(sentAt) ? Date.now() : sentAt))
}

function failed(
  { error, retry, forbidden = false }: { error: string; retry: 'endpoint' | 'message' | 'never'; forbidden?: boolean },
  durationMs: number,
): Extract<PostResult, { kind: 'failed' }> {
  return { kind: 'failed', error, retry, forbidden, durationMs, statusCode: null, response: null, retryAfterMs: null }
}

function describeError(
  error: unknown,
  { timeoutMs }: PostRequest,
  signal: AbortSignal,
): { error: string; retry: 'endpoint' } {
  const code = errorCode(error)
  const name = error instanceof Error ? error.name : ''
  if (signal.aborted) return { error: 'interrupted', retry: 'endpoint' }
  if (name === 'AbortError' || name === 'TimeoutError') {
    return { error: `no answer within ${timeoutMs / 1_000} s`, retry: 'endpoint' }
  }
  const words = WORDS[code ?? '']
  const message = error instanceof Error ? error.message : String(error)
  return { error: toPlainText(words ?? message, { singleLine: true, maxLength: 300 }), retry: 'endpoint' }
}

const WORDS: Readonly<Record<string, string>> = {
  ECONNREFUSED: 'connection refused',
  ECONNRESET: 'connection reset',
  EHOSTUNREACH: 'host not reachable',
  ENETUNREACH: 'network not reachable',
  ENOTFOUND: 'the name is not known (DNS)',
  EAI_AGAIN: 'the name could not be looked up (DNS)',
  EPIPE: 'connection closed',
}

/** The work itself may not be interruptible; nobody waits for it any longer. */
async function race<T>(work: Promise<T>, signal: AbortSignal): Promise<T> {
  signal.throwIfAborted()
  const aborted = Promise.withResolvers<never>()
  const abort = () => aborted.reject(signal.reason)
  signal.addEventListener('abort', abort, { once: true })
  work.catch(() => {})
  try {
    return await Promise.race([work, aborted.promise])
  } finally {
    signal.removeEventListener('abort', abort)
  }
}
