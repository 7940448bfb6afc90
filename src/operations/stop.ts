/** Ending the work on the run for good, and putting the run away when that is asked for too. */
import { type CleanOutcome, type CleanRequest, cleanRun } from './clean.ts'
import { type ControlOutcome, requestOfOwner } from './pause.ts'

export type StopRequest = CleanRequest & {
  readonly reason: string | null
  readonly cleanup: boolean
  readonly sleep: (ms: number) => Promise<void>
  /** How long the process at work may take to end before the clean-up is left out. */
  readonly releaseTimeoutMs: number
}

export type StopOutcome = {
  readonly control: ControlOutcome
  /** null = not asked for; `still_running` = it did not end in time and nothing was removed. */
  readonly cleanup: CleanOutcome | { readonly kind: 'still_running' } | null
}

const LOOK_EVERY_MS = 100

/** Throws `run_missing`. Safe to call twice. */
export async function stopRun(request: StopRequest): Promise<StopOutcome> {
  const control = await requestOfOwner(request.store, 'stop', request.reason)
  if (!request.cleanup) return { control, cleanup: null }
  if (!(await released(request))) return { control, cleanup: { kind: 'still_running' } }
  return { control, cleanup: await cleanRun(request) }
}

async function released({ store, now, sleep, releaseTimeoutMs }: StopRequest): Promise<boolean> {
  const deadline = now() + releaseTimeoutMs
  for (;;) {
    if ((await store.owner()) === null) return true
    if (now() >= deadline) return false
    await sleep(LOOK_EVERY_MS)
  }
}
