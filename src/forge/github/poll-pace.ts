/**
 * When to look next: soon after something was done, ever more slowly while nothing happens (some fifty looks in a quiet
 * hour), and never so often that the rate limit would be used up before it is renewed.
 */
import { Failure } from '../../domain/failure.ts'

/** What GitHub says about the limit with every answer; null from servers without one. */
export type RateBudget = {
  readonly cost: number
  readonly limit: number
  readonly remaining: number
  readonly resetAt: number
}

export type PollPace = {
  /** Epoch ms. */
  nextAt(): number
  /** Whoever starts to wait has just looked. */
  begin(): void
  hurry(): void
  looked(glance: {
    readonly budget: RateBudget | null
    readonly hasChanged: boolean
    readonly isUndecided: boolean
  }): void
  failed(error: unknown): void
  /** In a row. */
  failures(): number
}

const EAGER_MS = 5_000
const SLOWEST_MS = 90_000
const GROWTH = 1.25
/** GitHub works mergeability out within seconds of being asked, or not at all. */
const UNDECIDED_LOOKS = 12
/** Left for acting and for full looks. */
const RESERVED_SHARE = 0.1

export function createPollPace(now: () => number): PollPace {
  let intervalMs = EAGER_MS
  let lastAt = 0
  let notBefore = 0
  let undecided = 0
  let failures = 0

  return {
    nextAt: () => Math.max(lastAt + intervalMs, notBefore),
    failures: () => failures,
    begin() {
      lastAt = Math.max(lastAt, now())
    },
    hurry() {
      lastAt = now()
      intervalMs = EAGER_MS
      undecided = 0
    },
    looked({ budget, hasChanged, isUndecided }) {
      lastAt = now()
      failures = 0
      undecided = isUndecided ? undecided + 1 : 0
      if (undecided > 0 && undecided <= UNDECIDED_LOOKS) intervalMs = EAGER_MS
      else if (hasChanged) intervalMs = Math.max(EAGER_MS, intervalMs / 2)
      else intervalMs = Math.min(SLOWEST_MS, intervalMs * GROWTH)
      notBefore = budget === null ? 0 : affordableFrom(budget, now())
    },
    failed(error) {
      lastAt = now()
      failures += 1
      intervalMs = Math.min(SLOWEST_MS, intervalMs * 2)
      const retryAt = error instanceof Failure ? error.facts.retryAt : null
      notBefore = typeof retryAt === 'number' ? retryAt : 0
    },
  }
}

function affordableFrom({ cost, limit, remaining, resetAt }: RateBudget, now: number): number {
  const looksLeft = (remaining - limit * RESERVED_SHARE) / Math.max(1, cost)
  if (looksLeft < 1) return resetAt
  return now + Math.max(0, resetAt - now) / looksLeft
}
