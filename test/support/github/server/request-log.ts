/** Every request that came in, so that a test can say what a life cycle costs. Git traffic is kept apart. */
import type { Area } from './addresses.ts'
import type { FaultKind } from './faults.ts'

export type LoggedRequest = {
  readonly at: Date
  readonly method: string
  readonly path: string
  readonly area: Area
  /** `GET /repos/{owner}/{repo}/pulls` or `graphql PullRequests`; null for what is not served. */
  readonly name: string | null
  readonly login: string | null
  /** Null: no answer was sent (yet). */
  status: number | null
  notModified: boolean
  fault: FaultKind | null
}

export type RequestFilter = Partial<Pick<LoggedRequest, 'method' | 'area' | 'name' | 'login' | 'status'>>

export type RequestLog = {
  /** REST, GraphQL and logs, in order of arrival. */
  readonly api: readonly LoggedRequest[]
  readonly git: readonly LoggedRequest[]
  add(request: LoggedRequest): void
  /** How many of the API's fit; all without a filter. */
  count(filter?: RequestFilter | ((request: LoggedRequest) => boolean)): number
  /** Name to number, of the API's. */
  summary(): Readonly<Record<string, number>>
  clear(): void
}

export function createRequestLog(): RequestLog {
  const api: LoggedRequest[] = []
  const git: LoggedRequest[] = []
  return {
    api,
    git,
    add: (request) => void (request.area === 'git' ? git : api).push(request),
    count: (filter = {}) =>
      api.filter(typeof filter === 'function' ? filter : (request) => fits(request, filter)).length,
    summary() {
      const counts: Record<string, number> = {}
      for (const { name, method, path } of api) {
        const key = name ?? `${method} ${path}`
        counts[key] = (counts[key] ?? 0) + 1
      }
      return counts
    },
    clear() {
      api.length = 0
      git.length = 0
    },
  }
}

function fits(request: LoggedRequest, filter: RequestFilter): boolean {
  return Object.entries(filter).every(([key, value]) => request[key as keyof RequestFilter] === value)
}
