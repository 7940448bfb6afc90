/** The lock on a run, taken and given back whatever happens in between. */
import { toFailure } from '../domain/failure.ts'
import type { RunLock, Store } from '../store/store.ts'

/** Takes the lock, works, gives it back. Throws `run_locked` while a process works on the run. */
export async function withLock<T>(
  { store }: { readonly store: Store },
  options: { fromOtherHosts: boolean },
  use: (lock: RunLock) => Promise<T>,
): Promise<T> {
  return using(await store.acquire(options), use)
}

/** As `withLock`; null = a process works on the run, and nothing was done. */
export async function withLockIfFree<T>(
  { store }: { readonly store: Store },
  use: (lock: RunLock) => Promise<T>,
): Promise<T | null> {
  const lock = await store.acquire().catch((error: unknown) => {
    if (toFailure(error).kind === 'run_locked') return null
    throw error
  })
  return lock === null ? null : using(lock, use)
}

async function using<T>(lock: RunLock, use: (lock: RunLock) => Promise<T>): Promise<T> {
  try {
    return await use(lock)
  } finally {
    await lock.release().catch((error: unknown) => {
      if (toFailure(error).kind !== 'superseded') throw error
    })
  }
}
