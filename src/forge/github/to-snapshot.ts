/** A pull request's node, told in the words of the domain. Pure. */
import type {
  ChecksObservation,
  Mergeability,
  MergeSchedule,
  PrSnapshot,
  ReviewsObservation,
} from '../../domain/observation.ts'
import type { PrNode } from './pr-node.ts'
import type { BranchRules } from './required-checks.ts'
import type { RepositoryNode } from './snapshot-query.ts'

export type SnapshotParts = {
  readonly node: PrNode
  readonly repository: RepositoryNode
  readonly rules: BranchRules
  readonly checks: ChecksObservation
  readonly reviews: ReviewsObservation
  readonly headSince: number
}

export function toSnapshot({ node, repository, rules, checks, reviews, headSince }: SnapshotParts): PrSnapshot {
  const behind = (node.baseRef?.compare?.behindBy ?? 0) > 0 || node.mergeStateStatus === 'BEHIND'
  const mergeability = toMergeability(node, behind)
  return {
    number: node.number,
    url: node.url,
    title: node.title,
    author: node.author?.login ?? 'ghost',
    state: STATES[node.state],
    draft: node.isDraft,
    headBranch: node.headRefName,
    head: node.headRefOid,
    isFromFork: node.isCrossRepository,
    baseBranch: node.baseRefName,
    mergeCommit: node.mergeCommit?.oid ?? null,
    mergeability,
    behind,
    mustBeUpToDate: rules.strict || node.mergeStateStatus === 'BEHIND',
    awaits: toAwaits(node, rules),
    checks,
    reviews,
    mergeScheduled: toScheduled(node),
    canSchedule: toSchedulable(node, repository, rules),
    headSince,
  }
}

const STATES = { OPEN: 'open', CLOSED: 'closed', MERGED: 'merged' } as const

/** BLOCKED hides whether it is behind; UNSTABLE and HAS_HOOKS can be merged, and a draft has a clause of its own. */
function toMergeability({ state, mergeable, mergeStateStatus }: PrNode, behind: boolean): Mergeability {
  if (state !== 'OPEN') return 'unknown'
  if (mergeable === 'CONFLICTING' || mergeStateStatus === 'DIRTY') return 'conflicting'
  if (mergeable !== 'MERGEABLE' || mergeStateStatus === 'UNKNOWN') return 'unknown'
  if (mergeStateStatus === 'BLOCKED') return 'blocked'
  return behind ? 'behind' : 'clean'
}

function toAwaits({ state, reviewDecision, reviewThreads, baseRef }: PrNode, rules: BranchRules): readonly string[] {
  if (state !== 'OPEN') return []
  const awaited: string[] = []
  if (reviewDecision === 'REVIEW_REQUIRED') awaited.push('an approving review')
  if (reviewDecision === 'CHANGES_REQUESTED') awaited.push('another review by who asked for changes')
  const isOpen = (reviewThreads?.nodes ?? []).some((thread) => !thread.isResolved)
  const mustResolve = rules.mustResolveThreads || baseRef?.refUpdateRule?.requiresConversationResolution === true
  if (mustResolve && isOpen) awaited.push('every conversation to be resolved')
  return awaited
}

function toScheduled({ state, isInMergeQueue, autoMergeRequest }: PrNode): MergeSchedule | null {
  if (state !== 'OPEN') return null
  if (isInMergeQueue === true) return 'queue'
  return autoMergeRequest === null ? null : 'auto_merge'
}

function toSchedulable(node: PrNode, repository: RepositoryNode, rules: BranchRules): MergeSchedule | null {
  if (node.isMergeQueueEnabled === true || rules.hasQueue) return 'queue'
  return repository.autoMergeAllowed === true ? 'auto_merge' : null
}
