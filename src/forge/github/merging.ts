/**
 * Merging: exactly the head that was asked for, in the way the repository leaves open, and merged only when GitHub shows
 * it. What GitHub refuses is understood by looking again, not by its words.
 */
import { z } from 'zod'
import { type Failure, toFailure } from '../../domain/failure.ts'
import { MERGE_METHODS, type MergeMethod } from '../../domain/run.ts'
import type { MergeRequest, MergeResult } from '../forge.ts'
import type { GithubClient } from './client.ts'
import { enableAutoMerge, enqueue } from './merge-schedule.ts'
import { type MergeSettings, type PrFacts, readPrFacts } from './pr-facts.ts'

type Ready = { readonly pr: PrFacts; readonly method: MergeMethod; readonly settings: MergeSettings }

export async function mergePr(client: GithubClient, request: MergeRequest): Promise<MergeResult> {
  const { pr, settings } = await readPrFacts(client, request.number)
  const settled = settle(pr, request)
  if (settled !== null) return settled
  const method = chooseMethod(settings, request.method)
  if (pr === null || method === null) {
    return { kind: 'refused', why: `the repository does not allow to merge by ${request.method ?? 'any method'}` }
  }
  const ready = { pr, method, settings }
  if (request.admin) return mergeNow(client, request, ready)
  if (pr.isMergeQueueEnabled === true) return schedule(client, request, { ...ready, by: 'queue' })
  if (!isHeld(pr)) return mergeNow(client, request, ready)
  // An administrator's token would pass by the rules here without having been asked to.
  if (settings.autoMergeAllowed !== true) return { kind: 'refused', why: `the rules of the target branch forbid it` }
  return schedule(client, request, { ...ready, by: 'auto_merge' })
}

/** What needs no call: it is merged, gone, another commit by now, or cannot be merged as it is. */
function settle(pr: PrFacts | null, { number, head }: MergeRequest): MergeResult | null {
  if (pr === null) return { kind: 'refused', why: `there is no PR #${number}` }
  if (pr.state === 'MERGED') {
    const commit = pr.mergeCommit?.oid
    return commit === undefined
      ? { kind: 'unknown', why: 'its merge commit is not shown yet' }
      : { kind: 'merged', commit }
  }
  if (pr.state === 'CLOSED') return { kind: 'refused', why: `PR #${number} is closed` }
  if (pr.headRefOid !== head) return { kind: 'stale', why: `its head is ${pr.headRefOid.slice(0, 12)} by now` }
  if (isConflicting(pr)) return { kind: 'stale', why: 'it conflicts with the target branch' }
  if (pr.isDraft) return { kind: 'refused', why: `PR #${number} is a draft` }
  return isJudged(pr) ? null : { kind: 'stale', why: 'GitHub does not say yet whether it can be merged' }
}

async function mergeNow(client: GithubClient, request: MergeRequest, { pr, method }: Ready): Promise<MergeResult> {
  const { owner, name: repo } = client.address
  const { number, head: sha } = request
  const text = method === 'rebase' ? {} : { commit_title: toSubject(request), commit_message: request.body }
  const body = { owner, repo, pull_number: number, sha, merge_method: method, ...text }
  try {
    await client.rest('PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge', body, z.unknown())
  } catch (error) {
    return afterFailure(client, request, { before: pr, failure: toFailure(error) })
  }
  const seen = settle((await readPrFacts(client, number)).pr, request)
  return seen?.kind === 'merged' ? seen : { kind: 'unknown', why: 'GitHub has merged it and does not show it yet' }
}

async function schedule(
  client: GithubClient,
  request: MergeRequest,
  { pr, method, by }: Ready & { readonly by: 'queue' | 'auto_merge' },
): Promise<MergeResult> {
  try {
    if (by === 'queue') await enqueue(client, pr)
    else await enableAutoMerge(client, { pr, method, title: toSubject(request), body: request.body })
    return { kind: 'scheduled', by }
  } catch (error) {
    return afterFailure(client, request, { before: pr, failure: toFailure(error) })
  }
}

/** Refused, or not known whether it happened: what GitHub shows now tells. A failed look is thrown. */
async function afterFailure(
  client: GithubClient,
  request: MergeRequest,
  { before, failure }: { before: PrFacts; failure: Failure },
): Promise<MergeResult> {
  const maybeDone = failure.facts.maybeDone === true
  if (failure.isRetryable && !maybeDone) throw failure
  if (failure.kind === 'forge_auth') throw failure
  const { pr } = await readPrFacts(client, request.number)
  const settled = settle(pr, request)
  if (settled !== null) return settled
  if (pr?.isInMergeQueue === true) return { kind: 'scheduled', by: 'queue' }
  if (pr !== null && pr.autoMergeRequest !== null) return { kind: 'scheduled', by: 'auto_merge' }
  if (maybeDone) return { kind: 'unknown', why: failure.message }
  return { kind: pr === null || hasMoved(before, pr) ? 'stale' : 'refused', why: failure.message }
}

/** What was asked for was meant for another state of things. */
function hasMoved(before: PrFacts, now: PrFacts): boolean {
  return now.baseRef?.target?.oid !== before.baseRef?.target?.oid || now.mergeStateStatus !== before.mergeStateStatus
}

/** Squash first: one group is one commit. null = what was asked for is not allowed. */
function chooseMethod(settings: MergeSettings, asked: MergeMethod | null): MergeMethod | null {
  const allowed: Readonly<Record<MergeMethod, boolean>> = {
    squash: settings.squashMergeAllowed,
    merge: settings.mergeCommitAllowed,
    rebase: settings.rebaseMergeAllowed,
  }
  if (asked !== null) return allowed[asked] ? asked : null
  return MERGE_METHODS.find((method) => allowed[method]) ?? null
}

/**
 * Whether the rules hold it is told by one word; a word that is not known here may be one of theirs, and an
 * administrator's token would merge all the same.
 */
function isJudged({ mergeable, mergeStateStatus }: PrFacts): boolean {
  return mergeable === 'MERGEABLE' && [...FREE, ...HELD].includes(mergeStateStatus)
}

const FREE = ['CLEAN', 'UNSTABLE', 'HAS_HOOKS']
/** Merely behind is held only where the rules say so; elsewhere GitHub does not say BEHIND. */
const HELD = ['BLOCKED', 'BEHIND']

function isHeld({ mergeStateStatus }: PrFacts): boolean {
  return HELD.includes(mergeStateStatus)
}

export function isConflicting({ mergeable, mergeStateStatus }: PrFacts): boolean {
  return mergeable === 'CONFLICTING' || mergeStateStatus === 'DIRTY'
}

function toSubject({ title, number }: MergeRequest): string {
  return `${title} (#${number})`
}
