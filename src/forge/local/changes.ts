/** Who waits for news of a pull request is woken, also when the news came between the look and the waiting. */
import { EventEmitter, once } from 'node:events'
import type { PrNumber } from '../../domain/ids.ts'

export type Changes = {
  announce(number: PrNumber): void
  /** To be called before the look: what is announced from now on counts as news. */
  markSeen(number: PrNumber): void
  /** Resolves when there is news since `markSeen`, at once when there never was one; rejects when aborted. */
  wait(number: PrNumber, signal: AbortSignal): Promise<void>
}

export function createChanges(): Changes {
  const versions = new Map<PrNumber, number>()
  const seen = new Map<PrNumber, number>()
  const emitter = new EventEmitter().setMaxListeners(0)
  const versionOf = (number: PrNumber) => versions.get(number) ?? 0
  return {
    announce(number) {
      versions.set(number, versionOf(number) + 1)
      emitter.emit(String(number))
    },
    markSeen: (number) => seen.set(number, versionOf(number)),
    async wait(number, signal) {
      signal.throwIfAborted()
      if (seen.get(number) === versionOf(number)) await once(emitter, String(number), { signal })
    },
  }
}
