/** What operations are done with. The server makes it; a face only passes it on. */
import type { WebhookParts } from '../webhooks/webhook-parts.ts'
import type { Places } from './places.ts'
import type { RepositoryDesk } from './repository-desk.ts'
import type { RunDesk } from './run-desk.ts'

export type OperationContext = {
  readonly webhooks: WebhookParts
  readonly version: string
  /** The repository that is meant when none is named: the one it was started in; null = it was started in none. */
  readonly home: string | null
  readonly now: () => number
  /** Of the process (epoch ms). */
  readonly startedAt: number
  readonly runs: RunDesk
  readonly repositories: RepositoryDesk
  readonly places: Places
}
