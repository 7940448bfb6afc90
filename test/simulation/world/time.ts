/**
 * Time in the simulated world. It passes only when nobody has anything left to do, from one thing that is due to the
 * next. People's clocks (`now`) may be set; what happens in the world does not care.
 */

export type Time = {
  /** What the machine's clock shows, epoch milliseconds. */
  now(): number
  sleepUntil(epochMs: number, signal: AbortSignal): Promise<void>
  /** Something of the world's own happens later, whatever clocks are set to. */
  after(ms: number, event: () => void): void
  /** Somebody sets the machine's clock. */
  set(byMs: number): void
  /** How long the world has existed. */
  elapsed(): number
  /** Goes to what is due next; false = nothing ever will be. */
  step(): boolean
}

type Sleeper = { readonly until: number; readonly latest: number; readonly wake: () => void }
type WorldEvent = { readonly at: number; readonly happen: () => void }

/** Who polls every second is woken when something else is due, or after a minute: an operating system may be late. */
const POLL_MS = 2_000
const LATE_MS = 60_000

export function createTime(start: number): Time {
  const sleepers = new Set<Sleeper>()
  const events: WorldEvent[] = []
  let elapsed = 0
  let skew = 0
  const now = () => start + elapsed + skew

  return {
    now,
    elapsed: () => elapsed,
    set(byMs) {
      skew += byMs
    },
    after(ms, happen) {
      events.push({ at: elapsed + ms, happen })
    },
    sleepUntil(epochMs, signal) {
      if (signal.aborted) return Promise.reject(signal.reason)
      const { promise, resolve, reject } = Promise.withResolvers<void>()
      const latest = epochMs - now() <= POLL_MS ? epochMs + LATE_MS : epochMs
      const sleeper = { until: epochMs, latest, wake: resolve }
      sleepers.add(sleeper)
      const abort = () => {
        sleepers.delete(sleeper)
        reject(signal.reason)
      }
      signal.addEventListener('abort', abort, { once: true })
      return promise.finally(() => signal.removeEventListener('abort', abort))
    },
    step() {
      const dues = [...[...sleepers].map(({ latest }) => latest - start - skew), ...events.map(({ at }) => at)]
      if (dues.length === 0) return false
      elapsed = Math.max(elapsed, Math.min(...dues))
      for (const event of events.filter(({ at }) => at <= elapsed).sort((one, other) => one.at - other.at)) {
        events.splice(events.indexOf(event), 1)
        event.happen()
      }
      for (const sleeper of [...sleepers].sort((one, other) => one.until - other.until)) {
        if (sleeper.until > now()) break
        sleepers.delete(sleeper)
        sleeper.wake()
      }
      return true
    },
  }
}
