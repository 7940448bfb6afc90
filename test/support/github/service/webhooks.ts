/** The webhooks that a repository has. */
import type { Repository, Webhook, World } from '../model.ts'
import { nextId, timestamp } from '../world.ts'

export function createWebhook(
  world: World,
  repository: Repository,
  request: {
    readonly url: string
    readonly secret?: string | null
    /** Default all. */
    readonly events?: readonly string[]
    readonly active?: boolean
    readonly contentType?: Webhook['contentType']
  },
): Webhook {
  const webhook: Webhook = {
    id: nextId(world),
    url: request.url,
    secret: request.secret ?? null,
    events: request.events ?? ['*'],
    active: request.active ?? true,
    contentType: request.contentType ?? 'json',
    createdAt: timestamp(world),
  }
  repository.webhooks.push(webhook)
  return webhook
}
