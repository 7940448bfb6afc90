/** What was done so far, as the engine writes it down for people. */
import type { Store } from '../store/store.ts'

/** null = nothing written yet, or no run. */
export function readProgress(store: Store): Promise<string | null> {
  return store.readDocument('progress.md')
}
