/** The runs that ended here. */
import type { RunSummary, Store } from '../store/store.ts'

/** Newest first; empty when none ended yet. */
export function readHistory(store: Store): Promise<readonly RunSummary[]> {
  return store.history()
}
