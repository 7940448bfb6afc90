/** Pages of lists: 30 at a time, at most 100, with the `Link` header that clients follow. */
import type { RestAnswer, RestRequest } from './route.ts'

export type Page<T> = { readonly items: readonly T[]; readonly headers: Readonly<Record<string, string>> }

export function pageOf<T>(request: RestRequest, all: readonly T[]): Page<T> {
  const perPage = clamp(request.query.get('per_page'), 30, 100)
  const page = clamp(request.query.get('page'), 1, Number.MAX_SAFE_INTEGER)
  const last = Math.max(1, Math.ceil(all.length / perPage))
  const link = linkHeader(request, page, last)
  return {
    items: all.slice((page - 1) * perPage, page * perPage),
    headers: link === '' ? {} : { link },
  }
}

/** A plain list. */
export async function listAnswer<T>(
  request: RestRequest,
  all: readonly T[],
  describe: (item: T) => unknown,
): Promise<RestAnswer> {
  const { items, headers } = pageOf(request, all)
  return { status: 200, headers, json: await Promise.all(items.map(describe)) }
}

/** A list in an object with `total_count`, as checks and Actions have it. */
export async function countedAnswer<T>(
  request: RestRequest,
  name: string,
  all: readonly T[],
  describe: (item: T) => unknown,
): Promise<RestAnswer> {
  const { items, headers } = pageOf(request, all)
  const json = { total_count: all.length, [name]: await Promise.all(items.map(describe)) }
  return { status: 200, headers, json }
}

function linkHeader(request: RestRequest, page: number, last: number): string {
  const link = (to: number, rel: string) => {
    const query = new URLSearchParams(request.query)
    query.set('page', String(to))
    return `<${request.world.urls.api}${request.path}?${query}>; rel="${rel}"`
  }
  const before = page > 1 ? [link(Math.min(page - 1, last), 'prev')] : []
  const after = page < last ? [link(page + 1, 'next'), link(last, 'last')] : []
  const first = page > 1 ? [link(1, 'first')] : []
  return [...before, ...after, ...first].join(', ')
}

function clamp(text: string | null, fallback: number, most: number): number {
  const value = Number(text ?? fallback)
  return Number.isInteger(value) && value >= 1 ? Math.min(value, most) : fallback
}
