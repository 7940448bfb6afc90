/**
 * One HTTP exchange: a time limit over headers and body, and redirects followed by us, because `fetch` would turn a
 * redirected POST into a GET and we want to know when a repository was renamed.
 */

export type Exchange = {
  readonly timeoutMs: number
  /** The same thing is at another path now, for good. */
  readonly onRenamed?: (url: string) => void
}

const MAX_REDIRECTS = 5
const PERMANENT: ReadonlySet<number> = new Set([301, 308])
const REDIRECTS: ReadonlySet<number> = new Set([301, 302, 303, 307, 308])
/** Never told to another host. */
const PRIVATE_HEADERS = ['authorization', 'cookie', 'x-github-api-version']

export function createFetch({ timeoutMs, onRenamed }: Exchange): typeof fetch {
  return async (input, init) => {
    const limit = AbortSignal.timeout(timeoutMs)
    const signal = init?.signal ? AbortSignal.any([init.signal, limit]) : limit
    let url = new URL(String(input))
    let request: RequestInit = { ...init, signal, redirect: 'manual' }
    for (let hops = 0; ; hops += 1) {
      const response = await fetch(url, request)
      const location = response.headers.get('location')
      if (!REDIRECTS.has(response.status) || location === null || hops === MAX_REDIRECTS) return response
      await response.body?.cancel()
      const next = new URL(location, url)
      if (PERMANENT.has(response.status) && next.origin === url.origin) onRenamed?.(next.href)
      request = toRedirected(request, url, next)
      url = next
    }
  }
}

/** Same host: the same request again. Another host gets a plain GET without our token, and nothing but GETs goes there. */
function toRedirected(request: RequestInit, from: URL, to: URL): RequestInit {
  if (to.origin === from.origin) return request
  if (!isRead(request.method)) throw new TypeError(`refusing to send a ${request.method} on to ${to.host}`)
  const headers = new Headers(request.headers)
  for (const name of PRIVATE_HEADERS) headers.delete(name)
  return { ...request, headers }
}

function isRead(method: string | undefined): boolean {
  return method === undefined || method === 'GET' || method === 'HEAD'
}
