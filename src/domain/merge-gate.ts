/**
 * The only judge of "may this merge". One snapshot in, one verdict out; every path that merges asks here. What is not
 * known is not allowed.
 */
import { judgeChecks, toleratedFailures } from './checks.ts'
import { countsAgainstMerge } from './feedback.ts'
import type { CommitSha } from './ids.ts'
import type {
  KnownReviews,
  PrSnapshot,
  PushedObservation,
  ReviewsObservation,
  WorkspaceObservation,
} from './observation.ts'
import type { Policy } from './policy.ts'
import type { Finding } from './run.ts'

export type MergeQuestion = {
  readonly now: number
  readonly pr: PrSnapshot
  readonly workspace: WorkspaceObservation
  readonly pushed: PushedObservation
  readonly autoMerge: boolean
  /** Past the rules of the target branch; every other clause holds all the same. */
  readonly admin: boolean
  /** What reviewers said and was dealt with. */
  readonly findings: readonly Finding[]
  /** A person accepted that no check reports on this commit. */
  readonly noChecksAcceptedFor: CommitSha | null
  /** When all checks of the head were first seen green. */
  readonly greenAt: number | null
  readonly policy: Policy
}

export type MergeVerdict =
  | { readonly kind: 'merge'; readonly head: CommitSha; readonly tolerated: readonly string[] }
  /** Everything is in order; a person merges. */
  | { readonly kind: 'ready'; readonly head: CommitSha }
  | { readonly kind: 'not_yet'; readonly clause: MergeClause; readonly why: string }

export const MERGE_CLAUSES = [
  'open',
  'nothing_uncommitted',
  'nothing_unpushed',
  'head_evaluated',
  'checks',
  'not_draft',
  'mergeable',
  'threads',
  'change_requests',
  'quiet',
  'not_scheduled',
] as const
export type MergeClause = (typeof MERGE_CLAUSES)[number]

/** Each clause answers null when it holds, else why it does not. */
const CLAUSES: Readonly<Record<MergeClause, (q: MergeQuestion) => string | null>> = {
  open: ({ pr }) => (pr.state === 'open' ? null : `the pull request is ${pr.state}`),
  not_draft: ({ pr }) => (pr.draft ? 'the pull request is a draft' : null),
  nothing_uncommitted: ({ workspace }) => {
    if (workspace.kind !== 'present') return 'the workspace cannot be read'
    if (workspace.operationInProgress) return 'a git operation is half-way in the workspace'
    return workspace.tree === 'clean' ? null : 'the workspace has uncommitted changes'
  },
  nothing_unpushed: ({ workspace, pushed }) => {
    if (pushed.kind === 'unknown') return `what the forge holds is unknown: ${pushed.why}`
    return workspace.kind === 'present' && pushed.head === workspace.head ? null : 'the workspace and the forge differ'
  },
  head_evaluated: ({ workspace, pr }) =>
    workspace.kind === 'present' && workspace.head === pr.head ? null : 'the pull request shows another commit',
  checks: judgeCi,
  mergeable: judgeMergeability,
  threads: (q) => withReviews(q.pr.reviews, (reviews) => unresolvedThreads(reviews, q)),
  change_requests: ({ pr, policy }) => withReviews(pr.reviews, (reviews) => changeRequests(reviews, policy)),
  quiet: (q) =>
    q.pr.reviews.kind === 'known' && q.pr.reviews.botsExpected && q.now < (q.greenAt ?? q.now) + q.policy.reviewQuietMs
      ? 'review bots may still comment'
      : null,
  not_scheduled: ({ pr }) =>
    pr.mergeScheduled === null ? null : `the forge has accepted the merge and does it later (${pr.mergeScheduled})`,
}

export type ReadClause = { readonly clause: MergeClause /** null = it holds. */; readonly why: string | null }

/** Every clause by itself, for who wants to see all that is missing. */
export function readClauses(question: MergeQuestion): readonly ReadClause[] {
  return MERGE_CLAUSES.map((clause) => ({ clause, why: CLAUSES[clause](question) }))
}

export function judgeMerge(question: MergeQuestion): MergeVerdict {
  for (const { clause, why } of readClauses(question)) {
    if (why !== null) return { kind: 'not_yet', clause, why }
  }
  const { head } = question.pr
  if (!question.autoMerge) return { kind: 'ready', head }
  return { kind: 'merge', head, tolerated: toleratedFailures(question.pr.checks, head, question.policy) }
}

function judgeCi(q: MergeQuestion): string | null {
  const verdict = judgeChecks(q.pr.checks, q.pr.head, q.policy)
  switch (verdict.kind) {
    case 'green':
    case 'none_configured':
      return null
    case 'none_yet':
      return q.noChecksAcceptedFor === q.pr.head ? null : 'no check has passed for this commit'
    case 'unknown':
      return verdict.why
    case 'pending':
      return `checks have not ended: ${verdict.names.join(', ')}`
    case 'failed':
      return `checks failed: ${verdict.failed.map((check) => check.name).join(', ')}`
  }
}

/** A queue or auto-merge waits for what the rules still demand; what only a person can give is waited for here. */
function judgeMergeability({ pr, admin }: MergeQuestion): string | null {
  const { mergeability, mustBeUpToDate, canSchedule, awaits } = pr
  switch (mergeability) {
    case 'clean':
      return null
    case 'behind':
      return mustBeUpToDate && !admin && canSchedule !== 'queue' ? 'its rules demand that it is up to date' : null
    case 'blocked':
      if (admin || (canSchedule !== null && awaits.length === 0)) return null
      return awaits.length === 0 ? 'the rules of the target branch forbid it' : `it needs ${awaits.join(' and ')}`
    case 'conflicting':
      return `it conflicts with ${pr.baseBranch}`
    case 'unknown':
      return 'the forge does not say yet whether it can be merged'
  }
}

function withReviews(reviews: ReviewsObservation, judge: (known: KnownReviews) => string | null): string | null {
  return reviews.kind === 'unknown' ? `reviews are unknown: ${reviews.why}` : judge(reviews)
}

function unresolvedThreads(reviews: KnownReviews, { findings, policy }: MergeQuestion): string | null {
  if (!reviews.threadsComplete) return 'the list of review threads is incomplete'
  const open = reviews.threads.filter((thread) => countsAgainstMerge(thread, findings, policy.botChangeRequestsBlock))
  if (open.length === 0) return null
  return open.length === 1 ? 'one review thread is not resolved' : `${open.length} review threads are not resolved`
}

function changeRequests(reviews: KnownReviews, policy: Policy): string | null {
  if (!reviews.reviewersComplete) return 'the list of reviewers is incomplete'
  const counting = reviews.changeRequests.filter((request) =>
    request.isBot ? policy.botChangeRequestsBlock : request.trusted,
  )
  return counting.length === 0 ? null : `changes requested by ${counting.map((request) => request.author).join(', ')}`
}
