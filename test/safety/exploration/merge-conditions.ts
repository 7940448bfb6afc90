/**
 * When a pull request may be merged, written a second time and without a look at the gate: from its table in
 * docs/github.md, the other way round (what forbids it). The gate is never asked to judge itself.
 */

import type { MergeQuestion } from '../../../src/domain/merge-gate.ts'
import type { Check, PrSnapshot, Remark, ReviewThread } from '../../../src/domain/observation.ts'
import type { Policy } from '../../../src/domain/policy.ts'
import type { Finding } from '../../../src/domain/run.ts'

/** Everything that forbids the merge; empty = it may be merged, by us or (auto-merge off) by a person. */
export function obstacles(q: Omit<MergeQuestion, 'autoMerge'>): readonly string[] {
  const { pr, workspace, pushed } = q
  const found: string[] = []
  if (pr.state !== 'open') found.push('not open')
  if (pr.draft) found.push('draft')
  if (pr.mergeScheduled !== null) found.push('scheduled already')
  if (workspace.kind !== 'present') found.push('no workspace')
  else {
    if (workspace.tree !== 'clean' || workspace.operationInProgress) found.push('not everything is committed')
    if (pushed.kind !== 'known' || pushed.head !== workspace.head) found.push('not everything is pushed')
    if (pr.head !== workspace.head) found.push('another head')
  }
  if (!isProven(pr, q.policy, q.noChecksAcceptedFor)) found.push('not proven by checks')
  if (!isAllowedByForge(pr, q.admin)) found.push('the forge forbids it')
  return [...found, ...objections(q)]
}

/** Ended, for this commit, without a failure that counts, and at least one passed. */
export function isProven(pr: PrSnapshot, policy: Policy, accepted: string | null): boolean {
  const { checks } = pr
  if (checks.kind === 'none_configured') return true
  if (checks.kind === 'unknown') return false
  if (checks.head !== pr.head) return accepted === pr.head
  if (checks.items.some((check) => check.status === 'pending' || redAndCounts(check, policy))) return false
  if (!checks.complete) return false
  return checks.items.some((check) => check.status === 'passed') || accepted === pr.head
}

export function redAndCounts(check: Check, policy: Policy): boolean {
  if (check.status !== 'failed') return false
  const told = check.description.toLowerCase()
  return policy.toleratedFailures.every(
    (rule) => rule.check !== check.name || !told.includes(rule.descriptionIncludes.toLowerCase()),
  )
}

function isAllowedByForge({ mergeability, mustBeUpToDate, canSchedule, awaits }: PrSnapshot, admin: boolean): boolean {
  if (mergeability === 'clean') return true
  if (mergeability === 'behind') return !mustBeUpToDate || admin || canSchedule === 'queue'
  if (mergeability === 'blocked') return admin || (canSchedule !== null && awaits.length === 0)
  return false
}

function objections({ pr, findings, policy, now, greenAt }: Omit<MergeQuestion, 'autoMerge'>): readonly string[] {
  const { reviews } = pr
  if (reviews.kind !== 'known') return ['reviews unknown']
  const found: string[] = []
  if (!reviews.threadsComplete || !reviews.reviewersComplete) found.push('not all reviews were seen')
  if (reviews.threads.some((thread) => isOpenThread(thread, findings, policy))) found.push('open thread')
  if (reviews.changeRequests.some((remark) => isNo(remark, policy))) found.push('changes requested')
  const quietSince = greenAt ?? now
  if (reviews.botsExpected && now - quietSince < policy.reviewQuietMs) found.push('bots may still speak')
  return found
}

function isNo(remark: Remark, policy: Policy): boolean {
  return remark.isBot ? policy.botChangeRequestsBlock : remark.trusted
}

/** A trusted person's stays open until it is resolved; a bot's until it was answered (or, by policy, like a person's). */
function isOpenThread(thread: ReviewThread, findings: readonly Finding[], policy: Policy): boolean {
  const counting = thread.remarks.filter((remark) => remark.trusted && !remark.ours)
  const newest = counting.at(-1)
  if (thread.resolved || newest === undefined) return false
  if (counting.some((remark) => !remark.isBot) || policy.botChangeRequestsBlock) return true
  const answers = findings.filter((finding) => finding.id === thread.id)
  if (answers.length > 0) return !answers.some((answer) => answer.remark === newest.id)
  return thread.remarks.filter((remark) => remark.trusted || remark.ours).at(-1)?.ours !== true
}
