/**
 * Where pull requests live. `ensure...` may be called twice. Unknown is an answer: an error is never read as absence.
 */
import type { CommitSha, PrNumber } from '../domain/ids.ts'
import type { Check, MergeSchedule, PrObservation, PushedObservation } from '../domain/observation.ts'
import type { MergeMethod } from '../domain/run.ts'

export type PushTarget = {
  /** A remote's name, or `.` for the repository itself. */
  readonly remote: string
  /** Full ref name the head branch is pushed to. */
  readonly ref: string
}

export type PullRequestText = { readonly title: string; readonly body: string }

export type OpenedPr = { readonly number: PrNumber; readonly url: string; readonly created: boolean }

export type ForgeDescription = {
  /** Where pull requests go, for people: `octo/repo on github.com`. */
  readonly place: string
  /** Whose rights are used and where they come from; null where none are needed. */
  readonly account: string | null
  /** Facts about its rules that a person wants to know before the run begins. */
  readonly notes: readonly string[]
}

export type MergeRequest = {
  readonly number: PrNumber
  readonly head: CommitSha
  /** null = what the repository allows, squash first. */
  readonly method: MergeMethod | null
  /** Past the rules of the target branch, where the account may. */
  readonly admin: boolean
} & PullRequestText

export type MergeResult =
  | { readonly kind: 'merged'; readonly commit: CommitSha }
  /** The forge merges later by itself. Not merged. */
  | { readonly kind: 'scheduled'; readonly by: MergeSchedule }
  /** The head or the base moved, or it conflicts by now: observe again. */
  | { readonly kind: 'stale'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }
  /** Not known whether it happened: look before calling again. */
  | { readonly kind: 'unknown'; readonly why: string }

export type BranchUpdate =
  | { readonly kind: 'updated' }
  | { readonly kind: 'current' }
  | { readonly kind: 'conflict' }
  /** The head is another one by now: observe again. */
  | { readonly kind: 'stale'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }

export type RerunResult =
  /** Under way, started now or before. */
  { readonly kind: 'started' } | { readonly kind: 'impossible'; readonly why: string }

export type Forge = {
  readonly name: string
  /**
   * Asked before anything is written: may this run do here what it will have to do? Throws a Failure that names what
   * is missing (`forge_auth`, `forge_permission`, `forge_unreachable`).
   */
  ready(needs: { readonly admin: boolean }): Promise<ForgeDescription>
  /** The target branch's commit as the forge has it now. Throws a Failure (retryable when the remote does not answer). */
  targetHead(): Promise<CommitSha>
  pushTarget(headBranch: string): PushTarget
  /** What the forge holds for a head branch. Does not throw for an unreachable remote. */
  observePushed(headBranch: string): Promise<PushedObservation>
  /** The newest PR whose head is this branch, open or not. Does not throw for what the forge answers. */
  observe(headBranch: string): Promise<PrObservation>
  observeNumber(number: PrNumber): Promise<PrObservation>
  /**
   * Opens the PR or finds the open one of this branch (then `created` is false and its text is brought up to date).
   * `draft` where the forge knows drafts.
   */
  ensureOpen(request: { headBranch: string; head: CommitSha; draft: boolean } & PullRequestText): Promise<OpenedPr>
  /** Replaces title and body. Safe to call twice. */
  edit(number: PrNumber, text: PullRequestText): Promise<void>
  /** A draft becomes a pull request to review. Safe to call twice. */
  markReady(number: PrNumber): Promise<void>
  /** Resolves when the PR may have changed since it was last observed, at the forge's own pace; rejects when aborted. */
  changed(number: PrNumber, signal: AbortSignal): Promise<void>
  /** Tails of the failed checks' logs for this commit, each at most `maxChars`, and where the whole log is. */
  failureLogs(number: PrNumber, head: CommitSha, maxChars: number): Promise<readonly CheckLog[]>
  /** Starts failed checks again on the same commit. Safe to call twice while they run. */
  rerun(number: PrNumber, head: CommitSha, checks: readonly string[]): Promise<RerunResult>
  /** Answers reviewers; a reply with a known key is not repeated, what is to be resolved is resolved all the same. */
  reply(number: PrNumber, replies: readonly Reply[]): Promise<void>
  /** Asks these people for another review. Safe to call twice. */
  requestReview(number: PrNumber, logins: readonly string[]): Promise<void>
  /** The one comment about the run's own state: written, changed, and with null brought to "went on" if it is there. */
  setNotice(number: PrNumber, text: string | null): Promise<void>
  /** Brings the target branch's newest commit into exactly `head`, on the forge, without a checkout. */
  updateBranch(number: PrNumber, head: CommitSha): Promise<BranchUpdate>
  /** Merges exactly `head` or not at all; by queue or auto-merge only where the repository leaves no other way. */
  merge(request: MergeRequest): Promise<MergeResult>
  /** Takes back what `merge` scheduled. Safe to call when nothing is. */
  cancelScheduled(number: PrNumber): Promise<void>
  /** Removes the head branch from the forge once its PR is merged. Safe to call twice. */
  deleteHeadBranch(headBranch: string, mergedHead: CommitSha): Promise<void>
  /** Newest first, none for an id that nobody has; null where the forge keeps no runs of its own. */
  ciRuns: ((request: CiRunsRequest) => Promise<readonly CiRun[]>) | null
  /** Ends what the forge runs in this process (checks under way, listeners). */
  close(): Promise<void>
}

export type CheckLog = {
  readonly check: string
  /** The end of what failed, without terminal escapes; empty when there is no log. */
  readonly tail: string
  /** The whole log on this machine. */
  readonly file: string | null
}

export type Reply = {
  readonly key: string
  readonly body: string
  readonly to:
    | { readonly kind: 'thread'; readonly id: string; readonly resolve: boolean }
    | { readonly kind: 'conversation' }
}

export type CiRunsRequest = {
  /** One run by its id, or the newest of a branch (null = of all). */
  readonly runId: number | null
  readonly branch: string | null
  readonly limit: number
}

export type CiRun = {
  readonly id: number
  readonly name: string
  readonly branch: string | null
  readonly head: CommitSha
  readonly event: string
  readonly attempt: number
  readonly status: 'pending' | 'passed' | 'failed' | 'skipped'
  readonly conclusion: string | null
  readonly startedAt: number
  readonly durationMs: number | null
  readonly url: string
  /** Only when one run was asked for. */
  readonly jobs: readonly {
    readonly name: string
    readonly status: Check['status']
    readonly conclusion: string | null
    readonly url: string | null
  }[]
}
