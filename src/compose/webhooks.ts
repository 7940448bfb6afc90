/** Webhooks of one place, made of real parts. SQLite is loaded when there is something to write down, not before. */
import { randomUUID } from 'node:crypto'
import { existsSync } from 'node:fs'
import { join } from 'node:path'
import type { AddressPolicy } from '../notify/delivery/address-rules.ts'
import { type CourierParts, createCourier } from '../notify/delivery/courier.ts'
import { post } from '../notify/delivery/post.ts'
import { DEFAULT_DELIVERY_POLICY } from '../notify/delivery/verdict.ts'
import { createHookFile } from '../notify/hooks/hook-file.ts'
import type { Outbox } from '../notify/outbox/outbox.ts'
import { openOutbox } from '../notify/outbox/sqlite-outbox.ts'
import type { WebhookParts } from '../operations/webhooks/webhook-parts.ts'
import { clock } from './clock.ts'

export const WEBHOOKS_FILE = 'webhooks.json'
const OUTBOX_FILE = 'webhooks.sqlite'

const COMMANDS: CourierParts['ways'] = {
  enable: (id) => `claudetm webhooks enable ${id}`,
  look: 'claudetm webhooks deliveries',
}

/** `directory`: of a run's state, or of a server. */
export function createWebhooks(request: {
  readonly directory: string
  readonly policy: AddressPolicy
  readonly version: string
  readonly catchUp?: WebhookParts['catchUp']
  readonly ways?: CourierParts['ways']
}): WebhookParts {
  const { directory, policy } = request
  const userAgent = `claudetm/${request.version}`
  const outboxPath = join(directory, OUTBOX_FILE)
  const openBox = () => openOutbox(outboxPath, () => {})
  const hooks = createHookFile({ path: join(directory, WEBHOOKS_FILE), now: clock.now, exclusively: inTurn })
  const send: WebhookParts['post'] = (asked, signal) => post(asked, { ...policy, now: clock.now }, signal)

  function inTurn<T>(work: () => T): T {
    const outbox = openBox()
    try {
      return outbox.exclusively(work)
    } finally {
      outbox.close()
    }
  }

  return {
    hooks,
    policy,
    post: send,
    userAgent,
    now: clock.now,
    hasOutbox: () => existsSync(outboxPath),
    openOutbox: openBox,
    catchUp: request.catchUp ?? (async () => {}),
    startCourier: (outbox: Outbox, report) =>
      createCourier({
        hooks,
        outbox,
        post: send,
        now: clock.now,
        sleepUntil: (epochMs, signal) => clock.sleepUntil(epochMs, signal).catch(() => {}),
        random: Math.random,
        policy: DEFAULT_DELIVERY_POLICY,
        userAgent,
        ways: request.ways ?? COMMANDS,
        owner: `${process.pid}:${randomUUID()}`,
        report,
      }),
  }
}
