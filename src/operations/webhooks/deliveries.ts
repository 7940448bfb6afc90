/** What was sent and what became of it; again, and now. */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import { wholeNumber } from '../../lib/query-values.ts'
import { type Attempt, DELIVERY_STATUSES, type Delivery, type Outbox } from '../../notify/outbox/outbox.ts'
import { type WebhookParts, withOutbox } from './webhook-parts.ts'
import { requireHook } from './webhook-view.ts'

export const deliveryView = z.object({
  id: z.int(),
  webhook_id: z.string(),
  event_id: z.string(),
  event_type: z.string(),
  run_id: z.string().nullable(),
  status: z.enum(DELIVERY_STATUSES),
  attempts: z.int(),
  queued_at: z.string(),
  next_attempt_at: z.string().nullable().describe('not before then; null = at once, or never'),
  last_attempt_at: z.string().nullable(),
  status_code: z.int().nullable(),
  error: z.string().nullable(),
})

export const attemptView = z.object({
  number: z.int(),
  at: z.string(),
  duration_ms: z.int(),
  status_code: z.int().nullable(),
  error: z.string().nullable(),
  response: z.string().nullable().describe('its beginning'),
})

export const listDeliveriesInput = z.strictObject({
  webhook_id: z.string().min(1).nullish(),
  status: z.enum(DELIVERY_STATUSES).nullish(),
  limit: wholeNumber({ min: 1, max: 1_000 }).default(50),
})

export const listDeliveriesOutput = z.object({
  success: z.literal(true),
  deliveries: z.array(deliveryView),
  total: z.int(),
})

/** Newest first. Throws `webhook_missing`. */
export function listDeliveries(
  parts: WebhookParts,
  { webhook_id, status, limit }: z.output<typeof listDeliveriesInput>,
): z.output<typeof listDeliveriesOutput> {
  if (webhook_id !== undefined && webhook_id !== null) requireHook(parts.hooks, webhook_id)
  const filter = { hookId: webhook_id ?? null, status: status ?? null, limit }
  const deliveries = withOutbox(parts, [], (outbox) => outbox.list(filter).map(toView))
  return { success: true, deliveries, total: deliveries.length }
}

export const deliveryIdInput = z.strictObject({ delivery_id: wholeNumber({ min: 1, max: Number.MAX_SAFE_INTEGER }) })

export const deliveryDetail = deliveryView.extend({
  payload: z.unknown().describe('what is sent'),
  log: z.array(attemptView),
})

/** Throws `webhook_missing`. */
export function getDelivery(
  parts: WebhookParts,
  { delivery_id: id }: z.output<typeof deliveryIdInput>,
): z.output<typeof deliveryDetail> {
  const found = withOutbox(parts, null, (outbox) => {
    const delivery = outbox.find(id)
    return delivery === null ? null : { delivery, log: outbox.attempts(id) }
  })
  if (found === null) throw missing(id)
  const { delivery, log } = found
  return { ...toView(delivery), payload: JSON.parse(delivery.message.body) as unknown, log: log.map(toAttemptView) }
}

export const redeliverOutput = z.object({ success: z.literal(true), message: z.string(), delivery: deliveryView })

/** Queued anew, with the same id and body. Safe to call twice. Throws `webhook_missing`. */
export function redeliver(
  parts: WebhookParts,
  { delivery_id: id }: z.output<typeof deliveryIdInput>,
): z.output<typeof redeliverOutput> {
  const delivery = withOutbox(parts, null, (outbox) => {
    const known = outbox.find(id)
    if (known === null) return null
    const hook = requireHook(parts.hooks, known.hookId) // nobody is there to be told
    outbox.redeliver(id, parts.now())
    outbox.startAfresh(hook.id)
    return outbox.find(id)
  })
  if (delivery === null) throw missing(id)
  return { success: true, message: 'Delivery queued', delivery: toView(delivery) }
}

export const deliverOutput = z.object({
  success: z.literal(true),
  delivered: z.int(),
  failed: z.int(),
  pending: z.int(),
  notes: z.array(z.string()),
})

/**
 * Sends what is pending, for as long as something can be sent, at most until `waitMs` have passed. Where another process
 * is at it, that one sends it.
 */
export async function deliverPending(
  parts: WebhookParts,
  { waitMs }: { readonly waitMs: number },
): Promise<z.output<typeof deliverOutput>> {
  const nothing = { success: true, delivered: 0, failed: 0, pending: 0, notes: [] } as const
  if (!parts.hasOutbox()) return { ...nothing, notes: [] }
  const notes: string[] = []
  const outbox = parts.openOutbox()
  try {
    await parts.catchUp(outbox)
    outbox.hurry()
    const waiting = pendingIds(outbox)
    const courier = parts.startCourier(outbox, (message) => notes.push(message))
    await courier.drained(parts.now() + waitMs)
    await courier.stop()
    const now = waiting.map((id) => outbox.find(id)?.status)
    const count = (status: Delivery['status']) => now.filter((one) => one === status).length
    return {
      success: true,
      delivered: count('delivered'),
      failed: count('failed'),
      pending: outbox.countPending(null),
      notes,
    }
  } finally {
    outbox.close()
  }
}

const ALL = 1_000_000

function pendingIds(outbox: Outbox): readonly number[] {
  return outbox.list({ hookId: null, status: 'pending', limit: ALL }).map((delivery) => delivery.id)
}

function missing(id: number): Failure {
  return new Failure('webhook_missing', `Delivery '${id}' not found`, { facts: { delivery: id } })
}

function toView(delivery: Delivery): z.output<typeof deliveryView> {
  const { message, nextAt, status } = delivery
  return {
    id: delivery.id,
    webhook_id: delivery.hookId,
    event_id: message.id,
    event_type: message.event,
    run_id: message.runId,
    status,
    attempts: delivery.attempts,
    queued_at: iso(delivery.queuedAt),
    next_attempt_at: status === 'pending' && nextAt > 0 ? iso(nextAt) : null,
    last_attempt_at: delivery.lastAt === null ? null : iso(delivery.lastAt),
    status_code: delivery.lastStatusCode,
    error: delivery.lastError,
  }
}

function toAttemptView({ number, at, durationMs, statusCode, error, response }: Attempt): z.output<typeof attemptView> {
  return { number, at: iso(at), duration_ms: durationMs, status_code: statusCode, error, response }
}

function iso(epochMs: number): string {
  return new Date(epochMs).toISOString()
}
