/** GraphQL: queries may be repeated and may come back in part, mutations neither. */
import { z } from 'zod'
import type { GithubAddress } from './address.ts'
import type { Attempts, RequestName } from './attempts.ts'
import { type GraphqlError, toGraphqlFailure, toUnexpectedAnswer } from './failures.ts'
import type { Octokits, PlainOctokit } from './octokit.ts'
import { sendOnce } from './send-once.ts'

export type Variables = Readonly<Record<string, unknown>>
export type GraphqlRequest<T> = {
  readonly query: string
  readonly variables?: Variables
  readonly schema: z.ZodType<T>
  readonly signal?: AbortSignal
  /** Fields whose failure, of whatever kind, only makes them null. */
  readonly mayFail?: readonly string[]
}

const envelope = z.object({
  data: z.unknown(),
  errors: z
    .array(
      z.object({
        type: z.string().nullish(),
        message: z.string(),
        path: z.array(z.union([z.string(), z.number()])).nullish(),
      }),
    )
    .nullish(),
})

/** A part that we may not see, or that is not there; everything else is no answer about that part. */
const ABSENT_TYPES: ReadonlySet<string> = new Set(['NOT_FOUND', 'FORBIDDEN', 'INSUFFICIENT_SCOPES', 'SAML_FAILURE'])

export function createGraphql({ reading, writing }: Octokits, attempts: Attempts, { graphqlUrl }: GithubAddress) {
  const baseUrl = graphqlUrl.replace(/\/graphql$/, '')

  /** Spelled like this, the throttling knows it for GraphQL on every host. */
  async function post(octokit: PlainOctokit, request: GraphqlRequest<unknown>, retries: number) {
    const { query, variables = {}, signal } = request
    const options = { retries, ...(signal && { signal }) }
    const { data } = await octokit.request('POST /graphql', { baseUrl, query, variables, request: options })
    return data as unknown
  }

  function parse<T>(
    name: RequestName,
    answer: unknown,
    schema: z.ZodType<T>,
  ): { data: T; errors: readonly GraphqlError[] } {
    const facts = attempts.factsOf(name)
    const parsed = envelope.safeParse(answer)
    if (!parsed.success) throw toUnexpectedAnswer(z.prettifyError(parsed.error), facts)
    const errors = parsed.data.errors ?? []
    const data = schema.safeParse(parsed.data.data)
    if (data.success) return { data: data.data, errors }
    if (errors.length > 0) throw toGraphqlFailure(errors, facts)
    throw toUnexpectedAnswer(z.prettifyError(data.error), facts)
  }

  return {
    async query<T>(request: GraphqlRequest<T>): Promise<{ data: T; problems: readonly string[] }> {
      const name = nameOf(request.query, false)
      const answer = await attempts.attempt(name, request.signal, () => post(reading, request, READ_RETRIES))
      const { data, errors } = parse(name, answer, request.schema)
      if (errors.every((error) => isPartial(error, request.mayFail ?? [])))
        return { data, problems: errors.map(describe) }
      throw toGraphqlFailure(errors, attempts.factsOf(name))
    },

    async mutate<T>(request: GraphqlRequest<T>): Promise<T> {
      const name = nameOf(request.query, true)
      const send = () => sendOnce(() => post(writing, request, 0))
      const answer = await attempts.attempt(name, request.signal, send)
      const { data, errors } = parse(name, answer, request.schema)
      if (errors.length > 0) throw toGraphqlFailure(errors, attempts.factsOf(name))
      return data
    },
  }
}

const READ_RETRIES = 2

function nameOf(query: string, isWrite: boolean): RequestName {
  const operation = /\b(?:query|mutation)\s+(\w+)/.exec(query)?.[1] ?? (isWrite ? 'mutation' : 'query')
  return { method: 'POST', path: `graphql ${operation}`, isWrite }
}

function isPartial({ type, path }: GraphqlError, mayFail: readonly string[]): boolean {
  return ABSENT_TYPES.has(type ?? '') || mayFail.includes(String(path?.at(-1)))
}

function describe({ message, path, type }: GraphqlError): string {
  return `${path?.join('.') ?? ''} (${type ?? 'no type'}): ${message}`
}
