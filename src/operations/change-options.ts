/** Other options for a run that has begun: who works on it takes them over; where nobody does, they are in force at once. */
import { Failure } from '../domain/failure.ts'
import type { RunId } from '../domain/ids.ts'
import type { OptionChanges } from '../domain/option-changes.ts'
import type { RunState } from '../domain/run.ts'
import { describeOptions, takeOver } from '../engine/letters.ts'
import type { Mailbox } from '../store/mailbox.ts'
import type { RunLock, Store } from '../store/store.ts'
import { presentRun, type Reached } from './mailbox.ts'
import { withLockIfFree } from './run-lock.ts'

export type ChangeRequest = {
  readonly store: Store
  readonly mailbox: Mailbox
  /** null = the one that lies here. */
  readonly runId: RunId | null
  readonly changes: OptionChanges
  /** Who wants it, for the record. */
  readonly by: string
}

/** `requested`: who works on the run takes them over at the next step. */
export type ChangeOutcome = Reached & {
  readonly kind: 'requested' | 'in_force'
  readonly changes: OptionChanges
}

/** Above words: they say how the plan is to be changed. */
const PRIORITY = 2

/**
 * Throws `run_missing` when it does not lie there (any more), `run_finished` when the last one here has ended. Always a
 * letter, also where nobody is at work: it takes its place behind those that a process which was killed has left unread,
 * so that what was said last is what holds.
 */
export async function changeOptions(request: ChangeRequest): Promise<ChangeOutcome> {
  const { store, mailbox, changes, by } = request
  const { runId, status } = await findRun(request)
  const letter = await mailbox.put({ kind: 'options', runId, changes, sender: by, priority: PRIORITY })
  try {
    const taken = await withLockIfFree({ store }, async (lock) => {
      const state = await findRun({ store, runId })
      return takeOptions({ store, mailbox, lock }, state)
    })
    if (taken !== null) return { kind: 'in_force', runId, status: taken.status, owner: null, changes }
    return { kind: 'requested', runId, status, owner: await store.owner(), changes }
  } catch (error) {
    await mailbox.remove([letter])
    throw error
  }
}

async function findRun({ store, runId }: Pick<ChangeRequest, 'store' | 'runId'>): Promise<RunState> {
  if (runId === null) return presentRun(store)
  const state = await store.load()
  if (state?.runId !== runId) throw new Failure('run_missing', `run ${runId} is not there any more`)
  return state
}

/** What was asked for and not heard, for who has the lock and whose own word comes after it. */
export async function takeOptions(
  { store, mailbox, lock }: { readonly store: Store; readonly mailbox: Mailbox; readonly lock: RunLock },
  state: RunState,
): Promise<RunState> {
  const letters = (await mailbox.letters()).filter((letter) => letter.kind === 'options')
  if (letters.length === 0) return state
  const meant = letters.filter((letter) => letter.runId === state.runId)
  const saved = meant.length === 0 ? state : await store.save(lock, meant.reduce(takeOver, state))
  for (const letter of meant) {
    await store.append(lock, state.runId, { type: 'warning', message: describeOptions(letter) })
  }
  await mailbox.remove(letters.map((letter) => letter.id))
  return saved
}
