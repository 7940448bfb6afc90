/**
 * Carries out what is pending: for each endpoint one delivery after the other, endpoints side by side, so that a dead one
 * delays nobody. Nothing is kept in memory but what is on its way; a process that is killed here sends those again.
 */
import { toFailure } from '../../domain/failure.ts'
import type { Hook } from '../hooks/hook.ts'
import type { HookRegistry } from '../hooks/hook-registry.ts'
import { shownUrl } from '../hooks/hook-url.ts'
import type { Attempt, Delivery, EndpointHealth, Outbox } from '../outbox/outbox.ts'
import { HEALTHY } from '../outbox/outbox.ts'
import type { PostRequest, PostResult } from './post.ts'
import { requestHeaders } from './signatures.ts'
import { type DeliveryPolicy, judgeFailure } from './verdict.ts'

export type CourierParts = {
  readonly hooks: HookRegistry
  readonly outbox: Outbox
  readonly post: (request: PostRequest, signal: AbortSignal) => Promise<PostResult>
  readonly now: () => number
  /** Resolves at that time, or when aborted. */
  readonly sleepUntil: (epochMs: number, signal: AbortSignal) => Promise<void>
  /** 0 to 1. */
  readonly random: () => number
  readonly policy: DeliveryPolicy
  readonly userAgent: string
  /** Tells this process apart from others at the same outbox. */
  readonly owner: string
  /** What a person can do about it, where this courier works: at a command line, or at a server. */
  readonly ways: { readonly enable: (hookId: string) => string; readonly look: string }
  /** What a person should know: an endpoint that does not answer, a hook that was switched off. */
  readonly report: (message: string) => void
}

export type Courier = {
  /** Something may be pending. */
  wake(): void
  /** Resolves when nothing can be sent before `epochMs`, at the latest then. */
  drained(epochMs: number): Promise<void>
  /** What is on its way is broken off and stays pending. */
  stop(): Promise<void>
}

/** Endpoints served at the same time. */
const CONCURRENCY = 8
/** A lease is renewed well before it ends; a process that was killed is followed after this long. */
const LEASE_MS = 5_000
const LEASE_RENEWAL_MS = 1_500
/** How often we look for what other processes queued, and whether the lease has become free. */
const LOOK_MS = 2_000
const JITTER = 0.2
const KEPT_DELIVERIES = 5_000
const PRUNE_EVERY = 200

export function createCourier(parts: CourierParts): Courier {
  const { hooks, outbox, now, owner } = parts
  const stopped = new AbortController()
  const underway = new Map<string, Promise<void>>()
  const said = new Set<string>()
  let waking = Promise.withResolvers<void>()
  let quiet: { until: number; resolve: () => void }[] = []
  let leasedUntil = 0
  let finished = 0
  const running = run()

  return { wake, drained, stop }

  function wake(): void {
    waking.resolve()
  }

  async function run(): Promise<void> {
    while (!stopped.signal.aborted) {
      waking = Promise.withResolvers()
      const nextAt = safely(look) ?? now() + LOOK_MS
      settleQuiet(nextAt)
      await pause(Math.min(nextAt, now() + LOOK_MS))
    }
  }

  /** Until it is time, somebody wakes us, or the end. */
  async function pause(untilMs: number): Promise<void> {
    const over = new AbortController()
    const signal = AbortSignal.any([stopped.signal, over.signal])
    await Promise.race([parts.sleepUntil(untilMs, signal), waking.promise])
    over.abort()
  }

  /** Starts what can be started; when there will be more to start. Infinity = nothing is pending. */
  function look(): number {
    const pending = outbox.pendingHooks()
    if (pending.length === 0 && underway.size === 0) return giveUpLease()
    if (!holdLease()) return now() + LOOK_MS
    const known = new Map(hooks.list().hooks.map((hook) => [hook.id, hook]))
    let nextAt = Number.POSITIVE_INFINITY
    for (const id of pending) {
      const hook = known.get(id)
      if (hook === undefined) outbox.abandon(id, 'the webhook was removed')
      else if (hook.enabled && !underway.has(id)) nextAt = Math.min(nextAt, begin(hook))
    }
    return underway.size === 0 ? nextAt : Math.min(nextAt, now() + LEASE_RENEWAL_MS)
  }

  function begin(hook: Hook): number {
    const delivery = outbox.next(hook.id, hook.max_retries)
    if (delivery === null) return Number.POSITIVE_INFINITY
    const at = Math.max(delivery.nextAt, outbox.health(hook.id).retryAt)
    if (at > now()) return at
    if (underway.size >= CONCURRENCY) return Number.POSITIVE_INFINITY // the next one that ends wakes us
    const work = attempt(hook, delivery).finally(() => {
      underway.delete(hook.id)
      wake()
    })
    underway.set(hook.id, work)
    return Number.POSITIVE_INFINITY
  }

  async function attempt(hook: Hook, delivery: Delivery): Promise<void> {
    const at = now()
    const result = await send(hook, delivery, at).catch(toFailedAttempt)
    if (stopped.signal.aborted && result.kind === 'failed') return // not an attempt: we broke it off
    const isSettled = safely(() => {
      settle(hook, delivery, at, result)
      return true
    })
    // What is not written down is as it was: without a pause the same would be sent again and again, at once.
    if (isSettled === null) await parts.sleepUntil(now() + LOOK_MS, stopped.signal)
  }

  async function send(hook: Hook, { message }: Delivery, at: number): Promise<PostResult> {
    return parts.post(
      {
        url: hook.url,
        headers: requestHeaders(hook, message, { now: at, userAgent: parts.userAgent }),
        body: message.body,
        timeoutMs: hook.timeout * 1_000,
        verifyTls: hook.verify_ssl,
      },
      stopped.signal,
    )
  }

  function settle(hook: Hook, delivery: Delivery, at: number, result: PostResult): void {
    const { id } = delivery
    const health = outbox.health(hook.id)
    if (result.kind === 'delivered') {
      const wasDown = health.outages > 0
      const done = { status: 'delivered', round: delivery.round + 1, nextAt: 0, health: HEALTHY } as const
      outbox.settle({ id, attempt: toAttempt(at, result), ...done, release: wasDown })
      said.delete(hook.id)
    } else fail(hook, delivery, { at, result, health })
    finished += 1
    if (finished % PRUNE_EVERY === 0) outbox.prune(KEPT_DELIVERIES)
  }

  function fail(
    hook: Hook,
    delivery: Delivery,
    { at, result, health }: { at: number; result: Extract<PostResult, { kind: 'failed' }>; health: EndpointHealth },
  ): void {
    const { policy } = parts
    const verdict = judgeFailure(result, { delivery, health, maxRetries: hook.max_retries, now: now(), policy })
    const delayMs = verdict.delayMs * (1 + JITTER * parts.random())
    const nextAt = verdict.status === 'pending' ? Math.round(now() + delayMs) : 0
    outbox.settle({
      id: delivery.id,
      attempt: toAttempt(at, result),
      status: verdict.status,
      round: verdict.round,
      nextAt,
      health: verdict.isOutage ? { ...verdict.health, retryAt: nextAt } : verdict.health,
      release: false,
    })
    if (verdict.disable !== null) switchOff(hook, verdict.disable)
    else if (verdict.isOutage || verdict.status === 'failed') sayOnce(hook, delivery, result.error, verdict.status)
  }

  function switchOff(hook: Hook, why: string): void {
    const switched = hooks.change((changes) => {
      const present = changes.all().find((candidate) => candidate.id === hook.id)
      if (present?.enabled !== true) return false
      const { id, ...record } = present
      changes.set(id, { ...record, enabled: false, disabled_reason: why, updated_at: new Date(now()).toISOString() })
      return true
    })
    if (!switched) return
    outbox.startAfresh(hook.id)
    parts.report(
      `webhook ${hook.id} (${shownUrl(hook.url)}) was switched off: ${why}. What it was to be told is kept; on again: ${parts.ways.enable(hook.id)}`,
    )
  }

  /** An endpoint that is down for days is mentioned once, until it answers again. */
  function sayOnce(hook: Hook, { message }: Delivery, error: string, status: 'pending' | 'failed'): void {
    if (said.has(hook.id)) return
    said.add(hook.id)
    const later = status === 'pending' ? 'it is tried again later' : `${message.event} was not delivered`
    parts.report(`webhook ${shownUrl(hook.url)}: ${error}; ${later} (${parts.ways.look})`)
  }

  function holdLease(): boolean {
    if (leasedUntil - now() > LEASE_MS - LEASE_RENEWAL_MS) return true
    const until = now() + LEASE_MS
    if (!outbox.lease(owner, now(), until)) return false
    leasedUntil = until
    return true
  }

  function giveUpLease(): number {
    if (leasedUntil > 0) outbox.giveUpLease(owner)
    leasedUntil = 0
    return Number.POSITIVE_INFINITY
  }

  function drained(epochMs: number): Promise<void> {
    const { promise, resolve } = Promise.withResolvers<void>()
    quiet.push({ until: epochMs, resolve })
    wake()
    return Promise.race([promise, parts.sleepUntil(epochMs, stopped.signal)])
  }

  function settleQuiet(nextAt: number): void {
    if (underway.size > 0) return
    quiet = quiet.filter(({ until, resolve }) => {
      if (nextAt <= until) return true
      resolve()
      return false
    })
  }

  async function stop(): Promise<void> {
    stopped.abort()
    await running
    await Promise.all(underway.values())
    safely(() => outbox.prune(KEPT_DELIVERIES))
    safely(giveUpLease)
  }

  /** A disk that is full for a moment must not end the deliveries of a run that goes on for days. */
  function safely<T>(work: () => T): T | null {
    try {
      return work()
    } catch (error) {
      const words = `webhooks: ${toFailure(error).message}`
      if (!said.has(words)) parts.report(words)
      said.add(words)
      return null
    }
  }
}

/** A defect of ours, or a hook that nobody can be sent to: an attempt like any other, so that it has its rhythm and its end. */
function toFailedAttempt(error: unknown): PostResult {
  const nothing = { durationMs: 0, statusCode: null, response: null, retryAfterMs: null }
  return { kind: 'failed', error: toFailure(error).message, retry: 'message', forbidden: false, ...nothing }
}

function toAttempt(at: number, result: PostResult): Omit<Attempt, 'number'> {
  const { durationMs, statusCode, response } = result
  return { at, durationMs, statusCode, response, error: result.kind === 'failed' ? result.error : null }
}
