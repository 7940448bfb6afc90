/** Rows of the outbox as what they mean. */
import type { MessageEvent } from '../event/message.ts'
import type { Story } from '../event/story.ts'
import type { Attempt, Cursor, Delivery, DeliveryStatus, EndpointHealth } from './outbox.ts'

export type Value = string | number | null
export type Row = Readonly<Record<string, Value>>

export function toCursor(row: Row): Cursor {
  return {
    source: String(row.source),
    seq: Number(row.seq),
    at: Number(row.at),
    story: JSON.parse(String(row.story)) as Story, // written by us, in the same version of the file
  }
}

export function toDelivery(row: Row): Delivery {
  return {
    id: Number(row.id),
    hookId: String(row.hook_id),
    message: {
      id: String(row.message_id),
      event: String(row.event) as MessageEvent,
      runId: textOf(row.run_id),
      at: Number(row.at),
      body: String(row.body),
    },
    status: String(row.status) as DeliveryStatus,
    queuedAt: Number(row.queued_at),
    attempts: Number(row.attempts),
    round: Number(row.round),
    nextAt: Number(row.next_at),
    lastAt: numberOf(row.last_at),
    lastError: textOf(row.last_error),
    lastStatusCode: numberOf(row.last_status_code),
  }
}

export function toAttempt(row: Row): Attempt {
  return {
    number: Number(row.number),
    at: Number(row.at),
    durationMs: Number(row.duration_ms),
    statusCode: numberOf(row.status_code),
    error: textOf(row.error),
    response: textOf(row.response),
  }
}

export function toHealth(row: Row): EndpointHealth {
  return {
    outages: Number(row.outages),
    retryAt: Number(row.retry_at),
    failures: Number(row.failures),
    failingSince: numberOf(row.failing_since),
  }
}

function numberOf(value: Value | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}

function textOf(value: Value | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
