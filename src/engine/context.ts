/** The parts plus the run's memory and the way to stop: what every act of the engine works with. */
import type { GroupId } from '../domain/ids.ts'
import type { Slot } from '../workspace/workspace.ts'
import type { Memory } from './memory.ts'
import type { EngineParts } from './parts.ts'
import type { PlanFile } from './plan-file.ts'

export type Context = EngineParts & {
  readonly memory: Memory
  readonly planFile: PlanFile
  /** Worktrees this process has opened; found again by name after a restart. */
  readonly slots: Map<GroupId, Slot>
  /** What this process has said already and does not repeat. */
  readonly said: Set<string>
  /** What each group is waiting for, as it was last said. */
  readonly waits: Map<GroupId, string>
  /** Aborted when a person wants the run to pause or stop. */
  readonly halt: AbortSignal
}
