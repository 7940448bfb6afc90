/** How a REST route is written: a method and a path with `{parameters}`, what it needs, and a function to an answer. */
import { GithubError, notFound } from '../errors.ts'
import type { App, Repository, Viewer, World } from '../model.ts'
import { canSee, type Need, requireAccess } from '../service/access.ts'
import { findRepository, findRepositoryById } from '../service/repositories.ts'

export type RestRequest = {
  readonly world: World
  readonly method: string
  /** Below the API's root: `/repos/o/r/pulls`. */
  readonly path: string
  readonly query: URLSearchParams
  readonly headers: Readonly<Record<string, string | undefined>>
  /** Parsed JSON; an empty object when there was none. */
  readonly body: Body
  readonly viewer: Viewer | null
  /** The app whose JWT was sent, for `/app...`. */
  readonly app: App | null
}

export type Body = Readonly<Record<string, unknown>>

export type RestAnswer = {
  readonly status: number
  readonly headers?: Readonly<Record<string, string>>
  /** Undefined: no content. */
  readonly json?: unknown
  readonly text?: string
}

export type Params = Readonly<Record<string, string>>

export type Route = {
  /** `GET /repos/{owner}/{repo}/pulls`, also the name in the request log. */
  readonly name: string
  readonly method: string
  readonly pattern: RegExp
  handle(request: RestRequest, params: Params): RestAnswer | Promise<RestAnswer>
}

export function route(name: string, handle: Route['handle']): Route {
  const [method = '', path = ''] = name.split(' ')
  return { name, method, pattern: toPattern(path), handle }
}

export type RepositoryRequest = RestRequest & {
  readonly repository: Repository
  readonly params: Params
  /** Who acts; empty for nobody, which only public reading allows. */
  readonly login: string
}

type RepositoryRoute = {
  /** Below `/repos/{owner}/{repo}`. */
  readonly need: Need
  handle(request: RepositoryRequest): RestAnswer | Promise<RestAnswer>
}

/** A route below a repository: finds it, follows renames, and checks what the viewer may. */
export function repositoryRoute(name: string, need: Need, handle: RepositoryRoute['handle']): Route[] {
  const [method = '', path = ''] = name.split(' ')
  const full = `${method} /repos/{owner}/{repo}${path}`
  const byId = `${method} /repositories/{repository_id}${path}`
  const run = (request: RestRequest, repository: Repository, params: Params) => {
    requireAccess(request.world, request.viewer, repository, need)
    return handle({ ...request, repository, params, login: request.viewer?.login ?? '' })
  }
  return [
    route(full, (request, params) => {
      const found = findRepository(request.world, params.owner ?? '', params.repo ?? '', request.viewer)
      if (found === null) throw notFound()
      return found.renamed ? redirect(request, found.repository) : run(request, found.repository, params)
    }),
    route(byId, (request, params) => {
      const repository = findRepositoryById(request.world, Number(params.repository_id))
      if (repository === null || !canSee(request.world, request.viewer, repository)) throw notFound()
      return run(request, repository, params)
    }),
  ]
}

/** GitHub sends those who use a former name to `/repositories/{id}`: 301 for reading, 307 for the rest. */
function redirect(request: RestRequest, repository: Repository): RestAnswer {
  const rest = request.path.replace(/^\/repos\/[^/]+\/[^/]+/, '')
  const query = request.query.size === 0 ? '' : `?${request.query}`
  const url = `${request.world.urls.api}/repositories/${repository.id}${rest}${query}`
  const reading = request.method === 'GET' || request.method === 'HEAD'
  return {
    status: reading ? 301 : 307,
    headers: { location: url },
    json: {
      message: reading ? 'Moved Permanently' : 'Temporary Redirect',
      url,
      documentation_url: 'https://docs.github.com/rest/guides/best-practices-for-using-the-rest-api#follow-redirects',
    },
  }
}

/** A parameter written `{+name}` takes slashes too. */
function toPattern(path: string): RegExp {
  const source = path
    .replace(/[.^$()|[\]\\]/g, '\\$&')
    .replace(/\{\+(\w+)\}/g, '(?<$1>.+)')
    .replace(/\{(\w+)\}/g, '(?<$1>[^/]+)')
  return new RegExp(`^${source}$`)
}

export function ok(json: unknown): RestAnswer {
  return { status: 200, json }
}

export function created(json: unknown): RestAnswer {
  return { status: 201, json }
}

export function noContent(): RestAnswer {
  return { status: 204 }
}

/** What the body says, or undefined when it does not say it as text. */
export function textOf(body: Body, name: string): string | undefined {
  const value = body[name]
  return typeof value === 'string' ? value : undefined
}

export function textsOf(body: Body, name: string): readonly string[] {
  const value = body[name]
  return Array.isArray(value) ? value.filter((item): item is string => typeof item === 'string') : []
}

/** Throws 404 for what is no number, as GitHub does for ids. */
export function numberOf(params: Params, name: string): number {
  const value = Number(params[name])
  if (!Number.isSafeInteger(value) || value < 0) throw notFound()
  return value
}

export function requireViewer(request: RestRequest): Viewer {
  if (request.viewer === null) throw new GithubError(401, 'Requires authentication')
  return request.viewer
}
