/** What a run remembers between instructions. Every write carries the fencing number of the lock it was made under. */
import type { RunEvent, RunEventBody } from '../domain/events.ts'
import type { RunId } from '../domain/ids.ts'
import type { LetThrough } from '../domain/integrity/finding.ts'
import type { CriterionEvidence, RunState } from '../domain/run.ts'

export type ControlRequest = {
  readonly id: string
  readonly request: 'pause' | 'stop'
  readonly reason: string | null
  readonly at: number
}

/** Files for people; `plan.md` may be edited by them. */
export type DocumentName = 'goal.txt' | 'criteria.txt' | 'plan.md' | 'progress.md' | 'context.md'

export type LockOwner = {
  readonly pid: number
  readonly host: string
  /** Start time of the process as the operating system counts it: tells a recycled pid apart. */
  readonly processStart: string
  readonly fence: number
  readonly acquiredAt: number
}

export type RunLock = {
  readonly owner: LockOwner
  /** True until somebody else took over. */
  holds(): Promise<boolean>
  release(): Promise<void>
}

export type RunSummary = {
  readonly runId: RunId
  readonly goal: string
  readonly status: RunState['status']
  readonly reason: string | null
  readonly createdAt: number
  readonly endedAt: number
  readonly tasksDone: number
  readonly tasksTotal: number
  readonly sessions: number
  readonly costUsd: number
  readonly merged: readonly { readonly title: string; readonly pr: number; readonly commit: string }[]
  readonly log: string
  /** The proof of the success criteria: command, exit code, end of the output, commit. */
  readonly criteria: readonly CriterionEvidence[]
  /** What the diff guard stopped at, and why it was let through. */
  readonly letThrough: readonly LetThrough[]
}

/** A run as people read it: the present one, or one that was put away. Nothing in it takes the lock. */
export type RunView = Pick<Store, 'load' | 'events' | 'readDocument'>

export type Store = {
  /** The state directory, for messages to people. */
  readonly location: string
  /**
   * Takes the lock or throws `run_locked` (live owner). A dead owner's lock is taken over with a higher fence. Whether an
   * owner on another host lives cannot be seen: it counts as alive unless a person takes over `fromOtherHosts`; should it
   * live after all, its fence is passed and it stops at its next write.
   */
  acquire(options?: { fromOtherHosts: boolean }): Promise<RunLock>
  /** The live owner, if any. */
  owner(): Promise<LockOwner | null>
  /** null = no run here. Throws `state_corrupt` when no good copy is left, `state_newer`. */
  load(): Promise<RunState | null>
  /** Replaces atomically. Throws `superseded` when the lock was lost, or when the stored revision is not `state.revision`. */
  save(lock: RunLock, state: RunState): Promise<RunState>
  /** Appends; returns the event with its number. */
  append(lock: RunLock, runId: RunId, body: RunEventBody): Promise<RunEvent>
  /** Events of this run from `afterSeq` on; a torn last line is left out. */
  events(afterSeq: number): AsyncIterable<RunEvent>
  readDocument(name: DocumentName): Promise<string | null>
  writeDocument(lock: RunLock, name: DocumentName, text: string): Promise<void>
  /** Replaces exactly the text `from` (null: no document); false = a person wrote it meanwhile, and theirs stays. */
  exchangeDocument(lock: RunLock, name: DocumentName, texts: { from: string | null; to: string }): Promise<boolean>
  requestControl(request: 'pause' | 'stop', reason: string | null): Promise<void>
  /** Oldest first. Does not remove. */
  controlRequests(): Promise<readonly ControlRequest[]>
  clearControl(ids: readonly string[]): Promise<void>
  /** Resolves when a control request may have arrived; rejects when aborted. */
  controlArrived(signal: AbortSignal): Promise<void>
  /** Archives a finished run and removes its state; logs, configuration and history stay. */
  archive(lock: RunLock, summary: RunSummary): Promise<void>
  history(): Promise<readonly RunSummary[]>
  /** Removes the state of an unfinished run (`clean`); history keeps a line of it. */
  logFile(runId: RunId): string
}
