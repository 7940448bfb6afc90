/** Other options for a run that has begun: who works on it takes them over; where nobody does, they are written down. */
import { Failure, toFailure } from '../../domain/failure.ts'
import type { RunId } from '../../domain/ids.ts'
import type { OptionChanges } from '../../domain/option-changes.ts'
import type { Mailbox } from '../../store/mailbox.ts'
import type { RunLock, Store } from '../../store/store.ts'

/** Throws `run_missing` when it does not lie there any more. */
export async function changeOptions(
  { store, mailbox, runId }: { store: Store; mailbox: Mailbox; runId: RunId },
  changes: OptionChanges,
): Promise<void> {
  const lock = await acquireIfFree(store)
  if (lock === null) {
    await mailbox.put({ kind: 'options', changes, sender: 'server', priority: 2 })
    return
  }
  try {
    const state = await store.load()
    if (state?.runId !== runId) throw new Failure('run_missing', `run ${runId} is not there any more`)
    await store.save(lock, { ...state, options: { ...state.options, ...changes } })
  } finally {
    await lock.release()
  }
}

async function acquireIfFree(store: Store): Promise<RunLock | null> {
  try {
    return await store.acquire()
  } catch (error) {
    if (toFailure(error).kind === 'run_locked') return null
    throw error
  }
}
