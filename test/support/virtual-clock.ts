/** A clock whose time passes when a test says so, from one sleeper to the next. */

export type VirtualClock = {
  now(): number
  sleepUntil(epochMs: number, signal: AbortSignal): Promise<void>
  /** Everybody who sleeps until then is woken in the order of time; what they start runs before time goes on. */
  elapse(ms: number): Promise<void>
  /** Lets what is under way happen, without time passing. */
  settle(): Promise<void>
}

type Sleeper = { readonly until: number; readonly wake: () => void }

export function createVirtualClock(start = Date.UTC(2026, 0, 1)): VirtualClock {
  const sleepers = new Set<Sleeper>()
  let time = start

  async function settle(): Promise<void> {
    for (let turn = 0; turn < 10; turn += 1) await new Promise((resolve) => setImmediate(resolve))
  }

  return {
    now: () => time,
    settle,
    sleepUntil(epochMs, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const sleeper = { until: epochMs, wake: resolve }
      sleepers.add(sleeper)
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      return promise.finally(() => sleepers.delete(sleeper))
    },
    async elapse(ms) {
      const end = time + ms
      for (;;) {
        await settle()
        const next = [...sleepers].sort((one, other) => one.until - other.until)[0]
        if (next === undefined || next.until > end) break
        time = Math.max(time, next.until)
        sleepers.delete(next)
        next.wake()
      }
      time = end
    },
  }
}

/** Whoever sleeps is woken as soon as everything else had its turn; then it is the time they slept for. */
export function createJumpingClock(start = Date.now()): Pick<VirtualClock, 'now' | 'sleepUntil'> {
  let time = start
  return {
    now: () => time,
    async sleepUntil(epochMs, signal) {
      await new Promise((resolve) => setImmediate(resolve))
      signal.throwIfAborted()
      time = Math.max(time, epochMs)
    },
  }
}
