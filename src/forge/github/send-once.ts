/** A write is sent again only when the connection was never made: then it provably did not happen. */
import { setTimeout as wait } from 'node:timers/promises'
import { neverSent } from './failures.ts'

const ATTEMPTS = 3
const PAUSE_MS = 200

export async function sendOnce<T>(send: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt += 1) {
    try {
      return await send()
    } catch (error) {
      if (attempt === ATTEMPTS || !neverSent(error)) throw error
      await wait(PAUSE_MS * attempt)
    }
  }
}
