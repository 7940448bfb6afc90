/** What the operations on webhooks are given; `compose` makes it for a repository, a server for its data directory. */

import type { AddressPolicy } from '../../notify/delivery/address-rules.ts'
import type { Courier } from '../../notify/delivery/courier.ts'
import type { PostRequest, PostResult } from '../../notify/delivery/post.ts'
import type { HookRegistry } from '../../notify/hooks/hook-registry.ts'
import type { Outbox } from '../../notify/outbox/outbox.ts'

export type WebhookParts = {
  readonly hooks: HookRegistry
  readonly policy: AddressPolicy
  readonly post: (request: PostRequest, signal: AbortSignal) => Promise<PostResult>
  readonly userAgent: string
  readonly now: () => number
  /** False = nothing was ever to be delivered here. */
  readonly hasOutbox: () => boolean
  /** To be closed by who asked. */
  readonly openOutbox: () => Outbox
  /** Queues what happened in a run that nobody works on, and was not queued before its process died. */
  readonly catchUp: (outbox: Outbox) => Promise<void>
  readonly startCourier: (outbox: Outbox, report: (message: string) => void) => Courier
}

/** `absent`: the answer where nothing was ever to be delivered; looking must not make files. */
export function withOutbox<T>(parts: WebhookParts, absent: T, use: (outbox: Outbox) => T): T {
  if (!parts.hasOutbox()) return absent
  const outbox = parts.openOutbox()
  try {
    return use(outbox)
  } finally {
    outbox.close()
  }
}
