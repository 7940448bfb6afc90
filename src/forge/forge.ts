/**
 * Where pull requests live. `ensure...` may be called twice. Unknown is an answer: an error is never read as absence.
 */
import type { CommitSha, PrNumber } from '../domain/ids.ts'
import type { PrObservation, PushedObservation } from '../domain/observation.ts'

export type PushTarget = {
  /** A remote's name, or `.` for the repository itself. */
  readonly remote: string
  /** Full ref name the head branch is pushed to. */
  readonly ref: string
}

export type PullRequestText = { readonly title: string; readonly body: string }

export type OpenedPr = { readonly number: PrNumber; readonly url: string; readonly created: boolean }

export type MergeResult =
  | { readonly kind: 'merged'; readonly commit: CommitSha }
  /** The head or the base moved, or it conflicts by now: observe again. */
  | { readonly kind: 'stale'; readonly why: string }
  | { readonly kind: 'refused'; readonly why: string }
  /** Not known whether it happened: look before calling again. */
  | { readonly kind: 'unknown'; readonly why: string }

export type Forge = {
  readonly name: string
  /** The target branch's commit as the forge has it now. Throws a Failure (retryable when the remote does not answer). */
  targetHead(): Promise<CommitSha>
  pushTarget(headBranch: string): PushTarget
  /** What the forge holds for a head branch. Does not throw for an unreachable remote. */
  observePushed(headBranch: string): Promise<PushedObservation>
  /** The newest PR whose head is this branch, open or not. Does not throw for what the forge answers. */
  observe(headBranch: string): Promise<PrObservation>
  /** Opens the PR or finds the open one of this branch (then `created` is false and its text is brought up to date). */
  ensureOpen(request: { headBranch: string; head: CommitSha } & PullRequestText): Promise<OpenedPr>
  /** Resolves when the PR may have changed since it was last observed, at the forge's own pace; rejects when aborted. */
  changed(number: PrNumber, signal: AbortSignal): Promise<void>
  /** Tails of the failed checks' logs for this commit, each at most `maxChars`, and where the whole log is. */
  failureLogs(number: PrNumber, head: CommitSha, maxChars: number): Promise<readonly CheckLog[]>
  /** Starts failed checks again on the same commit. Safe to call twice while they run. */
  rerun(number: PrNumber, head: CommitSha, checks: readonly string[]): Promise<void>
  /** Replies to and resolves review threads; a reply with a known key is not repeated. */
  reply(number: PrNumber, replies: readonly ThreadReply[]): Promise<void>
  /** Merges exactly `head` or not at all. */
  merge(request: { number: PrNumber; head: CommitSha } & PullRequestText): Promise<MergeResult>
  /** Removes the head branch from the forge once its PR is merged. Safe to call twice. */
  deleteHeadBranch(headBranch: string, mergedHead: CommitSha): Promise<void>
  /** Ends what the forge runs in this process (checks under way). */
  close(): Promise<void>
}

export type CheckLog = { readonly check: string; readonly tail: string; readonly file: string | null }

export type ThreadReply = {
  readonly key: string
  readonly threadId: string
  readonly body: string
  readonly resolve: boolean
}
