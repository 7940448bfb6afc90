/** The server in one piece: the registry, the runs at work, the HTTP face, and how all of it ends. */

import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { setTimeout as wait } from 'node:timers/promises'
import { type ServerType, serve } from '@hono/node-server'
import type { Environment } from '../config/paths.ts'
import { Failure } from '../domain/failure.ts'
import type { OperationContext } from '../operations/catalog/context.ts'
import type { Places } from '../operations/catalog/places.ts'
import type { WebhookParts } from '../operations/webhooks/webhook-parts.ts'
import { openAudit } from './guard/audit.ts'
import { readPassword } from './guard/password.ts'
import { mountMcp } from './mcp/http.ts'
import { createMetrics } from './metrics.ts'
import type { GitFor } from './repositories/clone.ts'
import { createRepositoryDesk } from './repositories/desk.ts'
import { createRoots } from './repositories/roots.ts'
import { findRepositories } from './repositories/search.ts'
import type { SetUpParts } from './repositories/set-up.ts'
import type { ServerApp } from './rest/app.ts'
import { answerBrokenRequest } from './rest/broken-request.ts'
import { createApp, type Mount } from './rest/create-app.ts'
import type { Intake } from './rest/inbound.ts'
import { createChanges } from './runs/changes.ts'
import { createDesk } from './runs/desk.ts'
import type { Launcher } from './runs/launcher.ts'
import { createLookout } from './runs/lookout.ts'
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
  readonly gitFor: GitFor
  readonly places: Places
  readonly setUp: SetUpParts
  /** Deliveries of GitHub; null = they cannot be verified. */
  readonly intake: Intake | null
  readonly mounts: readonly Mount[]
  /** One line for the people who run the server. */
  readonly report: (message: string) => void
}

export type RunningServer = {
  readonly url: string
  /** Stops accepting, lets every run end its session, and returns. Safe to call twice. */
  close(): Promise<void>
}

const LAST_WORDS_MS = 2_000

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
    onEvent: (_, event) => metrics.onEvent(event),
    report,
  })
  const metrics = createMetrics(() => runs.counts())
  const roots = createRoots(settings.roots)
  const lookout = createLookout({
    registry,
    launcher,
    changes,
    findRepositories: async () => findRepositories(await roots.list()),
    isAtWork: workshop.isAtWork,
    now,
    report,
  })
  const runs = createDesk({ registry, workshop, launcher, changes, lookout, maxAtWork: settings.maxAtWork, now })
  const closing = new AbortController()
  const repositories = createRepositoryDesk({
    roots,
    allowPrivateClones: settings.allowPrivateClones,
    cloneTimeoutMs: settings.cloneTimeoutMs,
    closing: closing.signal,
    mayClone: password !== null,
    findTopLevel: parts.findTopLevel,
    gitFor: parts.gitFor,
    setUp: parts.setUp,
  })
  const context: OperationContext = {
    version: parts.version,
    home: await repositories.resolve(settings.workingDirectory).catch(() => null),
    now,
    startedAt: now(),
    runs,
    repositories,
    webhooks: parts.webhooks,
    places: parts.places,
  }
  const audit = await openAudit(join(settings.dataDirectory, 'audit.jsonl'))
  const app = createApp({
    context,
    closing: closing.signal,
    password,
    allowedHosts: settings.allowedHosts,
    corsOrigins: settings.corsOrigins,
    trustedProxies: settings.trustedProxies,
    audit,
    metrics,
    intake: parts.intake,
    mounts: [
      mountMcp({ context, hasPassword: password !== null, audit, closing: closing.signal, report }),
      ...parts.mounts,
    ],
    report,
  })

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
    const closed = new Promise<void>((resolve) => server.close(() => resolve()))
    await workshop.close()
    if ('closeIdleConnections' in server) server.closeIdleConnections()
    // Streams say that they end; who does not take it is not waited for.
    await Promise.race([closed, wait(LAST_WORDS_MS, undefined, { ref: false })])
    if ('closeAllConnections' in server) server.closeAllConnections()
    lookout.close()
    registry.close()
    await audit.close()
  }
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
    server.on('clientError', answerBrokenRequest)
    server.once('error', (cause: NodeJS.ErrnoException) =>
      reject(new Failure('config_invalid', `${host}:${port} cannot be listened on (${cause.code})`, { cause })),
    )
  })
}

function urlOf(server: ServerType): string {
  const { address, port } = server.address() as AddressInfo
  return `http://${address.includes(':') ? `[${address}]` : address}:${port}`
}
