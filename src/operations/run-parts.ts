/** What `start` and `resume` are given; `compose.ts` makes it. */
import type { RunEventBody } from '../domain/events.ts'
import type { RunOptions } from '../domain/run.ts'
import type { EngineParts } from '../engine/parts.ts'
import type { RunLock, Store } from '../store/store.ts'
import type { StartRequest } from './run-request.ts'

/** The parts that exist only while a run is at work. */
export type OpenedRun = {
  readonly parts: Omit<EngineParts, 'observer'>
  /** For the first lines of the run: which protection and which account are in force. */
  readonly protection: string
  readonly account: string
  /** Said once at the start. */
  readonly warnings: readonly string[]
}

export type RunParts = {
  readonly store: Store
  readonly now: () => number
  /** Everything that can be found out before anything is written; throws a Failure that names the way out. */
  preflight(request: StartRequest): Promise<RunOptions>
  /** Keeps the state directory out of the user's commits. */
  ignoreState(): Promise<void>
  /** Ends what a killed owner of this run left running; how many processes that were. */
  endLeftovers(): Promise<number>
  /** `emit`: where what happens outside of the engine's own acts (CI) is reported. */
  open(lock: RunLock, options: RunOptions, emit: (body: RunEventBody) => void): Promise<OpenedRun>
  /** Ends this process now, children included. */
  exitNow(code: number): void
}
