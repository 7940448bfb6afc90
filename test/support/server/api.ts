/** Speaks to a server over real HTTP, and holds every answer against the server's own OpenAPI document. */
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js'
import addFormats from 'ajv-formats'
import { expect } from 'vitest'
import { readSentEvents, type SentEvent } from './sse.ts'

export type Answer<Body = Record<string, unknown>> = {
  readonly status: number
  readonly headers: Headers
  readonly body: Body
}

// biome-ignore lint/suspicious/noExplicitAny: what comes back is asserted on, and validated against its schema.
export type Loose = any

export type Api = {
  readonly document: Loose
  /** A path with its real values, e.g. `/tasks/abc/plan?tail=3`. */
  call(method: string, path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer<Loose>>
  get(path: string, headers?: Readonly<Record<string, string>>): Promise<Answer<Loose>>
  post(path: string, body?: unknown, headers?: Readonly<Record<string, string>>): Promise<Answer<Loose>>
  /** Until the stream ends, or `until` is true of what came. */
  events(path: string, request?: EventsRequest): Promise<readonly SentEvent[]>
}

export type EventsRequest = {
  readonly headers?: Readonly<Record<string, string>>
  readonly until?: (event: SentEvent) => boolean
}

export async function createApi(url: string, password: string | null): Promise<Api> {
  const document = (await (await fetch(`${url}/openapi.json`)).json()) as Loose
  const check = createCheck(document)
  const authorization: Record<string, string> = password === null ? {} : { authorization: `Bearer ${password}` }

  const call: Api['call'] = async (method, path, body, headers = {}) => {
    const response = await fetch(`${url}${path}`, {
      method,
      headers: { ...authorization, ...(body !== undefined && { 'content-type': 'application/json' }), ...headers },
      ...(body !== undefined && { body: JSON.stringify(body) }),
    })
    const text = await response.text()
    const type = response.headers.get('content-type') ?? ''
    const parsed: unknown = /json/.test(type) && text !== '' ? JSON.parse(text) : text
    check(method, path, { status: response.status, type, body: parsed })
    return { status: response.status, headers: response.headers, body: parsed }
  }

  return {
    document,
    call,
    get: (path, headers) => call('GET', path, undefined, headers),
    post: (path, body = {}, headers) => call('POST', path, body, headers),
    async events(path, { headers = {}, until = () => false } = {}) {
      const stopped = new AbortController()
      const response = await fetch(`${url}${path}`, {
        headers: { ...authorization, ...headers },
        signal: stopped.signal,
      })
      if (response.status !== 200) return []
      const events: SentEvent[] = []
      try {
        for await (const event of readSentEvents(response)) {
          events.push(event)
          if (until(event)) break
        }
      } finally {
        stopped.abort()
      }
      return events
    },
  }
}

function createCheck(document: Loose) {
  const ajv = new Ajv2020({ strict: false, allErrors: true })
  addFormats.default(ajv)
  const compiled = new Map<string, ValidateFunction>()
  const paths = Object.keys(document.paths).map((path) => ({
    path,
    pattern: new RegExp(`^${path.replace(/\{\w+\}/g, '[^/]+')}$`),
  }))

  return (method: string, path: string, answer: { status: number; type: string; body: unknown }) => {
    const bare = path.replace(/\?.*$/, '')
    const known = paths.find(({ pattern }) => pattern.test(bare))
    const operation = known === undefined ? undefined : document.paths[known.path][method.toLowerCase()]
    if (operation === undefined) return
    const described = operation.responses[String(answer.status)] ?? operation.responses.default
    expect(described, `${method} ${path} answered ${answer.status}, which the document does not know`).toBeDefined()
    if (described.content === undefined) return expect(answer.body).toBe('')
    const content = Object.entries(described.content ?? {}).find(([type]) => answer.type.startsWith(type))
    expect(content, `${method} ${path} answered ${answer.type}`).toBeDefined()
    const name = `${method} ${known?.path} ${operation.responses[String(answer.status)] === undefined ? 'default' : answer.status}`
    const { schema } = (content?.[1] ?? {}) as Loose
    const validate = compiled.get(name) ?? ajv.compile({ ...schema, components: document.components })
    compiled.set(name, validate)
    validate(answer.body)
    expect(validate.errors ?? null, `${method} ${path}: ${JSON.stringify(answer.body).slice(0, 500)}`).toBeNull()
  }
}
