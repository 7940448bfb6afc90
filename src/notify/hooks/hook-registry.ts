/** Who is told what. Kept across runs; every change is made against what is stored at that moment. */
import type { Hook, HookRecord } from './hook.ts'

export type HookRegistry = {
  /** For messages to people. */
  readonly location: string
  /** A hook that cannot be read is left out and said in `problems`. Throws `config_invalid` when none can be read. */
  list(): { readonly hooks: readonly Hook[]; readonly problems: readonly string[] }
  /** Nobody else changes anything meanwhile. `work` may throw: then nothing is changed. */
  change<T>(work: (hooks: HookChanges) => T): T
}

export type HookChanges = {
  all(): readonly Hook[]
  set(id: string, record: HookRecord): Hook
  /** False = there is none. */
  remove(id: string): boolean
}
