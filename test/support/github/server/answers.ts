/** Answers on their way out: GitHub's headers, errors in GitHub's shape, conditional requests. */
import { createHash, randomUUID } from 'node:crypto'
import { GithubError } from '../errors.ts'
import type { Viewer } from '../model.ts'
import type { RestAnswer } from '../rest/route.ts'

export type Answer = {
  readonly status: number
  readonly headers: Readonly<Record<string, string>>
  /** Null: no content. */
  readonly body: string | null
}

const JSON_TYPE = 'application/json; charset=utf-8'

export function toAnswer(answer: RestAnswer): Answer {
  const { status, headers = {}, json, text } = answer
  if (text !== undefined)
    return { status, headers: { 'content-type': 'text/plain; charset=utf-8', ...headers }, body: text }
  if (json === undefined) return { status, headers, body: null }
  return { status, headers: { 'content-type': JSON_TYPE, ...headers }, body: JSON.stringify(json) }
}

export function toErrorAnswer(error: unknown): Answer {
  if (!(error instanceof GithubError)) {
    const detail = error instanceof Error ? (error.stack ?? error.message) : String(error)
    return errorAnswer(500, 'Server Error', { emulator: detail })
  }
  const extra = error.errors.length === 0 ? {} : { errors: error.errors }
  return errorAnswer(error.status, error.message, extra)
}

export function errorAnswer(status: number, message: string, extra: Record<string, unknown> = {}): Answer {
  const json = { message, ...extra, documentation_url: 'https://docs.github.com/rest', status: String(status) }
  return { status, headers: { 'content-type': JSON_TYPE }, body: JSON.stringify(json) }
}

/** 304 without a body when the client has it already. */
export function withEtag(answer: Answer, ifNoneMatch: string | undefined): Answer {
  if (answer.status !== 200 || answer.body === null) return answer
  const hash = createHash('sha256').update(answer.body).digest('hex')
  const headers: Record<string, string> = {
    ...answer.headers,
    etag: `W/"${hash}"`,
    'cache-control': 'private, max-age=60, s-maxage=60',
  }
  const known = (ifNoneMatch ?? '').split(/,\s*/).map((tag) => tag.replace(/^W\//, ''))
  if (!known.includes(`"${hash}"`)) return { ...answer, headers }
  const { 'content-type': _type, ...kept } = headers
  return { status: 304, headers: kept, body: null }
}

export function commonHeaders(viewer: Viewer | null): Record<string, string> {
  const classic = viewer?.token.kind === 'classic'
  return {
    'x-github-request-id': randomUUID().toUpperCase().slice(0, 22).replaceAll('-', ':'),
    'x-github-media-type': 'github.v3; format=json',
    'x-github-api-version-selected': '2022-11-28',
    ...(classic ? { 'x-oauth-scopes': viewer.token.scopes.join(', '), 'x-accepted-oauth-scopes': 'repo' } : {}),
  }
}
