/** Trouble to order: which requests, how often, and what happens to them. */
import type { State } from '../model.ts'
import type { Area } from './addresses.ts'

export type FaultyRequest = {
  readonly method: string
  readonly path: string
  readonly area: Area
  /** As in the request log: `PUT /repos/{owner}/{repo}/pulls/{number}/merge`, `graphql MergePullRequest`. */
  readonly name: string | null
  readonly login: string | null
  /** Parsed JSON of REST and GraphQL; null for git. */
  readonly body: unknown
  /** Reads nothing but answers: GET, or a GraphQL query. */
  readonly reading: boolean
}

export type Trouble =
  /** Nothing happens until `release` of the fault is called. */
  | { readonly kind: 'delay' }
  /** An answer of the infrastructure before GitHub; nothing happened. Default body: GitHub's HTML page. */
  | {
      readonly kind: 'status'
      readonly status: number
      readonly body?: string
      readonly headers?: Record<string, string>
    }
  /** The socket is destroyed; nothing happened. */
  | { readonly kind: 'reset' }
  /** It happened, but the socket is destroyed before the answer. */
  | { readonly kind: 'reset_after' }
  /** It happened; half of the answer's JSON arrives, as a complete response. */
  | { readonly kind: 'truncated' }
  /** The hour is used up; default reset in one hour. */
  | { readonly kind: 'rate_limited'; readonly resetInSeconds?: number }
  | { readonly kind: 'secondary_limit'; readonly retryAfterSeconds?: number }
  /** Reads answer from an older state: `since` (default the state when the fault was added), or without mergeability. */
  | { readonly kind: 'stale'; readonly what?: 'state' | 'mergeability'; readonly since?: State }
  /** GraphQL: errors beside the data; members of these names become null. */
  | { readonly kind: 'graphql_partial'; readonly nulls?: readonly string[]; readonly message?: string }

export type FaultKind = Trouble['kind']

export type FaultPlan = Trouble & {
  /** Default all. */
  readonly matches?: (request: FaultyRequest) => boolean
  /** Default 1. */
  readonly times?: number
}

export type Fault = {
  readonly trouble: Trouble
  /** How many requests it has met. */
  readonly met: number
  /** Resolves when it has met so many (default 1). */
  seen(count?: number): Promise<void>
  /** `delay`: lets those go that wait, and all later ones. */
  release(): void
  remove(): void
}

export type Faults = {
  add(plan: FaultPlan): Fault
  clear(): void
}

type LiveFault = Fault & { take(request: FaultyRequest): boolean; readonly released: Promise<void> }

export type FaultTaker = Faults & {
  /** The first that fits and has times left; it has one less then. */
  take(request: FaultyRequest): LiveFault | null
}

/** `snapshot`: a copy of the state as it is now. */
export function createFaults(snapshot: () => State): FaultTaker {
  const faults: LiveFault[] = []
  return {
    add(plan) {
      const stale = plan.kind === 'stale' && plan.what !== 'mergeability' && plan.since === undefined
      const trouble: Trouble = stale ? { ...plan, since: snapshot() } : plan
      const fault = createFault(plan, trouble, () => faults.splice(faults.indexOf(fault), 1))
      faults.push(fault)
      return fault
    },
    clear() {
      for (const fault of faults) fault.release()
      faults.length = 0
    },
    take: (request) => faults.find((fault) => fault.take(request)) ?? null,
  }
}

function createFault(plan: FaultPlan, trouble: Trouble, drop: () => void): LiveFault {
  const { matches = () => true, times = 1 } = plan
  const gate = Promise.withResolvers<void>()
  let watchers: { readonly count: number; readonly resolve: () => void }[] = []
  let met = 0

  function take(request: FaultyRequest): boolean {
    if (met >= times || !matches(request)) return false
    if (trouble.kind === 'stale' && !request.reading) return false
    if (trouble.kind === 'graphql_partial' && request.area !== 'graphql') return false
    met += 1
    for (const { resolve } of watchers.filter(({ count }) => count <= met)) resolve()
    watchers = watchers.filter(({ count }) => count > met)
    return true
  }

  return {
    trouble,
    take,
    released: gate.promise,
    get met() {
      return met
    },
    seen: (count = 1) =>
      met >= count ? Promise.resolve() : new Promise((resolve) => watchers.push({ count, resolve })),
    release: () => gate.resolve(),
    remove: drop,
  }
}
