/** The numbers behind the rules. Milliseconds unless the name says otherwise; sources are in the comments. */
import { DEFAULT_INTEGRITY } from './integrity/classes.ts'
import type { IntegrityPolicy } from './integrity/finding.ts'

export type Policy = {
  /** Delivered CI fixes per PR before it blocks (original: 3). */
  readonly maxCiFixes: number
  /** Re-runs on the same commit before red counts as the code's fault, or as the platform's (original: 2). */
  readonly maxReruns: number
  /** Of those, re-runs that a failure of the code gets before a session is asked: is it a flake? */
  readonly flakeReruns: number
  readonly maxConflicts: number
  /** Times the target branch is brought into the head branch of one PR. */
  readonly maxSyncs: number
  readonly maxReviewRounds: number
  /** Sessions asked again because nothing was delivered (original: 2). */
  readonly maxUndelivered: number
  readonly maxFinishes: number
  readonly maxGateFixes: number
  /** Sessions of one group asked to undo or justify what the diff guard found; each finding is asked about once. */
  readonly maxIntegrityFixes: number
  /** Consecutive cut-offs without a new commit. */
  readonly maxCutOffs: number
  /** Consecutive technical failures of sessions; with the backoff below somewhat more than an hour of outage. */
  readonly maxSessionFailures: number
  /** Consecutive unknown answers; with the backoff below a night of outage. Asking costs nothing. */
  readonly maxUnknowns: number
  readonly maxMergeRefusals: number
  readonly maxPlanAttempts: number
  readonly maxVerificationRounds: number
  readonly backoffBaseMs: number
  readonly backoffCapMs: number
  /** No state of CI lasts longer without blocking (original: 7200 s). */
  readonly ciDeadlineMs: number
  /** A merge that the forge accepted to do later must have happened by then. */
  readonly scheduleDeadlineMs: number
  /** The target branch being red with the same checks is waited out this long. */
  readonly redBaseWaitMs: number
  /** "No checks yet" must have lasted this long before it is said to be "no CI on this push" (original: 30 s, too short for
   * apps that report late). */
  readonly noChecksGraceMs: number
  /** Quiet time after green where review bots are known to comment (original: 120 s, always). */
  readonly reviewQuietMs: number
  /** Waits for a usage limit whose reset is not stated (original: 1800 s). */
  readonly usageLimitDefaultWaitMs: number
  /** Consecutive refusals that are waited out (original: 48), and the longest single wait (original: 6 h). */
  readonly usageLimitMaxWaits: number
  readonly usageLimitMaxWaitMs: number
  /** A gate quicker than this also runs after each task. */
  readonly quickGateMs: number
  /** Names of checks whose failure is tolerated, with a part of their description; logged whenever used. */
  readonly toleratedFailures: readonly { readonly check: string; readonly descriptionIncludes: string }[]
  /** A bot's requested changes, and threads of bots that we declined, block the merge. */
  readonly botChangeRequestsBlock: boolean
  /** What happens to each class of finding of the diff guard. */
  readonly integrity: IntegrityPolicy
}

export const DEFAULT_POLICY: Policy = {
  maxCiFixes: 3,
  maxReruns: 2,
  flakeReruns: 1,
  maxConflicts: 3,
  maxSyncs: 3,
  maxReviewRounds: 5,
  maxUndelivered: 2,
  maxFinishes: 2,
  maxGateFixes: 3,
  maxIntegrityFixes: 3,
  maxCutOffs: 3,
  maxSessionFailures: 20,
  maxUnknowns: 120,
  maxMergeRefusals: 5,
  maxPlanAttempts: 3,
  maxVerificationRounds: 3,
  backoffBaseMs: 2_000,
  backoffCapMs: 300_000,
  ciDeadlineMs: 7_200_000,
  scheduleDeadlineMs: 7_200_000,
  redBaseWaitMs: 3_600_000,
  noChecksGraceMs: 60_000,
  reviewQuietMs: 120_000,
  usageLimitDefaultWaitMs: 1_800_000,
  usageLimitMaxWaits: 48,
  usageLimitMaxWaitMs: 21_600_000,
  quickGateMs: 20_000,
  toleratedFailures: [
    { check: 'CodeRabbit', descriptionIncludes: 'rate limit' },
    { check: 'CodeRabbit', descriptionIncludes: 'limit reached' },
  ],
  botChangeRequestsBlock: false,
  integrity: DEFAULT_INTEGRITY,
}

/** Exponential, without jitter (the engine adds it): attempt 1 waits the base. */
export function backoffMs(policy: Policy, attempt: number): number {
  return Math.min(policy.backoffCapMs, policy.backoffBaseMs * 2 ** Math.max(0, attempt - 1))
}
