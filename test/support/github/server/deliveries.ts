/** Webhook deliveries: signed, in order per webhook, and at a test's wish held back, doubled, reordered or sent again. */
import { createHmac, randomUUID } from 'node:crypto'
import type { GithubEvent } from '../events.ts'
import type { Webhook, World } from '../model.ts'
import { describeEvent } from '../render/webhook-payload.ts'

export type Delivery = {
  /** `X-GitHub-Delivery`; the same when it is sent again. */
  readonly id: string
  readonly webhook: Webhook
  readonly event: string
  readonly action: string | null
  readonly payload: Readonly<Record<string, unknown>>
  /** Of every attempt, in order: what the receiver answered, null when there was none. */
  readonly statuses: (number | null)[]
}

export type Deliveries = {
  /** In order of events; those that are held too. */
  readonly all: readonly Delivery[]
  /** From now on nothing is sent. */
  hold(): void
  /** Sends what was held, in the order that `arrange` gives (it may also leave out and repeat), and goes on as usual. */
  release(arrange?: (held: readonly Delivery[]) => readonly Delivery[]): Promise<void>
  /** Sends the same delivery again, as GitHub's "Redeliver" does. */
  redeliver(delivery: Delivery): Promise<void>
}

export type DeliveryService = Deliveries & {
  announce(world: World, event: GithubEvent): void
  /** Ends what is under way. */
  close(): void
}

const TIMEOUT_MS = 10_000 // GitHub's own

export function createDeliveries(): DeliveryService {
  const all: Delivery[] = []
  const rows = new Map<number, Promise<void>>()
  const stop = new AbortController()
  let held: Delivery[] | null = null

  function announce(world: World, event: GithubEvent): void {
    for (const webhook of event.repository.webhooks) {
      if (!webhook.active || !wants(webhook, event.name)) continue
      const described = describeEvent(world, event)
      described.catch(() => {}) // reported by the row that waits for it
      inRow(world, webhook, async () => {
        const delivery = toDelivery(webhook, event, await described)
        all.push(delivery)
        if (held === null) await send(delivery)
        else held.push(delivery)
      })
    }
  }

  /** One receiver gets one delivery at a time. */
  function inRow(world: World, webhook: Webhook, work: () => Promise<void>): void {
    world.background(() => {
      const turn = (rows.get(webhook.id) ?? Promise.resolve()).then(work)
      rows.set(
        webhook.id,
        turn.catch(() => {}),
      )
      return turn
    })
  }

  async function send(delivery: Delivery): Promise<void> {
    delivery.statuses.push(await post(delivery, stop.signal))
  }

  return {
    all,
    announce,
    hold() {
      held ??= []
    },
    async release(arrange = (deliveries) => deliveries) {
      const waiting = held ?? []
      held = null
      for (const delivery of arrange(waiting)) await send(delivery)
    },
    redeliver: send,
    close: () => stop.abort(),
  }
}

function wants(webhook: Webhook, event: string): boolean {
  return webhook.events.includes('*') || webhook.events.includes(event)
}

function toDelivery(webhook: Webhook, event: GithubEvent, payload: Record<string, unknown>): Delivery {
  return { id: randomUUID(), webhook, event: event.name, action: event.action, payload, statuses: [] }
}

/** The status; null when the receiver is not there or does not answer in time. */
async function post(delivery: Delivery, stop: AbortSignal): Promise<number | null> {
  const { webhook } = delivery
  const json = JSON.stringify(delivery.payload)
  const form = webhook.contentType === 'form'
  const body = form ? `payload=${encodeURIComponent(json)}` : json
  try {
    const response = await fetch(webhook.url, {
      method: 'POST',
      body,
      headers: {
        'content-type': form ? 'application/x-www-form-urlencoded' : 'application/json',
        'user-agent': 'GitHub-Hookshot/emulator',
        'x-github-event': delivery.event,
        'x-github-delivery': delivery.id,
        'x-github-hook-id': String(webhook.id),
        ...signatures(webhook, body),
      },
      signal: AbortSignal.any([stop, AbortSignal.timeout(TIMEOUT_MS)]),
    })
    await response.arrayBuffer()
    return response.status
  } catch {
    return null
  }
}

function signatures({ secret }: Webhook, body: string): Record<string, string> {
  if (secret === null) return {}
  const sign = (algorithm: string) => createHmac(algorithm, secret).update(body).digest('hex')
  return { 'x-hub-signature-256': `sha256=${sign('sha256')}`, 'x-hub-signature': `sha1=${sign('sha1')}` }
}
