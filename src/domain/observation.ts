/** What was just read from git, the forge, the store and the clock. Every look outside answers yes, no or unknown. */
import type { Failure } from './failure.ts'
import type { CommitSha, PrNumber } from './ids.ts'
import type { PrGroup } from './plan.ts'
import type { Policy } from './policy.ts'
import type { GroupState, RunOptions, TaskEvidence } from './run.ts'

export type WorkspaceObservation =
  | { readonly kind: 'absent' }
  | { readonly kind: 'unknown'; readonly why: string }
  | {
      readonly kind: 'present'
      readonly head: CommitSha
      /** `unknown` fails closed before a push and is retried before anything else. */
      readonly tree: 'clean' | 'dirty' | 'unknown'
      /** Changed and untracked paths, at most 40. */
      readonly leftovers: readonly string[]
      /** Commits of the group that the target branch does not have. */
      readonly ahead: number
      /** A rebase, merge or cherry-pick was left half-way. */
      readonly operationInProgress: boolean
    }

export type PresentWorkspace = Extract<WorkspaceObservation, { kind: 'present' }>

/** What the forge's branch holds: null = the branch does not exist there. */
export type PushedObservation =
  | { readonly kind: 'known'; readonly head: CommitSha | null }
  | { readonly kind: 'unknown'; readonly why: string }

/** `ahead`: ours are all in it. `diverged`: both have commits that the other lacks. */
export type ForeignCommits = 'ahead' | 'diverged' | 'unknown'

/**
 * Why a check is red. `infrastructure`: it never reached the code (could not start, runner lost). `account`: the account
 * of the forge may not run it (billing, spending limit). `approval`: a person has to let it run.
 */
export type CheckCause = 'code' | 'infrastructure' | 'account' | 'approval' | 'unknown'

export type Check = {
  readonly name: string
  readonly status: 'pending' | 'passed' | 'failed' | 'skipped'
  readonly required: boolean | 'unknown'
  readonly description: string
  readonly cause: CheckCause
  /** The same check on the newest commit of the target branch; looked up only for failed checks. */
  readonly onBase: 'passed' | 'failed' | 'unknown'
  /** The forge can start it again on the same commit. */
  readonly canRerun: boolean
  readonly url: string | null
}

/** Three different facts for "no checks": none configured, none yet (reported, empty), lookup failed (unknown). */
export type ChecksObservation =
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'none_configured' }
  | {
      readonly kind: 'reported'
      /** The commit these checks are about. */
      readonly head: CommitSha
      /** False when pages are missing: absence of a failure then proves nothing. */
      readonly complete: boolean
      readonly items: readonly Check[]
    }

/** One thing that somebody wrote. `author` is `ghost` for deleted accounts. */
export type Remark = {
  readonly id: string
  readonly author: string
  readonly isBot: boolean
  /** The policy lets this author's words reach an agent. */
  readonly trusted: boolean
  /** Written by this program, whatever account it used: told by a mark in the text, not by the login. */
  readonly ours: boolean
  readonly body: string
  /** Epoch ms. */
  readonly at: number
  readonly url: string | null
}

export type ReviewThread = {
  readonly id: string
  readonly resolved: boolean
  /** About lines that have changed since. */
  readonly outdated: boolean
  readonly path: string | null
  readonly line: number | null
  /** In the order they were written; never empty. */
  readonly remarks: readonly Remark[]
}

export type ReviewsObservation =
  | { readonly kind: 'unknown'; readonly why: string }
  | {
      readonly kind: 'known'
      readonly threads: readonly ReviewThread[]
      readonly threadsComplete: boolean
      /** Reviews that ask for changes and are each their author's latest opinion; not dismissed. */
      readonly changeRequests: readonly Remark[]
      /** An incomplete list counts as if a human had asked for changes. */
      readonly reviewersComplete: boolean
      /** Conversation comments, and the texts of reviews that neither approve nor ask for changes. */
      readonly comments: readonly Remark[]
      readonly commentsComplete: boolean
      /** Review bots are known to comment on this repository some time after green, and have not yet on this head. */
      readonly botsExpected: boolean
    }

export type KnownReviews = Extract<ReviewsObservation, { kind: 'known' }>

/** `behind`: mergeable, but the target branch has commits that the head lacks. `blocked`: the forge's rules forbid it. */
export type Mergeability = 'clean' | 'conflicting' | 'behind' | 'blocked' | 'unknown'

/** Ways in which a forge merges later by itself. */
export type MergeSchedule = 'auto_merge' | 'queue'

export type PrSnapshot = {
  readonly number: PrNumber
  readonly url: string
  readonly title: string
  readonly author: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly draft: boolean
  readonly headBranch: string
  readonly head: CommitSha
  /** The head branch is in another repository (a fork). */
  readonly isFromFork: boolean
  readonly baseBranch: string
  readonly mergeCommit: CommitSha | null
  readonly mergeability: Mergeability
  /** The target branch has commits that the head lacks. */
  readonly behind: boolean
  /** The rules of the target branch demand that the head contains its newest commit. */
  readonly mustBeUpToDate: boolean
  /** What only a person can give and the forge demands, in words: "an approving review". */
  readonly awaits: readonly string[]
  readonly checks: ChecksObservation
  readonly reviews: ReviewsObservation
  /** Accepted by the forge to be merged later: scheduled is not merged. */
  readonly mergeScheduled: MergeSchedule | null
  /** `queue`: the repository demands it. `auto_merge`: allowed when it cannot be merged at once. */
  readonly canSchedule: MergeSchedule | null
  /** Since when `head` is the head (epoch ms). */
  readonly headSince: number
}

export type PrObservation =
  /** `failure`: what went wrong, for who has to tell a person what to do about it. */
  | { readonly kind: 'unknown'; readonly why: string; readonly failure?: Failure }
  | { readonly kind: 'none' }
  | { readonly kind: 'pr'; readonly pr: PrSnapshot }

/** What may still be spent, and whether the account answers at all. */
export type BudgetObservation = {
  readonly sessionsLeft: number | null
  readonly costLeftUsd: number | null
  readonly usageLimitUntil: number | null
  readonly usageLimitWaits: number
}

export type GroupObservation = {
  readonly now: number
  readonly group: PrGroup
  readonly state: GroupState
  readonly done: Readonly<Record<string, TaskEvidence>>
  readonly workspace: WorkspaceObservation
  readonly pushed: PushedObservation
  /** How commits that somebody else pushed to the head branch relate to ours; null = there are none. */
  readonly foreign: ForeignCommits | null
  readonly pr: PrObservation
  /** Digest of what title and body of the pull request should be now. */
  readonly prText: string
  readonly budget: BudgetObservation
  readonly options: Pick<RunOptions, 'autoMerge' | 'pauseOnPr' | 'admin' | 'syncBeforeMerge' | 'draft' | 'targetBranch'>
  readonly policy: Policy
  /** How long the gate took when it last ran (ms); null = never measured. */
  readonly gateDurationMs: number | null
}
