/** The HTTP face: routes from the table, in front of them whatever guards the door. */
import type { Context, Hono } from 'hono'
import type { RunEvent } from '../../domain/events.ts'
import { Failure } from '../../domain/failure.ts'
import type { OperationContext } from '../../operations/catalog/context.ts'
import type { StreamOperation } from '../../operations/catalog/operation.ts'
import { toEventStream } from './event-stream.ts'
import { gatherInput } from './input.ts'
import { type Problem, Refusal, toBody, toProblem } from './problem.ts'
import type { Route } from './route.ts'
import { ROUTES } from './routes.ts'

export type Variables = { requestId: string; address: string; operation: string | null; task: string | null }
export type ServerApp = Hono<{ Variables: Variables }>
type ServerContext = Context<{ Variables: Variables }>

export type AppParts = {
  readonly context: OperationContext
  /** Aborted when the server ends: streams end with it. */
  readonly closing: AbortSignal
  readonly hasPassword: boolean
  /** Counts who watches. */
  readonly onStream: { inc(): void; dec(): void }
  /** Defects, for the log of the server. */
  readonly report: (message: string) => void
}

/** Registers every route of the table. Guards, pages and other routes are put around it by `server.ts`. */
export function addRoutes(app: ServerApp, parts: AppParts): void {
  for (const [path, routes] of Map.groupBy(ROUTES, (route) => route.path)) {
    const methods = routes.map((route) => route.method.toUpperCase())
    for (const route of routes) app.on(route.method.toUpperCase(), toHonoPath(path), (c) => answer(parts, route, c))
    refuseOthers(app, toHonoPath(path), methods)
  }
}

/** As the original: a path that exists says which methods it has. HEAD comes with GET. */
export function refuseOthers(app: ServerApp, path: string, methods: readonly string[]): void {
  const Allow = methods.flatMap((method) => (method === 'GET' ? ['GET', 'HEAD'] : [method])).join(', ')
  app.all(path, (c) => {
    const message = `${c.req.method} is not possible here, only ${Allow}`
    return tell(c, { status: 405, code: 'method_not_allowed', message, headers: { Allow } })
  })
}

export function addErrors(app: ServerApp, { report }: Pick<AppParts, 'report'>): void {
  app.notFound((c) =>
    tell(c, { status: 404, code: 'not_found', message: `there is nothing at ${c.req.path.slice(0, 200)}` }),
  )
  app.onError((error, c) => {
    const problem = toProblem(error)
    if (problem.code === 'internal_error') report(`${c.get('requestId')}: ${error.stack ?? error.message}`)
    return tell(c, problem)
  })
}

export function tell(c: ServerContext, problem: Problem): Response {
  const body = toBody(problem, c.get('requestId'))
  const headers = { 'content-type': 'application/problem+json', ...problem.headers }
  return new Response(JSON.stringify(body), { status: problem.status, headers })
}

async function answer(parts: AppParts, route: Route, c: ServerContext): Promise<Response> {
  const { operation } = route
  c.set('operation', operation.name)
  c.set('task', c.req.param('id') ?? null)
  if (route.needsPassword === true && !parts.hasPassword) throw new Refusal(NEEDS_PASSWORD)
  if (operation.kind === 'stream') return stream(parts, operation, c)
  const input = operation.input.parse(await gatherInput(c.req))
  const output = await operation.perform(parts.context, input).catch((error: unknown) => refuse(route, error))
  return new Response(JSON.stringify(output), {
    status: (route.badEnd?.isIt(output) === true ? route.badEnd.status : route.status) ?? 200,
    headers: { 'content-type': 'application/json' },
  })
}

function refuse({ failures }: Route, error: unknown): never {
  const answered = error instanceof Failure ? failures?.[error.kind] : undefined
  if (answered === undefined) throw error
  throw new Refusal({ ...toProblem(error), ...answered })
}

export const NEEDS_PASSWORD: Problem = {
  status: 403,
  code: 'authentication_required',
  message: 'this brings code of others onto the machine, so it needs a server with a password',
  suggestion: 'Set CLAUDETM_PASSWORD_HASH or CLAUDETM_PASSWORD',
}

async function stream(parts: AppParts, operation: StreamOperation, c: ServerContext): Promise<Response> {
  const known = c.req.header('Last-Event-ID')
  const given = operation.input.parse(await gatherInput(c.req))
  const input = known === undefined ? given : operation.input.parse({ ...Object(given), after: known })
  const ended = new AbortController()
  const signal = AbortSignal.any([c.req.raw.signal, parts.closing, ended.signal])
  const events = (await operation.open(parts.context, input, signal)) as AsyncIterable<RunEvent>
  const id = c.get('task') ?? ''
  // Browsers connect again for ever to what has ended, unless they are told that there is nothing.
  if (known !== undefined && (await isOver(parts.context, id, Number(known))))
    return new Response(null, { status: 204 })
  parts.onStream.inc()
  const body = toEventStream({
    events,
    stop: () => ended.abort(),
    onEnd: parts.onStream.dec,
    closing: async () => {
      if (parts.closing.aborted) return { reason: 'the server ends' }
      const opened = await parts.context.runs.open(id).catch(() => null)
      return opened === null ? { status: 'removed' } : { status: opened.card.status, reason: opened.card.reason }
    },
  })
  return new Response(body, {
    headers: { 'content-type': 'text/event-stream', 'cache-control': 'no-store', 'x-accel-buffering': 'no' },
  })
}

async function isOver({ runs }: OperationContext, id: string, after: number): Promise<boolean> {
  const { card } = await runs.open(id)
  if (card.isAtWork || card.status === 'queued' || card.status === 'held') return false
  for await (const _ of runs.watch(id, after, new AbortController().signal)) return false
  return true
}

function toHonoPath(path: string): string {
  return path.replace(/\{(\w+)\}/g, ':$1')
}
