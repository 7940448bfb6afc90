/**
 * What an attempt that failed means: whether, when and for whom it is tried again. Pure; times without jitter, which the
 * courier adds.
 *
 * Two rhythms. Quick: `max_retries` more attempts within seconds, in which everything behind waits, so that the order is
 * kept. Slow: minutes to hours, for days. An endpoint that cannot be reached is left alone as a whole; a message that the
 * endpoint answers with an error steps aside alone.
 */
import type { Delivery, EndpointHealth } from '../outbox/outbox.ts'
import type { PostResult } from './post.ts'

export type DeliveryPolicy = {
  /** Doubled with each quick repetition (original: 1 s, at most 30 s). */
  readonly quickBaseMs: number
  readonly quickCapMs: number
  /** The last one is repeated until `giveUpAfterMs`. */
  readonly slowMs: readonly number[]
  readonly giveUpAfterMs: number
  /** What an endpoint may ask for with Retry-After. */
  readonly retryAfterCapMs: number
  /** A hook is switched off when it has failed for so long, and so often, without one success. */
  readonly disableAfterMs: number
  readonly disableAfterFailures: number
}

const MINUTE = 60_000
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

export const DEFAULT_DELIVERY_POLICY: DeliveryPolicy = {
  quickBaseMs: 1_000,
  quickCapMs: 30_000,
  slowMs: [MINUTE, 5 * MINUTE, 30 * MINUTE, 2 * HOUR, 6 * HOUR],
  giveUpAfterMs: 3 * DAY,
  retryAfterCapMs: HOUR,
  disableAfterMs: 5 * DAY,
  disableAfterFailures: 20,
}

export type Failed = Extract<PostResult, { kind: 'failed' }>

export type Verdict = {
  readonly status: 'pending' | 'failed'
  readonly round: number
  /** From now; 0 when there is no next time. */
  readonly delayMs: number
  readonly health: EndpointHealth
  /** The endpoint rests for `delayMs` too. */
  readonly isOutage: boolean
  /** Why the hook is to be switched off; null = it stays on. */
  readonly disable: string | null
}

export function judgeFailure(
  failed: Failed,
  question: {
    readonly delivery: Pick<Delivery, 'round' | 'queuedAt'>
    readonly health: EndpointHealth
    readonly maxRetries: number
    readonly now: number
    readonly policy: DeliveryPolicy
  },
): Verdict {
  const { delivery, maxRetries, now, policy } = question
  const health = failedOnceMore(question.health, now)
  const disable = whyDisable(failed, health, now, policy)
  const ended = { status: 'failed', round: delivery.round + 1, delayMs: 0, health, isOutage: false, disable } as const
  if (failed.retry === 'never' || maxRetries === 0 || now - delivery.queuedAt >= policy.giveUpAfterMs) return ended
  return { ...ended, status: 'pending', ...nextTime(failed, { ...question, health }) }
}

/** Quick while it may be a hiccup; an endpoint known to be down is not asked four times for each message. */
function nextTime(
  failed: Failed,
  { delivery, health, maxRetries, policy }: Parameters<typeof judgeFailure>[1],
): Pick<Verdict, 'round' | 'delayMs' | 'isOutage' | 'health'> {
  const isOutage = failed.retry === 'endpoint'
  const round = isOutage && health.outages > 0 ? Math.max(delivery.round + 1, maxRetries + 1) : delivery.round + 1
  const asked = Math.min(failed.retryAfterMs ?? 0, policy.retryAfterCapMs)
  if (round <= maxRetries) {
    const delayMs = Math.min(policy.quickBaseMs * 2 ** (round - 1), policy.quickCapMs)
    return { round, delayMs: Math.max(delayMs, asked), isOutage: false, health }
  }
  const step = isOutage ? health.outages : round - maxRetries - 1
  const delayMs = Math.max(policy.slowMs[Math.min(step, policy.slowMs.length - 1)] ?? 0, asked)
  return { round, delayMs, isOutage, health: isOutage ? { ...health, outages: health.outages + 1 } : health }
}

function failedOnceMore(health: EndpointHealth, now: number): EndpointHealth {
  return { ...health, failures: health.failures + 1, failingSince: health.failingSince ?? now }
}

function whyDisable(failed: Failed, health: EndpointHealth, now: number, policy: DeliveryPolicy): string | null {
  if (failed.statusCode === 410) return 'its endpoint answers that it is gone (410)'
  const sinceMs = now - (health.failingSince ?? now)
  if (sinceMs < policy.disableAfterMs || health.failures < policy.disableAfterFailures) return null
  return `${health.failures} attempts in ${Math.round(sinceMs / DAY)} days have failed, the last one with: ${failed.error}`
}
