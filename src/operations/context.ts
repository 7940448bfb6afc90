/** What the sessions of this run learned. */
import type { Store } from '../store/store.ts'

/** null = nothing written yet, or no run. */
export function readContext(store: Store): Promise<string | null> {
  return store.readDocument('context.md')
}
