/** At most so many at once, first come first served; `createLimit(1)` is a queue. */
export type Limit = <T>(work: () => Promise<T>) => Promise<T>

export function createLimit(count: number): Limit {
  const waiting: (() => void)[] = []
  let free = count
  return async (work) => {
    if (free > 0) free -= 1
    else await new Promise<void>((resolve) => waiting.push(resolve))
    try {
      return await work()
    } finally {
      const next = waiting.shift()
      if (next === undefined) free += 1
      else next() // the place is handed on, never free in between
    }
  }
}
