/** What a person asks for when a run is to work, and what comes back. One definition for every face. */
import type { RunEvent } from '../domain/events.ts'
import type { PrNumber } from '../domain/ids.ts'
import type { ForgeName, LogLevel, MergeMethod, ModelTier, RunState, SandboxMode } from '../domain/run.ts'
import type { RunStatus } from '../domain/stage.ts'

/** null = not said: the configuration decides, then the default. */
export type StartRequest = {
  readonly goal: string
  readonly model: ModelTier | null
  readonly autoMerge: boolean | null
  readonly maxSessions: number | null
  readonly maxPrs: number | null
  readonly pauseOnPr: boolean
  readonly prPerTask: boolean
  readonly branch: string | null
  readonly targetBranch: string | null
  readonly sessionBudgetUsd: number | null
  readonly maxCostUsd: number | null
  readonly criteria: readonly string[]
  readonly verify: boolean | null
  readonly logLevel: LogLevel | null
  readonly sandbox: SandboxMode | null
  readonly forge: ForgeChoice | null
  readonly mergeMethod: MergeMethod | null
  readonly admin: boolean | null
  readonly syncBeforeMerge: boolean | null
  readonly draft: boolean | null
  /** Port on which the forge's webhooks are listened for; null = the configuration decides, then none. */
  readonly webhookPort: number | null
  /** Who is told of this run; null = as the configuration says. */
  readonly webhook: WebhookRequest | null
}

/** Where a run is told to; null parts: the configuration decides. */
export type WebhookRequest = { readonly url: string | null; readonly secret: string | null }

export const FORGE_CHOICES = ['auto', 'local', 'github'] as const satisfies readonly ('auto' | ForgeName)[]
export type ForgeChoice = (typeof FORGE_CHOICES)[number]

/** null = as the run was started. */
export type ResumeRequest = {
  readonly message: string | null
  readonly force: boolean
  readonly maxCostUsd: number | null
  readonly maxSessions: number | null
  readonly autoMerge: boolean | null
  readonly admin: boolean | null
  readonly webhookPort: number | null
  /** Who is told of this run; null = as the configuration says. */
  readonly webhook: WebhookRequest | null
}

/** `resume` without a word about anything. */
export const PLAIN_RESUME: ResumeRequest = {
  message: null,
  force: false,
  maxCostUsd: null,
  maxSessions: null,
  autoMerge: null,
  admin: null,
  webhookPort: null,
  webhook: null,
}

/** `merge-pr`: one pull request that exists (or is made from the branch checked out) is brought to its merge. */
export type MergePrRequest = {
  /** null = the one of the branch that is checked out. */
  readonly number: PrNumber | null
  /** Sessions at most. */
  readonly maxIterations: number
  /** False: it ends when the pull request is ready to merge. */
  readonly merge: boolean
  readonly admin: boolean
  /** Push the branch that is checked out and open a pull request when it has none. */
  readonly createPr: boolean
  readonly mergeMethod: MergeMethod | null
  readonly forge: ForgeChoice | null
  readonly model: ModelTier | null
  readonly logLevel: LogLevel | null
  readonly sandbox: SandboxMode | null
  readonly maxCostUsd: number | null
  readonly webhookPort: number | null
  /** Who is told of this run; null = as the configuration says. */
  readonly webhook: WebhookRequest | null
}

/** How a person reaches into a run. Every member only sets a flag; each may be called twice. */
export type RunControl = {
  /** End the session, keep everything, exit 2. */
  requestStop(): void
  /** Do not wait for anything any more. */
  forceStop(): void
  /** As `requestStop`, said as a pause. */
  requestPause(): void
}

/** Who watches a run in this process. */
export type RunObserver = {
  onEvent(event: RunEvent): void
  /** After every save; the state is never changed afterwards. */
  onState(state: RunState): void
  /** Once, as soon as the run can be controlled. */
  onControl(control: RunControl): void
}

export type RunEnd = {
  readonly exitCode: 0 | 1 | 2
  readonly status: RunStatus
  readonly reason: string | null
  /** The command that goes on from here; null when there is nothing left to do. */
  readonly command: string | null
}
