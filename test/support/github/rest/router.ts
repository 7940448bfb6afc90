/** All REST routes, and finding the one that a request is for. The first that matches is taken. */
import { notFound } from '../errors.ts'
import { accountRoutes } from './accounts.ts'
import { createActionRoutes, type LogUrl } from './actions.ts'
import { branchRoutes, commitRoutes } from './branches.ts'
import { checkRoutes } from './checks.ts'
import { issueRoutes } from './issues.ts'
import { pullRoutes } from './pulls.ts'
import { repositoryRoutes } from './repositories.ts'
import { reviewRoutes } from './reviews.ts'
import { ok, type Params, type RestAnswer, type RestRequest, type Route, route } from './route.ts'

export type RestRouter = {
  /** `GET /repos/{owner}/{repo}/pulls`; null for what is not served. */
  nameOf(method: string, path: string): string | null
  /** Throws GithubError. */
  handle(request: RestRequest): Promise<RestAnswer>
}

export type RestParts = {
  readonly logUrl: LogUrl
  /** What `GET /rate_limit` says to the one who asks. */
  readonly rateLimit: (request: RestRequest) => unknown
}

export function createRestRouter({ logUrl, rateLimit }: RestParts): RestRouter {
  const routes: readonly Route[] = [
    route('GET /rate_limit', (request) => ok(rateLimit(request))),
    ...accountRoutes,
    ...repositoryRoutes,
    ...pullRoutes,
    ...reviewRoutes,
    ...issueRoutes,
    ...checkRoutes,
    ...branchRoutes,
    ...commitRoutes,
    ...createActionRoutes(logUrl),
  ]

  function find(method: string, path: string) {
    const asked = method === 'HEAD' ? 'GET' : method
    for (const candidate of routes) {
      const match = candidate.method === asked ? candidate.pattern.exec(path) : null
      if (match !== null) return { route: candidate, params: decode(match.groups ?? {}) }
    }
    return null
  }

  return {
    nameOf: (method, path) => find(method, path)?.route.name ?? null,
    async handle(request) {
      const found = find(request.method, request.path)
      if (found === null) throw notFound()
      return found.route.handle(request, found.params)
    },
  }
}

function decode(groups: Params): Params {
  return Object.fromEntries(Object.entries(groups).map(([name, value]) => [name, decodeURIComponent(value)]))
}
