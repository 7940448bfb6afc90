/**
 * What is to be delivered, to whom, and what became of it. Everything is written down before it is acted on; whoever opens
 * it next goes on where the last one ended. All calls are short and synchronous.
 */
import type { Message } from '../event/message.ts'
import type { Story } from '../event/story.ts'

/** How far the events of a run were turned into deliveries. */
export type Cursor = {
  /** Which run of which place. */
  readonly source: string
  readonly seq: number
  /** Of that event: an event log that lost its end to a power cut is recognised by it. */
  readonly at: number
  readonly story: Story
}

export const DELIVERY_STATUSES = ['pending', 'delivered', 'failed'] as const
export type DeliveryStatus = (typeof DELIVERY_STATUSES)[number]

export type Delivery = {
  readonly id: number
  readonly hookId: string
  readonly message: Message
  readonly status: DeliveryStatus
  readonly queuedAt: number
  /** All attempts ever made, and those since it was last queued. */
  readonly attempts: number
  readonly round: number
  /** Not before then. */
  readonly nextAt: number
  readonly lastAt: number | null
  /** Why the latest attempt failed, or why there will be none; null when it did not fail. */
  readonly lastError: string | null
  readonly lastStatusCode: number | null
}

export type Attempt = {
  readonly number: number
  readonly at: number
  readonly durationMs: number
  readonly statusCode: number | null
  readonly error: string | null
  /** The beginning of the answer, without control characters. */
  readonly response: string | null
}

/** What is known of an endpoint as a whole. */
export type EndpointHealth = {
  /** Times in a row it could not be reached at all, once quick repetitions were used up. */
  readonly outages: number
  readonly retryAt: number
  /** Failed attempts of any kind since the last success, and when the first of them was. */
  readonly failures: number
  readonly failingSince: number | null
}

export const HEALTHY: EndpointHealth = { outages: 0, retryAt: 0, failures: 0, failingSince: null }

export type OutboxEntry = { readonly message: Message; readonly hookIds: readonly string[] }

export type DeliveryFilter = {
  readonly hookId: string | null
  readonly status: DeliveryStatus | null
  readonly limit: number
}

export type Outbox = {
  cursor(source: string): Cursor | null
  /** All or nothing. What is known already stays as it is. */
  enqueue(entries: readonly OutboxEntry[], cursor: Cursor | null, now: number): void
  /** Hooks with something pending. */
  pendingHooks(): readonly string[]
  countPending(hookId: string | null): number
  /** What an endpoint is to be sent next, and when it may be at the earliest; null = nothing. */
  next(hookId: string, quickRetries: number): Delivery | null
  health(hookId: string): EndpointHealth
  /** After an attempt: the delivery, its log and the endpoint in one step. */
  settle(outcome: {
    readonly id: number
    readonly attempt: Omit<Attempt, 'number'>
    readonly status: DeliveryStatus
    readonly round: number
    readonly nextAt: number
    readonly health: EndpointHealth
    /** Everything that waits for this endpoint may go now. */
    readonly release: boolean
  }): void
  /** What is pending for this hook will not be sent; how many that were. */
  abandon(hookId: string, why: string): number
  /** What failed before is forgotten: whatever is pending for this hook may be tried now. */
  startAfresh(hookId: string): void
  /** Whatever waits for a later time may be tried now. */
  hurry(): void
  find(id: number): Delivery | null
  attempts(id: number): readonly Attempt[]
  /** Newest first. */
  list(filter: DeliveryFilter): readonly Delivery[]
  /** Queued anew, now. False = there is none. */
  redeliver(id: number, now: number): boolean
  /** One process delivers at a time; the lease of one that died runs out. True = it is ours until then. */
  lease(owner: string, now: number, untilMs: number): boolean
  giveUpLease(owner: string): void
  /** Old entries of the log go; what is pending stays. */
  prune(keep: number): void
  /** While no other process does. */
  exclusively<T>(work: () => T): T
  close(): void
}
