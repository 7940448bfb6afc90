/** The whole HTTP face, in the order in which a request meets it. */
import { Hono } from 'hono'
import { bodyLimit } from 'hono/body-limit'
import { cors } from 'hono/cors'
import { CATALOG } from '../../operations/catalog/catalog.ts'
import { type AddressRange, createAddressOf } from '../guard/address.ts'
import { type Audit, keepAudit } from '../guard/audit.ts'
import { requirePassword } from '../guard/authentication.ts'
import { securityHeaders } from '../guard/headers.ts'
import { checkOrigin } from '../guard/origin.ts'
import type { Password } from '../guard/password.ts'
import { createThrottle } from '../guard/throttle.ts'
import type { Metrics } from '../metrics.ts'
import { type AppParts, addErrors, addRoutes, type ServerApp, type Variables } from './app.ts'
import { addInbound, INBOUND_PATH, type Intake } from './inbound.ts'
import { KEY_HEADER } from './input.ts'
import { addPages, PUBLIC_PAGES } from './pages.ts'
import { Refusal } from './problem.ts'
import { ROUTES } from './routes.ts'

/** Routes of other rooms (webhooks, MCP): behind every guard, before the answer "nothing here". */
export type Mount = (app: ServerApp) => void

export type CreateAppParts = Omit<AppParts, 'hasPassword' | 'onStream'> & {
  readonly password: Password | null
  readonly allowedHosts: readonly string[]
  readonly corsOrigins: readonly string[]
  readonly trustedProxies: readonly AddressRange[]
  readonly audit: Audit
  readonly metrics: Metrics
  readonly intake: Intake | null
  readonly mounts: readonly Mount[]
}

/** Goals and messages are the longest that is sent; deliveries of GitHub are cut at 25 MB there, at this here. */
const MAX_BODY_BYTES = 1024 * 1024

export function createApp(parts: CreateAppParts): ServerApp {
  const { context, closing, password, corsOrigins, metrics, audit } = parts
  const { now, version } = context
  const addressOf = createAddressOf(parts.trustedProxies)
  const app: ServerApp = new Hono<{ Variables: Variables }>()
  app.use(async function identify(c, next) {
    c.set('requestId', crypto.randomUUID())
    c.set('address', addressOf(c))
    await next()
    c.res.headers.set('X-Request-ID', c.get('requestId'))
  })
  app.use(securityHeaders())
  app.use(metrics.timing)
  app.use(keepAudit({ audit, isChange: (name) => CHANGES.has(name), now }))
  app.use(
    checkOrigin({
      allowedHosts: parts.allowedHosts,
      allowedOrigins: corsOrigins,
      isExempt: (path) => path === INBOUND_PATH,
    }),
  )
  if (corsOrigins.length > 0) app.use(allowOrigins(corsOrigins))
  if (password !== null) app.use(requirePassword({ password, throttle: createThrottle(now), isPublic }))
  app.use(bodyLimit({ maxSize: MAX_BODY_BYTES, onError: tooLarge }))
  addRoutes(app, { ...parts, hasPassword: password !== null, onStream: metrics.watchers })
  addPages(app, { version, routes: ROUTES, metrics, isReady: () => !closing.aborted })
  addInbound(app, parts.intake)
  for (const mount of parts.mounts) mount(app)
  addErrors(app, parts)
  return app
}

const CHANGES: ReadonlySet<string> = new Set(
  Object.values(CATALOG)
    .filter((operation) => operation.changes)
    .map((operation) => operation.name),
)

const PUBLIC_PATHS: ReadonlySet<string> = new Set([
  ...PUBLIC_PAGES,
  ...ROUTES.filter((route) => route.isPublic === true).map((route) => route.path),
])

/** A preflight of a browser carries no password, and tells nothing. */
function isPublic(method: string, path: string): boolean {
  if (path === INBOUND_PATH) return method === 'POST'
  return method === 'OPTIONS' || PUBLIC_PATHS.has(path)
}

function allowOrigins(origins: readonly string[]) {
  return cors({
    origin: [...origins],
    allowMethods: ['GET', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'],
    allowHeaders: ['Authorization', 'Content-Type', KEY_HEADER, 'Last-Event-ID', 'Mcp-Protocol-Version'],
    exposeHeaders: ['X-Request-ID'],
  })
}

function tooLarge(): never {
  throw new Refusal({ status: 413, code: 'too_large', message: `a body may have ${MAX_BODY_BYTES} bytes at most` })
}
