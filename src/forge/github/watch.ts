/**
 * Waiting for pull requests to change: one poller for everybody who waits, one small query for all that are waited for.
 * Webhooks only wake, so that disorder among them does no harm. `now` and `sleepUntil` are the only clock.
 */
import type { PrNumber } from '../../domain/ids.ts'
import type { Fingerprint } from './fingerprint.ts'
import type { Glance } from './glance.ts'
import { createPollPace } from './poll-pace.ts'
import type { Wake } from './webhook-intake.ts'

/** Where the news stood when a look began. */
export type Look = { readonly version: number }

export type Watch = {
  /** Resolves when it may have changed since it was last looked at, at once when it never was; rejects when aborted. */
  changed(number: PrNumber, signal: AbortSignal): Promise<void>
  /** Before a look: what comes from now on and is not in its answer is news. */
  startLook(): Look
  /** `seen`: null when the look did not show all that polls compare. */
  endLook(look: Look, number: PrNumber, seen: Fingerprint | null): void
  /** Something was pushed or done: changes are near. */
  hurry(): void
  /** From webhooks: in any order, twice, or about what nobody waits for. */
  notify(wake: Wake): void
  close(): void
}

export type WatchOptions = {
  /** One look at all of these. Throws a Failure. */
  readonly glance: (numbers: readonly PrNumber[], signal: AbortSignal) => Promise<Glance>
  readonly now: () => number
  readonly sleepUntil: (epochMs: number, signal: AbortSignal) => Promise<void>
}

type Waiter = { readonly number: PrNumber; readonly resolve: () => void; readonly reject: (reason: unknown) => void }

/** After so many polls in vain, whoever waits looks for themselves: they know when to give up. */
const MAX_FAILURES = 5

export function createWatch({ glance, now, sleepUntil }: WatchOptions): Watch {
  const seen = new Map<PrNumber, Fingerprint | null>()
  const heard = new Map<PrNumber, number>()
  const news = new Map<PrNumber, number>()
  const waiters = new Set<Waiter>()
  const pace = createPollPace(now)
  const closing = new AbortController()
  let version = 0
  let isPolling = false
  let nap = new AbortController()

  function hasNews(number: PrNumber): boolean {
    return !seen.has(number) || (news.get(number) ?? 0) > (heard.get(number) ?? 0)
  }

  function wake(number: PrNumber): void {
    version += 1
    news.set(number, version)
    for (const waiter of waiters) if (waiter.number === number) waiter.resolve()
  }

  /** Ends by itself when nobody waits any more. */
  async function poll(): Promise<void> {
    isPolling = true
    pace.begin()
    try {
      while (waiters.size > 0 && !closing.signal.aborted) {
        if (pace.nextAt() > now()) await napUntil(pace.nextAt())
        else await lookAround([...new Set([...waiters].map((waiter) => waiter.number))])
      }
    } finally {
      isPolling = false
    }
  }

  /** Cut short when there is less to wait for, or nobody who waits. */
  async function napUntil(epochMs: number): Promise<void> {
    nap = new AbortController()
    const signal = AbortSignal.any([nap.signal, closing.signal])
    try {
      await sleepUntil(epochMs, signal)
    } catch (error) {
      if (!signal.aborted) throw error
    }
  }

  async function lookAround(numbers: readonly PrNumber[]): Promise<void> {
    try {
      const { prints, budget } = await glance(numbers, closing.signal)
      const changed = numbers.filter((number) => isDifferent(seen.get(number), prints.get(number)))
      const unclear = numbers.filter((number) => !prints.get(number) || seen.get(number) === null)
      const isUndecided = [...prints.values()].some((print) => print?.isUndecided === true)
      pace.looked({ budget, hasChanged: changed.length > 0, isUndecided })
      for (const number of new Set([...changed, ...unclear])) wake(number)
    } catch (error) {
      pace.failed(error)
      if (pace.failures() >= MAX_FAILURES) for (const number of numbers) wake(number)
    }
  }

  function wait(number: PrNumber): { waiter: Waiter; promise: Promise<void> } {
    const { promise, resolve, reject } = Promise.withResolvers<void>()
    const waiter = { number, resolve, reject }
    waiters.add(waiter)
    if (!isPolling) poll().catch((error: unknown) => rejectAll(error))
    return { waiter, promise }
  }

  function hurry(): void {
    pace.hurry()
    nap.abort()
  }

  function rejectAll(reason: unknown): void {
    for (const waiter of waiters) waiter.reject(reason)
  }

  return {
    async changed(number, signal) {
      signal.throwIfAborted()
      closing.signal.throwIfAborted()
      if (hasNews(number)) return
      const { waiter, promise } = wait(number)
      const onAbort = () => waiter.reject(signal.reason)
      signal.addEventListener('abort', onAbort, { once: true })
      try {
        await promise
      } finally {
        signal.removeEventListener('abort', onAbort)
        waiters.delete(waiter)
        if (waiters.size === 0) nap.abort()
      }
    },
    startLook: () => ({ version }),
    endLook(look, number, print) {
      if ((seen.get(number)?.head ?? print?.head) !== print?.head) hurry() // a push: its checks start now
      seen.set(number, print)
      heard.set(number, look.version)
    },
    hurry,
    notify(told) {
      const known = [...seen].filter(([, print]) => print !== null && isAbout(print, told)).map(([number]) => number)
      for (const number of new Set([...told.numbers, ...known])) wake(number)
      hurry() // what GitHub shows may lag behind what it tells
    },
    close() {
      closing.abort()
      rejectAll(closing.signal.reason)
    },
  }
}

function isDifferent(one: Fingerprint | null | undefined, other: Fingerprint | null | undefined): boolean {
  return Boolean(one && other && one.text !== other.text)
}

function isAbout({ head, headBranch, baseBranch }: Fingerprint, { heads, branches }: Wake): boolean {
  return heads.some((commit) => commit === head) || branches.includes(headBranch) || branches.includes(baseBranch)
}
