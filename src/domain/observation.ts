/** What was just read from git, the forge, the store and the clock. Every look outside answers yes, no or unknown. */
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

export type Check = {
  readonly name: string
  readonly status: 'pending' | 'passed' | 'failed' | 'skipped'
  readonly required: boolean | 'unknown'
  readonly description: string
  /** `infrastructure`: it never reached the code (could not start, runner lost). */
  readonly cause: 'code' | 'infrastructure' | 'unknown'
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

export type ReviewThread = {
  readonly id: string
  readonly resolved: boolean
  readonly author: string
  readonly isBot: boolean
  /** The policy lets this author's words reach an agent. */
  readonly trusted: boolean
  readonly path: string | null
  readonly line: number | null
  readonly body: string
  /** The last comment is ours: answered, waiting for the author. */
  readonly answered: boolean
}

export type ChangeRequest = {
  readonly author: string
  readonly isBot: boolean
  readonly body: string
  readonly answered: boolean
}

export type ReviewsObservation =
  | { readonly kind: 'unknown'; readonly why: string }
  | {
      readonly kind: 'known'
      readonly threads: readonly ReviewThread[]
      readonly threadsComplete: boolean
      readonly changeRequests: readonly ChangeRequest[]
      /** An incomplete list counts as if a human had asked for changes. */
      readonly reviewersComplete: boolean
      /** Review bots are known to comment on this repository some time after green. */
      readonly botsExpected: boolean
    }

export type Mergeability = 'clean' | 'conflicting' | 'behind' | 'blocked' | 'unknown'

export type PrSnapshot = {
  readonly number: PrNumber
  readonly url: string
  readonly title: string
  readonly state: 'open' | 'merged' | 'closed'
  readonly draft: boolean
  readonly head: CommitSha
  readonly baseBranch: string
  readonly mergeCommit: CommitSha | null
  readonly mergeability: Mergeability
  readonly checks: ChecksObservation
  readonly reviews: ReviewsObservation
  /** Accepted by the forge to be merged later: scheduled is not merged. */
  readonly mergeScheduled: boolean
  /** Since when `head` is the head (epoch ms). */
  readonly headSince: number
}

export type PrObservation =
  | { readonly kind: 'unknown'; readonly why: string }
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
  readonly pr: PrObservation
  readonly budget: BudgetObservation
  readonly options: Pick<RunOptions, 'autoMerge' | 'pauseOnPr'>
  readonly policy: Policy
  /** How long the gate took when it last ran (ms); null = never measured. */
  readonly gateDurationMs: number | null
}
