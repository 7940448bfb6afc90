/** What changes seldom is asked once in some minutes, and once for all who ask meanwhile. Failures are not kept. */

export type TimedCache<T> = { get(key: string, load: () => Promise<T>): Promise<T> }

type Entry<T> = { readonly value: Promise<T>; until: number }

/** `keepMs`: how long, for an answer; while it is awaited it is shared in any case. */
export function createTimedCache<T>({
  keepMs,
  now,
}: {
  keepMs: (value: T) => number
  now: () => number
}): TimedCache<T> {
  const entries = new Map<string, Entry<T>>()

  function dropOld(): void {
    for (const [key, { until }] of entries) if (until <= now()) entries.delete(key)
  }

  function settle(key: string, entry: Entry<T>): void {
    entry.value.then(
      (value) => {
        entry.until = now() + keepMs(value)
      },
      () => {
        if (entries.get(key) === entry) entries.delete(key)
      },
    )
  }

  return {
    get(key, load) {
      dropOld()
      const known = entries.get(key)
      if (known !== undefined) return known.value
      const entry = { value: load(), until: Number.POSITIVE_INFINITY }
      entries.set(key, entry)
      settle(key, entry)
      return entry.value
    },
  }
}
