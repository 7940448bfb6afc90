/** What the desk is given to work with repositories; `compose/server.ts` makes it. */

import type { RunId } from '../../domain/ids.ts'
import type { RunParts } from '../../operations/run-parts.ts'
import type { Mailbox } from '../../store/mailbox.ts'
import type { RunView, Store } from '../../store/store.ts'

export type Launcher = {
  /** A fresh handle on the state directory of a checkout; cheap. */
  openStore(repository: string): Store
  /** A run that was put away there; empty where nothing is kept of it. */
  openArchived(repository: string, runId: RunId): RunView
  /** Changes with the state that lies there; '' = none. */
  stampOf(repository: string): Promise<string>
  openMailbox(repository: string): Mailbox
  /** The parts of a run at work there. Throws a Failure for what is wrong with the repository or its configuration. */
  openRun(repository: string): Promise<RunParts>
  /** Removes the worktrees there that hold nothing uncommitted. */
  removeWorkspaces(repository: string): Promise<void>
}
