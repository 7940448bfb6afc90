/** A notification as it is sent: the original's flat envelope, with an id that is the same however often it is derived. */
import { createHash, randomUUID } from 'node:crypto'
import type { RunEvent } from '../../domain/events.ts'
import { canonicalJson } from './canonical-json.ts'
import { isoTime } from './iso-time.ts'
import type { Notification, WebhookEvent } from './notification.ts'

export type MessageEvent = WebhookEvent | 'webhook.test'

export type Message = {
  /** In the body, in `X-Webhook-Delivery-Id` and in `webhook-id`; the same for every attempt and every endpoint. */
  readonly id: string
  readonly event: MessageEvent
  /** null: a test. */
  readonly runId: string | null
  readonly at: number
  readonly body: string
}

/** `place`: the state directory; two repositories may have runs of the same id. */
export function toMessage(place: string, event: RunEvent, { event: name, fields }: Notification): Message {
  const id = stableId([place, event.runId, event.seq, event.at, event.type])
  const envelope = { event_type: name, event_id: id, timestamp: isoTime(event.at), run_id: event.runId }
  return { id, event: name, runId: event.runId, at: event.at, body: canonicalJson({ ...envelope, ...fields }) }
}

export function testMessage(now: number): Message {
  const id = randomUUID()
  const body = canonicalJson({
    event_type: 'webhook.test',
    event_id: id,
    timestamp: isoTime(now),
    message: 'This is a test webhook from Claude Task Master',
    test: true,
  })
  return { id, event: 'webhook.test', runId: null, at: now, body }
}

/** Looks like the random uuid that the original sends, so that receivers which check for one accept it. */
function stableId(parts: readonly (string | number)[]): string {
  const bytes = createHash('sha256').update(JSON.stringify(parts)).digest().subarray(0, 16)
  bytes.writeUInt8((bytes.readUInt8(6) & 0x0f) | 0x40, 6)
  bytes.writeUInt8((bytes.readUInt8(8) & 0x3f) | 0x80, 8)
  const hex = bytes.toString('hex')
  return [hex.slice(0, 8), hex.slice(8, 12), hex.slice(12, 16), hex.slice(16, 20), hex.slice(20)].join('-')
}
