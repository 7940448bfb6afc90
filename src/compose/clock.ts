/** The real clock. */
import { setTimeout as wait } from 'node:timers/promises'
import type { Clock } from '../engine/parts.ts'

/** Timers hold 31 bits of milliseconds, and a sleeping machine should notice that its time has come. */
const LONGEST_TIMER_MS = 60_000

export const clock: Clock = {
  now: () => Date.now(),
  async sleepUntil(epochMs, signal) {
    for (let left = epochMs - Date.now(); left > 0; left = epochMs - Date.now()) {
      await wait(Math.min(left, LONGEST_TIMER_MS), undefined, { signal })
    }
  },
}
