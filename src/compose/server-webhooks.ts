/**
 * Webhooks of a server: told of every run that works in it, from one outbox and by one courier that outlive the runs. What
 * a repository has subscribed to itself is told by its runs, as anywhere.
 */
import type { AddressPolicy } from '../notify/delivery/address-rules.ts'
import type { Courier } from '../notify/delivery/courier.ts'
import type { Outbox } from '../notify/outbox/outbox.ts'
import type { WebhookParts } from '../operations/webhooks/webhook-parts.ts'
import { createWebhooks } from './webhooks.ts'

export type ServerWebhooks = {
  readonly parts: WebhookParts
  /** What is on its way is broken off; the next server goes on. */
  close(): Promise<void>
}

const REQUESTS = {
  enable: (id: string) => `PATCH /webhooks/${id} {"enabled": true}`,
  look: 'GET /webhooks/deliveries',
}

/** `report`: to the people who run the server. */
export function createServerWebhooks(request: {
  readonly directory: string
  readonly policy: AddressPolicy
  readonly version: string
  readonly report: (message: string) => void
}): ServerWebhooks {
  const own = createWebhooks({ ...request, ways: REQUESTS })
  let served: { readonly outbox: Outbox; readonly courier: Courier } | null = null
  if (own.hasOutbox()) serve()

  /** From the first subscription on. */
  function serve(): { readonly outbox: Outbox; readonly courier: Courier } {
    if (served === null) {
      const outbox = own.openOutbox()
      outbox.hurry() // an endpoint may be back since the last server
      served = { outbox, courier: own.startCourier(outbox, request.report) }
    }
    return served
  }

  return {
    parts: {
      ...own,
      /** Opened once, closed at the end. */
      openOutbox: () => ({ ...serve().outbox, close() {} }),
      startCourier: () => ({ wake: serve().courier.wake, drained: async () => {}, stop: async () => {} }),
    },
    async close() {
      await served?.courier.stop()
      served?.outbox.close()
      served = null
    },
  }
}
