/** The GraphQL endpoint. The schema is large, so it is loaded with the first request. */
import type { Viewer } from '../model.ts'
import type { Answer } from './answers.ts'
import { errorAnswer } from './answers.ts'
import type { ApiRequest } from './api.ts'

type GraphqlBody = {
  readonly query?: unknown
  readonly variables?: Record<string, unknown> | null
  readonly operationName?: string | null
}

export async function answerGraphql(request: ApiRequest, viewer: Viewer | null): Promise<Answer> {
  if (viewer === null) {
    return errorAnswer(401, 'This endpoint requires you to be authenticated.')
  }
  if (request.method !== 'POST') return errorAnswer(404, 'Not Found')
  const body = parseGraphql(request.text)
  if (body === null || typeof body.query !== 'string') return errorAnswer(400, 'Problems parsing JSON')
  const { createGraphqlHandler } = await import('../graphql/handler.ts')
  const result = await createGraphqlHandler(request.world)({
    query: body.query,
    variables: body.variables ?? {},
    operationName: body.operationName ?? null,
    viewer,
  })
  return {
    status: 200,
    headers: { 'content-type': 'application/json; charset=utf-8' },
    body: JSON.stringify(result),
  }
}

export function parseGraphql(text: string): GraphqlBody | null {
  try {
    return JSON.parse(text) as GraphqlBody
  } catch {
    return null
  }
}

/** How the operation is called in the log: its name, else the first field. */
export function nameOperation(text: string): { readonly name: string; readonly reading: boolean } {
  const body = parseGraphql(text)
  const query = typeof body?.query === 'string' ? body.query : ''
  const reading = !/^\s*mutation\b/m.test(query)
  const named = /\b(?:query|mutation)\s+(\w+)/.exec(query)?.[1]
  const field = /\{\s*(\w+)/.exec(query)?.[1]
  return { name: `graphql ${body?.operationName ?? named ?? field ?? '?'}`, reading }
}
