/** What can be wrong with a request, as the OpenAPI document tells it: every status that a route is known to answer. */
import { TITLES } from './problem.ts'
import type { Route } from './route.ts'

type Json = Record<string, unknown>

/** For an operation of the document; `problem` is the schema of the body. */
export function toProblemAnswers(asked: AskedFor, problem: Json): Record<string, Json> {
  const statuses = [...new Set(statusesOf(asked))].toSorted((a, b) => a - b)
  return {
    ...Object.fromEntries(statuses.map((status) => [String(status), toAnswer(status, problem)])),
    default: { description: 'Anything else that is wrong', ...toContent(problem) },
  }
}

export type AskedFor = Pick<Route, 'isPublic' | 'failures' | 'badEnd'> & {
  readonly changes: boolean
  readonly hasBody: boolean
  /** The path names something that may not be there. */
  readonly namesSomething: boolean
  readonly hasInput: boolean
}

function* statusesOf({ isPublic, failures, changes, hasBody, namesSomething, hasInput }: AskedFor): Generator<number> {
  if (isPublic !== true) yield* [401, 403, 429]
  if (hasBody) yield* [400, 413, 415]
  if (hasInput) yield* [422, 431]
  if (namesSomething) yield 404
  if (changes && failures === undefined) yield 409
  for (const { status } of Object.values(failures ?? {})) yield status
}

const MEANINGS: Readonly<Record<number, string>> = {
  400: 'What is asked for cannot be done, or the body is not a JSON object',
  401: 'No password was given',
  403: 'The password is wrong, or this is not allowed here',
  404: 'There is no such thing',
  409: 'What is there does not allow it: it is at work, it has ended, it exists already',
  413: 'The body is too large',
  415: 'The body is not application/json',
  422: 'A field is wrong; `errors` names it',
  429: 'Too many wrong passwords came from this address',
  431: 'Address and headers are too large together',
}

const HEADERS: Readonly<Record<number, Json>> = {
  401: { 'WWW-Authenticate': { required: true, schema: { type: 'string' } } },
  429: {
    'Retry-After': { required: true, description: 'Seconds', schema: { type: 'string', pattern: '^[1-9]\\d*$' } },
  },
}

function toAnswer(status: number, problem: Json): Json {
  const headers = HEADERS[status]
  return {
    description: MEANINGS[status] ?? TITLES[status] ?? 'What is wrong',
    ...(headers !== undefined && { headers }),
    ...toContent(problem),
  }
}

function toContent(schema: Json): Json {
  return { content: { 'application/problem+json': { schema } } }
}
