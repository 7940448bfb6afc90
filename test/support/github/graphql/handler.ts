/** GraphQL over the emulated world: GitHub's own schema, executed by graphql-js, answered from the model. */
import { type ExecutionResult, execute } from 'graphql'
import type { Viewer, World } from '../model.ts'
import type { Context, RateLimit } from './context.ts'
import { type GithubGraphqlError, toGithubError } from './errors.ts'
import { MAX_NODES, measureQuery, operationOf } from './node-limits.ts'
import { resolveField } from './resolvers.ts'
import { githubSchema, parseQuery } from './schema.ts'

export type GraphqlRequest = {
  readonly query: unknown
  readonly variables?: unknown
  readonly operationName?: unknown
  readonly viewer: Viewer
  /** What `rateLimit` answers; default nearly everything is left. */
  readonly rateLimit?: RateLimit
}

export type GraphqlAnswer = {
  readonly data?: Readonly<Record<string, unknown>> | null
  readonly errors?: readonly GithubGraphqlError[]
}

/** Never throws for what the request asks; answers are sent with status 200, errors and all, as GitHub does. */
export function createGraphqlHandler(world: World): (request: GraphqlRequest) => Promise<GraphqlAnswer> {
  return async ({ query, variables, operationName, viewer, rateLimit }) => {
    if (typeof query !== 'string') return refused('A query attribute must be specified and must be a string.')
    const parsed = parseQuery(query)
    if (!parsed.ok) return { errors: parsed.errors }
    const values = isRecord(variables) ? variables : {}
    const name = typeof operationName === 'string' && operationName !== '' ? operationName : null
    if (operationOf(parsed.document, name) === undefined) return refused(`No operation named "${name}"`)
    const size = measureQuery(parsed.document, name, values)
    if (size.nodes > MAX_NODES) return tooLarge(size.nodes)
    const context: Context = { world, viewer, size, rateLimit: rateLimit ?? fullRateLimit(world) }
    const result = await execute({
      schema: githubSchema(),
      document: parsed.document,
      rootValue: {},
      contextValue: context,
      variableValues: values,
      operationName: name,
      fieldResolver: resolveField,
    })
    return toAnswer(result)
  }
}

function toAnswer({ data, errors }: ExecutionResult): GraphqlAnswer {
  return {
    ...(data === undefined ? {} : { data }),
    ...(errors === undefined ? {} : { errors: errors.map(toGithubError) }),
  }
}

function refused(message: string): GraphqlAnswer {
  return { errors: [{ message }] }
}

function tooLarge(nodes: number): GraphqlAnswer {
  const words = (count: number) => count.toLocaleString('en-US')
  const message = `This query requests up to ${words(nodes)} possible nodes which exceeds the maximum limit of ${words(MAX_NODES)}.`
  return { errors: [{ type: 'MAX_NODE_LIMIT_EXCEEDED', message }] }
}

function fullRateLimit(world: World): RateLimit {
  return { limit: 5000, remaining: 4999, used: 1, resetAt: new Date(world.now().getTime() + 3_600_000) }
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
