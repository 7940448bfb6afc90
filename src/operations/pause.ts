/** Asking the process that works on the run to end its session and keep everything. */
import type { RunState } from '../domain/run.ts'
import type { RunStatus } from '../domain/stage.ts'
import type { LockOwner, Store } from '../store/store.ts'
import { noRun } from './status.ts'

export type ControlOutcome =
  | { readonly kind: 'requested'; readonly owner: LockOwner }
  /** Nobody is at work, so there is nobody to ask and nothing is left behind that would end the next `resume`. */
  | { readonly kind: 'not_running'; readonly runId: string; readonly status: RunStatus }

/** Throws `run_missing`. Safe to call twice. */
export function pauseRun(request: { store: Store; reason: string | null }): Promise<ControlOutcome> {
  return requestOfOwner(request.store, 'pause', request.reason)
}

export async function requestOfOwner(
  store: Store,
  request: 'pause' | 'stop',
  reason: string | null,
): Promise<ControlOutcome> {
  const owner = await store.owner()
  if (owner === null) return notRunning(await store.load())
  try {
    await store.requestControl(request, reason)
  } catch (error) {
    // It may have ended and put everything away while it was asked.
    if ((await store.owner()) !== null) throw error
    return notRunning(await store.load())
  }
  return { kind: 'requested', owner }
}

function notRunning(state: RunState | null): ControlOutcome {
  if (state === null) throw noRun()
  return { kind: 'not_running', runId: state.runId, status: state.status }
}
