/**
 * A clock whose time passes only while somebody sleeps and nobody works: from one waking to the next. For one sleeper at a
 * time that does real work (HTTP) in between, which nothing else could wait for.
 */

export type SleeperClock = {
  now(): number
  sleepUntil(epochMs: number, signal: AbortSignal): Promise<void>
  /** Wakes whoever sleeps, again and again; resolves when the next one would sleep longer than that. */
  passUntil(epochMs: number): Promise<void>
}

type Sleeper = { readonly until: number; readonly wake: () => void }

export function createSleeperClock(start: number): SleeperClock {
  const sleepers = new Set<Sleeper>()
  let time = start
  let arrival = Promise.withResolvers<void>()

  async function nextSleeper(): Promise<Sleeper> {
    for (;;) {
      const [next] = [...sleepers].sort((one, other) => one.until - other.until)
      if (next !== undefined) return next
      arrival = Promise.withResolvers<void>()
      await arrival.promise
    }
  }

  return {
    now: () => time,
    sleepUntil(until, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const sleeper = { until, wake: resolve }
      sleepers.add(sleeper)
      arrival.resolve()
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      return promise.finally(() => sleepers.delete(sleeper))
    },
    async passUntil(end) {
      for (;;) {
        const sleeper = await nextSleeper()
        if (sleeper.until > end) break
        time = Math.max(time, sleeper.until)
        sleepers.delete(sleeper)
        sleeper.wake()
      }
      time = end
    },
  }
}
