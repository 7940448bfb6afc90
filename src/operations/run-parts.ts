/** What `start` and `resume` are given; `compose.ts` makes it. */
import type { RunEventBody } from '../domain/events.ts'
import type { CommitSha, RunId } from '../domain/ids.ts'
import type { RunOptions, RunState } from '../domain/run.ts'
import type { EngineParts } from '../engine/parts.ts'
import type { Forge, PushTarget } from '../forge/forge.ts'
import type { WebhookTarget } from '../notify/hooks/run-hook.ts'
import type { Notifier } from '../notify/notifier.ts'
import type { Mailbox } from '../store/mailbox.ts'
import type { RunLock, Store } from '../store/store.ts'
import type { StartRequest, WebhookRequest } from './run-request.ts'

/** The parts that exist only while a run is at work. */
export type OpenedRun = {
  readonly parts: Omit<EngineParts, 'observer'>
  /** For the first lines of the run: which protection and which account are in force, and where pull requests go. */
  readonly protection: string
  readonly account: string
  readonly forge: string
  /** Said once at the start. */
  readonly warnings: readonly string[]
}

export type Preflight = {
  readonly options: RunOptions
  /** What a person wants to know before the run begins: rules of the target branch, for example. */
  readonly notes: readonly string[]
}

/** Who outside of this process is told what happens. */
export type RunWebhooks = {
  /** Where a run is told to by request or configuration; null = nowhere. Throws `config_invalid`, `webhook_refused`. */
  target(request: WebhookRequest | null): WebhookTarget | null
  /** Keeps it with the run, before anything happens there. */
  add(runId: RunId, target: WebhookTarget | null): void
  /** `report`: to the people who watch. */
  open(run: { readonly state: RunState; readonly report: (message: string) => void }): Promise<Notifier>
}

export type RunParts = {
  readonly store: Store
  /** Where people put what they have to say. */
  readonly mailbox: Mailbox
  readonly now: () => number
  readonly webhooks: RunWebhooks
  /** Everything that can be found out before anything is written; throws a Failure that names the way out. */
  preflight(request: StartRequest): Promise<Preflight>
  /** The forge by itself, for who only looks or prepares; to be closed. */
  openForge(options: Pick<RunOptions, 'forge' | 'targetBranch'>): Promise<Forge>
  /** Pushes the branch checked out to where the forge takes it; never forced. */
  pushCurrentBranch(target: PushTarget): Promise<void>
  /** The newest commit of the branch checked out that the target branch does not have; null = there is none. */
  describeCommits(base: string): Promise<{ readonly subject: string; readonly body: string } | null>
  /** The branch checked out and its commit; null when HEAD is detached. */
  currentBranch(): Promise<{ readonly name: string; readonly head: CommitSha } | null>
  /** Who gives orders here, as git knows them: for the record. */
  person(): Promise<string>
  /** Keeps the state directory out of the user's commits. */
  ignoreState(): Promise<void>
  /** Ends what a killed owner of this run left running; how many processes that were. */
  endLeftovers(): Promise<number>
  /** `emit`: where what happens outside of the engine's own acts (CI) is reported. */
  open(
    lock: RunLock,
    options: RunOptions,
    extras: { readonly emit: (body: RunEventBody) => void; readonly webhookPort: number | null },
  ): Promise<OpenedRun>
  /** Ends this process now, children included. */
  exitNow(code: number): void
}
