/** What operations are done with. The server makes it; a face only passes it on. */
import type { Places } from './places.ts'
import type { RepositoryDesk } from './repository-desk.ts'
import type { RunDesk } from './run-desk.ts'

export type OperationContext = {
  readonly version: string
  readonly now: () => number
  /** Of the process (epoch ms). */
  readonly startedAt: number
  readonly runs: RunDesk
  readonly repositories: RepositoryDesk
  readonly places: Places
}
