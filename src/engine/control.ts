/** How people stop a run: signals and keys of the terminal, requests from another one. All end in one abort signal. */
import type { Store } from '../store/store.ts'

export type HaltReason = 'pause' | 'stop' | 'interrupt'

export type Control = {
  readonly signal: AbortSignal
  reason(): HaltReason | null
  /** What the person said about it. */
  words(): string | null
  /** Ends the present activity within seconds; safe to call from a signal handler. */
  halt(reason: HaltReason, words?: string | null): void
}

export function createControl(): Control {
  const controller = new AbortController()
  let reason: HaltReason | null = null
  let said: string | null = null
  return {
    signal: controller.signal,
    reason: () => reason,
    words: () => said,
    halt(wanted, words = null) {
      if (reason === null) said = words
      reason ??= wanted
      controller.abort()
    },
  }
}

/** Obeys requests that arrive while we run, until `ended` is aborted. They are removed once obeyed. */
export async function watchRequests(store: Store, control: Control, ended: AbortSignal): Promise<void> {
  while (!ended.aborted) {
    try {
      await store.controlArrived(ended)
    } catch {
      return
    }
    const requests = await store.controlRequests()
    const wanted = requests.find((request) => request.request === 'stop') ?? requests[0]
    if (wanted === undefined) continue
    control.halt(wanted.request, wanted.reason)
    await store.clearControl(requests.map((request) => request.id))
    return
  }
}
