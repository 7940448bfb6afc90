/** What a request asks for, gathered from its path, query, headers and body; the operation's schema judges it. */
import type { HonoRequest } from 'hono'
import { Refusal } from './problem.ts'

export const KEY_HEADER = 'Idempotency-Key'

export async function gatherInput(request: HonoRequest): Promise<Record<string, unknown>> {
  const hasBody = request.method !== 'GET' && request.method !== 'DELETE'
  const given = hasBody ? await readJson(request) : readQuery(request)
  const key = request.header(KEY_HEADER)
  return {
    ...given,
    ...request.param(),
    ...(key !== undefined && request.method === 'POST' && { idempotency_key: key }),
  }
}

/** A name that comes once is a text, one that comes again a list. */
function readQuery(request: HonoRequest): Record<string, unknown> {
  return Object.fromEntries(
    Object.entries(request.queries()).map(([name, values]) => [name, values.length === 1 ? values[0] : values]),
  )
}

/** An empty body is an empty object: most controls need none. */
async function readJson(request: HonoRequest): Promise<Record<string, unknown>> {
  const text = await request.text()
  if (text.trim() === '') return {}
  const type = request.header('content-type') ?? ''
  if (!/^application\/([a-z0-9.+-]+\+)?json\s*(;|$)/i.test(type)) {
    throw new Refusal({ status: 415, code: 'unsupported_media_type', message: 'the body must be application/json' })
  }
  const value = parse(text)
  if (typeof value === 'object' && value !== null && !Array.isArray(value)) return value as Record<string, unknown>
  throw new Refusal({ status: 400, code: 'invalid_request', message: 'the body must be a JSON object' })
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    throw new Refusal({ status: 400, code: 'invalid_request', message: 'the body is not JSON' })
  }
}
