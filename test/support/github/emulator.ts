/**
 * A GitHub for tests and demonstrations: REST, GraphQL, git, webhooks and CI on one loopback port, with real bare
 * repositories behind it. Directly it looks like GitHub Enterprise; used as an HTTP proxy it is `github.localhost`.
 */
import { once } from 'node:events'
import { mkdtemp, realpath, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Ci } from './ci-script.ts'
import type { GithubEvent } from './events.ts'
import { createRepositoryHandle, type RepositoryHandle } from './handle/repository.ts'
import type { App, State, Token, Urls, User, World } from './model.ts'
import { react } from './reactions.ts'
import { enterpriseUrls } from './server/addresses.ts'
import { createDeliveries, type Deliveries } from './server/deliveries.ts'
import { createFaults, type Faults } from './server/faults.ts'
import { createRequestLog, type RequestLog } from './server/request-log.ts'
import { createGithubServer, originOf } from './server/server.ts'
import { type AppRequest, createToken, ensureApp, installApp, type TokenRequest } from './service/credentials.ts'
import { createRepository, type RepositoryRequest } from './service/repositories.ts'
import { deleteUser, ensureUser, knowUser, type UserRequest } from './service/users.ts'
import { createWorld } from './world.ts'

export type EmulatorOptions = {
  /** Default the real time. */
  readonly now?: () => Date
  /** Requests per hour and token; default 5000. */
  readonly rateLimit?: number
  /** Default any free one. */
  readonly port?: number
}

export type GithubEmulator = {
  /** `http://127.0.0.1:PORT`: as GitHub Enterprise. */
  readonly url: string
  readonly apiUrl: string
  readonly graphqlUrl: string
  /** For `http_proxy`, with `GH_HOST=github.localhost`. */
  readonly proxyUrl: string
  readonly world: World
  readonly requests: RequestLog
  readonly faults: Faults
  readonly deliveries: Deliveries
  /** What happened, in order. */
  readonly events: readonly GithubEvent[]
  createUser(request: UserRequest): User
  /** Everything it wrote stays, by nobody. */
  deleteUser(login: string): void
  createToken(request: TokenRequest): Token
  createApp(request: AppRequest): App
  installApp(request: Parameters<typeof installApp>[1]): ReturnType<typeof installApp>
  createRepository(request: RepositoryRequest & { readonly ci?: Ci }): Promise<RepositoryHandle>
  /** A copy of everything as it is now, for `stale` faults. */
  snapshot(): State
  /** Resolves when nothing goes on by itself any more: CI, auto-merge, deliveries. What a test holds is not waited for. */
  settled(): Promise<void>
  /** Waits for nothing long: connections, held requests and deliveries are cut. */
  close(): Promise<void>
}

export async function createGithubEmulator(options: EmulatorOptions = {}): Promise<GithubEmulator> {
  const { now = () => new Date(), rateLimit = 5_000, port = 0 } = options
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'github-emulator-')))
  const events: GithubEvent[] = []
  const deliveries = createDeliveries()
  const urls: { -readonly [Name in keyof Urls]: Urls[Name] } = { html: '', api: '', graphql: '' }
  const world = createWorld({ now, urls, announce })
  const requests = createRequestLog()
  const snapshot = () => structuredClone(world.state)
  const faults = createFaults(snapshot)
  const server = createGithubServer({ world, faults, log: requests, directory, rateLimit })

  function announce(event: GithubEvent): void {
    knowUser(world, event.sender)
    events.push(event)
    deliveries.announce(world, event)
    react(world, event)
  }

  server.listen(port, '127.0.0.1')
  await once(server, 'listening')
  Object.assign(urls, enterpriseUrls(originOf(server)))

  async function settled(): Promise<void> {
    await world.settled()
    if (world.failures.length > 0)
      throw new AggregateError(world.failures.splice(0), 'the emulator failed in the background')
  }

  return {
    url: urls.html,
    apiUrl: urls.api,
    graphqlUrl: urls.graphql,
    proxyUrl: urls.html,
    world,
    requests,
    faults,
    deliveries,
    events,
    createUser: (request) => ensureUser(world, request),
    deleteUser: (login) => deleteUser(world, login),
    createToken: (request) => createToken(world, request),
    createApp: (request) => ensureApp(world, request),
    installApp: (request) => installApp(world, request),
    async createRepository({ ci, ...request }) {
      const repository = await createRepository(world, directory, request)
      if (ci !== undefined) world.ci.set(repository.id, ci)
      return createRepositoryHandle(world, repository)
    },
    snapshot,
    settled,
    async close() {
      faults.clear()
      deliveries.close()
      server.closeAllConnections()
      server.close()
      await world.settled()
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}
