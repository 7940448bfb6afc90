/** Who waits for news of a run is woken at once; nothing is kept for those who do not wait. */
import type { CardId } from '../../operations/catalog/run-desk.ts'

export type Changes = {
  announce(id: CardId): void
  /** A look at the news up to now: `changed` resolves when there is newer. */
  look(id: CardId): Look
}

export type Look = {
  /** Resolves at the next announcement after the look, when `untilMs` has passed, or when aborted; never rejects. */
  changed(signal: AbortSignal, untilMs?: number): Promise<void>
}

export function createChanges(): Changes {
  const waiters = new Map<CardId, Set<() => void>>()
  const versions = new Map<CardId, number>()

  return {
    announce(id) {
      versions.set(id, (versions.get(id) ?? 0) + 1)
      for (const wake of waiters.get(id) ?? []) wake()
    },
    look(id) {
      const seen = versions.get(id) ?? 0
      return {
        changed(signal, untilMs) {
          if (signal.aborted || (versions.get(id) ?? 0) !== seen) return Promise.resolve()
          return new Promise((resolve) => {
            const waiting = waiters.get(id) ?? new Set()
            waiters.set(id, waiting)
            const timer = untilMs === undefined ? null : setTimeout(() => wake(), untilMs)
            const wake = () => {
              if (timer !== null) clearTimeout(timer)
              signal.removeEventListener('abort', wake)
              waiting.delete(wake)
              if (waiting.size === 0) waiters.delete(id)
              resolve()
            }
            waiting.add(wake)
            signal.addEventListener('abort', wake, { once: true })
          })
        },
      }
    },
  }
}
