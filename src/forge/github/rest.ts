/** REST: GETs are conditional and repeated, everything else is sent once. */
import { z } from 'zod'
import type { Attempts, RequestName } from './attempts.ts'
import { createFetch } from './connection.ts'
import { createEtagCache } from './etag-cache.ts'
import { toUnexpectedAnswer } from './failures.ts'
import type { Variables } from './graphql.ts'
import { isStatus, type Octokits } from './octokit.ts'
import { sendOnce } from './send-once.ts'
import { readTail } from './text-tail.ts'

export type Pages<T> = { readonly items: readonly T[]; readonly complete: boolean }
export type Signalled = { readonly signal?: AbortSignal }

const PAGE_SIZE = 100
/** Logs can be large, and their store slow. */
const TEXT_TIMEOUT_MS = 120_000

export function createRest({ reading, writing }: Octokits, attempts: Attempts) {
  const kept = createEtagCache()

  async function get(route: string, parameters: Variables, { signal }: Signalled): Promise<unknown> {
    const { url, headers: asked } = reading.request.endpoint(route, parameters)
    const key = `${asked.accept} ${url}`
    const known = kept.find(key)
    const headers = known === null ? parameters.headers : { ...Object(parameters.headers), 'if-none-match': known.etag }
    try {
      const response = await reading.request(route, {
        ...parameters,
        ...(headers !== undefined && { headers }),
        request: { ...(signal && { signal }) },
      })
      kept.keep(key, response.headers.etag, response.data)
      return response.data
    } catch (error) {
      if (known !== null && isStatus(error, 304)) return known.data
      throw error
    }
  }

  async function write(route: string, parameters: Variables, { signal }: Signalled): Promise<unknown> {
    const request = { retries: 0, ...(signal && { signal }) }
    const { data } = await sendOnce(() => writing.request(route, { ...parameters, request }))
    return data
  }

  async function collect<T>(
    route: string,
    parameters: Variables,
    schema: z.ZodType<T>,
    limit: number,
  ): Promise<Pages<T>> {
    const items: T[] = []
    let complete = true
    for await (const { data } of reading.paginate.iterator(route, { per_page: PAGE_SIZE, ...parameters })) {
      if (!Array.isArray(data)) throw toUnexpectedAnswer('not a list', attempts.factsOf(nameOf(route)))
      for (const item of data as unknown[]) {
        if (items.length === limit) return { items, complete: false }
        const parsed = schema.safeParse(item)
        if (parsed.success) items.push(parsed.data)
        else complete = false
      }
    }
    return { items, complete }
  }

  return {
    async rest<T>(route: string, parameters: Variables, schema: z.ZodType<T>, options: Signalled = {}): Promise<T> {
      const name = nameOf(route)
      const send = name.isWrite ? write : get
      const data = await attempts.attempt(name, options.signal, () => send(route, parameters, options))
      const parsed = schema.safeParse(data)
      if (parsed.success) return parsed.data
      throw toUnexpectedAnswer(z.prettifyError(parsed.error), attempts.factsOf(name))
    },

    async pages<T>(route: string, parameters: Variables, schema: z.ZodType<T>, limit = 1_000): Promise<Pages<T>> {
      return attempts.attempt(nameOf(route), undefined, () => collect(route, parameters, schema, limit))
    },

    async text(route: string, parameters: Variables, maxBytes: number) {
      const request = { fetch: createFetch({ timeoutMs: TEXT_TIMEOUT_MS }), parseSuccessResponseBody: false }
      return attempts.attempt(nameOf(route), undefined, async () => {
        try {
          const { data } = await reading.request(route, { ...parameters, request })
          return await readTail(data as ReadableStream<Uint8Array> | null, maxBytes)
        } catch (error) {
          if (isStatus(error, 404) || isStatus(error, 410)) return null
          throw error
        }
      })
    },
  }
}

function nameOf(route: string): RequestName {
  const [method = '', path = ''] = route.split(' ')
  return { method, path, isWrite: method !== 'GET' && method !== 'HEAD' }
}
