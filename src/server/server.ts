/** The server in one piece: the registry, the runs at work, the HTTP face, and how all of it ends. */

import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { type ServerType, serve } from '@hono/node-server'
import { Hono } from 'hono'
import type { Environment } from '../config/paths.ts'
import { Failure } from '../domain/failure.ts'
import type { OperationContext } from '../operations/catalog/context.ts'
import type { WebhookParts } from '../operations/webhooks/webhook-parts.ts'
import { requirePassword } from './guard/authentication.ts'
import { checkOrigin } from './guard/origin.ts'
import { readPassword } from './guard/password.ts'
import { createThrottle } from './guard/throttle.ts'
import { createRepositoryDesk } from './repositories/desk.ts'
import { createRoots } from './repositories/roots.ts'
import { addErrors, addRoutes, type ServerApp, type Variables } from './rest/app.ts'
import { toOpenApi } from './rest/openapi.ts'
import { ROUTES } from './rest/routes.ts'
import { createChanges } from './runs/changes.ts'
import { createDesk } from './runs/desk.ts'
import type { Launcher } from './runs/launcher.ts'
import { openRegistry } from './runs/registry.ts'
import { createWorkshop } from './runs/workshop.ts'
import type { ServerSettings } from './settings.ts'

export type ServerParts = {
  readonly settings: ServerSettings
  readonly environment: Environment
  readonly version: string
  readonly now: () => number
  readonly launcher: Launcher
  readonly webhooks: WebhookParts
  readonly findTopLevel: (path: string) => Promise<string>
  /** One line for the people who run the server. */
  readonly report: (message: string) => void
}

export type RunningServer = {
  readonly url: string
  /** Stops accepting, lets every run end its session, and returns. Safe to call twice. */
  close(): Promise<void>
}

/** Throws `config_invalid` when it must not listen there, `server_running`. */
export async function startServer(parts: ServerParts): Promise<RunningServer> {
  const { settings, launcher, now, report } = parts
  const password = readPassword(parts.environment)
  if (password === null && !isLoopback(settings.host)) throw needsPassword(settings.host)
  const registry = openRegistry(join(settings.dataDirectory, 'registry.sqlite'))
  const changes = createChanges()
  const workshop = createWorkshop({
    registry,
    launcher,
    changes,
    maxAtWork: settings.maxAtWork,
    now,
    onEvent: () => {},
    report,
  })
  const runs = createDesk({ registry, workshop, launcher, changes, maxAtWork: settings.maxAtWork, now })
  const repositories = createRepositoryDesk({ roots: createRoots(settings.roots), findTopLevel: parts.findTopLevel })
  const context: OperationContext = {
    version: parts.version,
    now,
    startedAt: now(),
    runs,
    repositories,
    webhooks: parts.webhooks,
  }
  const closing = new AbortController()

  const app: ServerApp = new Hono<{ Variables: Variables }>()
  app.use(async (c, next) => {
    c.set('requestId', crypto.randomUUID())
    await next()
  })
  app.use(checkOrigin({ allowedHosts: settings.allowedHosts, allowedOrigins: settings.corsOrigins }))
  if (password !== null) app.use(requirePassword({ password, throttle: createThrottle(now), isPublic }))
  addRoutes(app, { context, closing: closing.signal, hasPassword: password !== null, report })
  const document = toOpenApi({ routes: ROUTES, version: parts.version })
  app.get('/openapi.json', (c) => c.json(document))
  addErrors(app, { report })

  for (const id of registry.working()) registry.change(id, { phase: 'queued', isInterrupted: true })
  const server = await listen(app, settings)
  workshop.pump()

  let ended: Promise<void> | null = null
  return {
    url: urlOf(server),
    close() {
      ended ??= end()
      return ended
    },
  }

  async function end(): Promise<void> {
    closing.abort()
    server.close()
    await workshop.close()
    if ('closeAllConnections' in server) server.closeAllConnections()
    registry.close()
  }
}

const PUBLIC = new Set(['/', '/health', '/healthz', '/livez', '/ready', '/docs', '/openapi.json'])

function isPublic(_method: string, path: string): boolean {
  return PUBLIC.has(path)
}

export function isLoopback(host: string): boolean {
  return host === 'localhost' || host === '::1' || /^127\.\d{1,3}\.\d{1,3}\.\d{1,3}$/.test(host)
}

function needsPassword(host: string): Failure {
  return new Failure(
    'config_invalid',
    `without a password the server listens on 127.0.0.1 only, not on ${host}: set CLAUDETM_PASSWORD_HASH or CLAUDETM_PASSWORD`,
    { facts: { variable: 'CLAUDETM_PASSWORD' } },
  )
}

function listen(app: ServerApp, { host, port }: ServerSettings): Promise<ServerType> {
  return new Promise((resolve, reject) => {
    const server = serve({ fetch: app.fetch, hostname: host, port }, () => resolve(server))
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new Failure('config_invalid', `${host}:${port} cannot be listened on (${cause.code})`, { cause })),
    )
  })
}

function urlOf(server: ServerType): string {
  const { address, port } = server.address() as AddressInfo
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
