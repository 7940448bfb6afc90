/** What the motor is given. Nothing in the engine reads the time, draws an id or opens a file on its own. */
import type { Agent } from '../agent/agent.ts'
import type { ModelTable } from '../agent/routing.ts'
import type { RunEvent } from '../domain/events.ts'
import type { Policy } from '../domain/policy.ts'
import type { RunState } from '../domain/run.ts'
import type { Forge } from '../forge/forge.ts'
import type { Mailbox } from '../store/mailbox.ts'
import type { RunLock, Store } from '../store/store.ts'
import type { Workspaces } from '../workspace/workspace.ts'

export type Clock = {
  /** Epoch milliseconds. */
  now(): number
  /** Resolves at that time; rejects when aborted. */
  sleepUntil(epochMs: number, signal: AbortSignal): Promise<void>
}

export type RunObserver = {
  onEvent(event: RunEvent): void
  /** After every save; the state is never changed afterwards. */
  onState(state: RunState): void
}

export type EngineParts = {
  readonly store: Store
  readonly lock: RunLock
  /** Where people put what they have to say. */
  readonly mailbox: Mailbox
  readonly agent: Agent
  readonly forge: Forge
  readonly workspaces: Workspaces
  readonly clock: Clock
  /** A fresh uuid. */
  readonly newId: () => string
  readonly policy: Policy
  readonly models: ModelTable
  readonly maxTurns: number | null
  /** PR groups worked on side by side. */
  readonly concurrency: number
  readonly observer: RunObserver
}
