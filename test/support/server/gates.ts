/** Where quick agents wait: tests see who came and open the way. */
import type { Gate } from './quick-agent.ts'

export type Came = { readonly kind: string; readonly cwd: string }

export type Gates = {
  readonly gate: Gate
  /** A kind of session, or `all`. */
  open(kind: string): void
}

/** `open`: kinds that are not held back. */
export function createGates(open: readonly string[], onCame: (came: Came) => void): Gates {
  const opened = new Set(open)
  const waiting = new Map<string, Set<() => void>>()
  return {
    async gate({ kind, cwd }, signal) {
      onCame({ kind, cwd })
      if (opened.has(kind) || opened.has('all')) return
      await new Promise<void>((resolve, reject) => {
        const gates = waiting.get(kind) ?? new Set()
        waiting.set(kind, gates.add(resolve))
        signal.addEventListener('abort', () => reject(signal.reason), { once: true })
      })
    },
    open(kind) {
      opened.add(kind)
      for (const [name, gates] of waiting) {
        if (kind === 'all' || kind === name) for (const resolve of gates) resolve()
      }
    },
  }
}

export type Arrivals = {
  readonly note: (came: Came) => void
  /** Resolves when so many sessions of this kind have come: where they are. */
  sessions(kind: string, count: number): Promise<readonly string[]>
  /** Nobody comes any more. */
  end(why: Error): void
}

export function createArrivals(): Arrivals {
  const came: Came[] = []
  let next = Promise.withResolvers<void>()
  const of = (kind: string) => came.filter((one) => one.kind === kind).map((one) => one.cwd)
  return {
    note(one) {
      came.push(one)
      const { resolve } = next
      next = Promise.withResolvers()
      resolve()
    },
    async sessions(kind, count) {
      while (of(kind).length < count) await next.promise
      return of(kind)
    },
    end(why) {
      next.promise.catch(() => {}) // whether anybody waits is theirs to know
      next.reject(why)
    },
  }
}
