/** Which forge a run uses, made of real parts. */
import { join } from 'node:path'
import type { RunEventBody } from '../domain/events.ts'
import { Failure } from '../domain/failure.ts'
import type { RunOptions } from '../domain/run.ts'
import type { Forge } from '../forge/forge.ts'
import type { WebhookIntake } from '../forge/github/webhook-intake.ts'
import { createLocalForge } from '../forge/local/local-forge.ts'
import { findRemote } from '../workspace/repository.ts'
import type { Workspaces } from '../workspace/workspace.ts'
import { clock } from './clock.ts'
import type { House } from './house.ts'

/** Checks of one commit that run at the same time in local CI. */
const CHECK_CONCURRENCY = 2

export type ForgeRequest = {
  readonly options: Pick<RunOptions, 'forge' | 'targetBranch'>
  readonly workspaces: Workspaces
  readonly identity: { readonly name: string; readonly email: string }
  readonly emit: (event: RunEventBody) => void
  readonly webhookPort: number | null
  /** Deliveries come in elsewhere: no port is opened here. null = none do; left out = as the configuration says. */
  readonly intake?: Pick<WebhookIntake, 'subscribe'> | null
}

export async function createForge(house: House, request: ForgeRequest): Promise<Forge> {
  return request.options.forge === 'github' ? createGithub(house, request) : createLocal(house, request)
}

async function createLocal(house: House, request: ForgeRequest): Promise<Forge> {
  const { options, workspaces, identity, emit } = request
  const remote = await findRemote(house.git)
  return createLocalForge({
    git: house.git,
    directory: join(house.store.location, 'forge'),
    targetBranch: options.targetBranch,
    remote: remote?.name ?? null,
    checks: workspaces,
    identity,
    now: clock.now,
    emit,
    checkConcurrency: CHECK_CONCURRENCY,
  })
}

async function createGithub(house: House, request: ForgeRequest): Promise<Forge> {
  const { github } = house.resolved.config
  const { name, address } = await house.github.remote()
  const warn = (message: string) => request.emit({ type: 'warning', message })
  const { client, credentials } = await house.github.client((url) => warn(`the repository has moved to ${url}`))
  const [{ createGithubForge }, intake] = await Promise.all([
    import('../forge/github/github-forge.ts'),
    request.intake === undefined ? openIntake(house, request.webhookPort, warn) : toShared(request.intake),
  ])
  return createGithubForge({
    address,
    client,
    credentials,
    git: house.git,
    remote: name,
    targetBranch: request.options.targetBranch,
    directory: join(house.store.location, 'forge'),
    trust: { authors: github.trustedAuthors, bots: github.trustedBots },
    now: clock.now,
    sleepUntil: clock.sleepUntil,
    emit: request.emit,
    intake,
  })
}

function toShared(intake: Pick<WebhookIntake, 'subscribe'> | null) {
  return intake === null ? null : { intake, close: async () => {} }
}

/** Webhooks only wake; without a port the run looks by itself. */
async function openIntake(house: House, asked: number | null, warn: (message: string) => void) {
  const { webhookPort, webhookSecret } = house.resolved.config.github
  const port = asked ?? webhookPort
  if (port === null) return null
  if (webhookSecret === null) {
    throw new Failure('config_invalid', 'a port for webhooks is given, but no secret to verify them', {
      facts: { path: 'github.webhook_secret' },
    })
  }
  const [{ createWebhookIntake }, { listen }] = await Promise.all([
    import('../forge/github/webhook-intake.ts'),
    import('../forge/github/webhook-listener.ts'),
  ])
  const intake = createWebhookIntake({ secret: webhookSecret })
  const listener = await listen({ host: '127.0.0.1', port, intake })
  warn(`webhooks of GitHub are listened for at ${listener.url}`)
  return { intake, close: listener.close }
}
