/** How much each token has left in the hour, for REST (`core`) and GraphQL apart, and the headers that say so. */
import type { Viewer, World } from '../model.ts'

export type LimitResource = 'core' | 'graphql'

export type LimitState = {
  readonly limit: number
  readonly used: number
  readonly remaining: number
  /** Seconds since 1970. */
  readonly reset: number
  readonly resource: LimitResource
}

export type RateLimits = {
  /** Takes one; false when nothing was left. */
  take(viewer: Viewer | null, resource: LimitResource): boolean
  /** Gives one back: an answer of 304 is free. */
  giveBack(viewer: Viewer | null, resource: LimitResource): void
  state(viewer: Viewer | null, resource: LimitResource): LimitState
}

const HOUR_MS = 3_600_000

export function createRateLimits(world: World, limit: number): RateLimits {
  const windows = new Map<string, { used: number; resetAt: number }>()

  function windowOf(viewer: Viewer | null, resource: LimitResource) {
    const key = `${viewer?.token.value ?? ''}:${resource}`
    const now = world.now().getTime()
    const known = windows.get(key)
    if (known !== undefined && known.resetAt > now) return known
    const fresh = { used: 0, resetAt: now + HOUR_MS }
    windows.set(key, fresh)
    return fresh
  }

  return {
    take(viewer, resource) {
      const window = windowOf(viewer, resource)
      if (window.used >= limit) return false
      window.used += 1
      return true
    },
    giveBack(viewer, resource) {
      const window = windowOf(viewer, resource)
      window.used = Math.max(0, window.used - 1)
    },
    state(viewer, resource) {
      const { used, resetAt } = windowOf(viewer, resource)
      return { limit, used, remaining: limit - used, reset: Math.ceil(resetAt / 1000), resource }
    },
  }
}

export function limitHeaders(state: LimitState): Record<string, string> {
  return {
    'x-ratelimit-limit': String(state.limit),
    'x-ratelimit-remaining': String(state.remaining),
    'x-ratelimit-used': String(state.used),
    'x-ratelimit-reset': String(state.reset),
    'x-ratelimit-resource': state.resource,
  }
}

/** `GET /rate_limit`. */
export function describeLimits(core: LimitState, graphql: LimitState): unknown {
  const toJson = ({ limit, used, remaining, reset, resource }: LimitState) => ({
    limit,
    used,
    remaining,
    reset,
    resource,
  })
  const search = { ...toJson(core), limit: 30, used: 0, remaining: 30, resource: 'search' }
  return { resources: { core: toJson(core), search, graphql: toJson(graphql) }, rate: toJson(core) }
}
