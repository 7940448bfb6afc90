/**
 * Merging: exactly the head that was asked for, by whatever method, onto the target branch. The intent is recorded before
 * the branch moves, and whether it moved is read back; a kill at any instruction leaves something `refresh` recognises.
 */
import type { RunEventBody } from '../../domain/events.ts'
import { type Failure, type FailureKind, toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import { signNow } from '../../workspace/commits.ts'
import type { Identity } from '../../workspace/repository.ts'
import type { MergeRequest, MergeResult } from '../forge.ts'
import { prepareMerge } from './merge-methods.ts'
import { checksOf, type PrRecord, toPrUrl } from './pr-record.ts'
import { type RefreshDependencies, refresh } from './refresh.ts'

export type MergeDependencies = RefreshDependencies & {
  readonly identity: Identity
  readonly emit: (event: RunEventBody) => void
}

export async function mergePr(deps: MergeDependencies, request: MergeRequest): Promise<MergeResult> {
  try {
    const known = await deps.records.get(request.number)
    if (known.status.state !== 'open') return toEnded(known)
    const { record, target, pushed } = await refresh(deps, known)
    if (record.status.state !== 'open') return toEnded(record)
    const objection = findObjection(record, pushed, request.head)
    return objection ?? (await mergeOnto(deps, request, { record, base: target }))
  } catch (error) {
    return toTrouble(toFailure(error))
  }
}

/** What is wrong on this side is thrown; any other trouble may have come after the branch moved. */
function toTrouble(failure: Failure): MergeResult {
  if (OURS.has(failure.kind)) throw failure
  return { kind: failure.kind === 'forge_refused' ? 'refused' : 'unknown', why: failure.message }
}

const OURS: ReadonlySet<FailureKind> = new Set<FailureKind>(['disk', 'state_corrupt', 'internal'])

function toEnded({ number, status }: PrRecord): MergeResult {
  return status.state === 'merged'
    ? { kind: 'merged', commit: status.commit }
    : { kind: 'refused', why: `${toPrUrl(number)} is ${status.state}` }
}

/** What a protected branch would say, whoever asks. */
function findObjection(record: PrRecord, pushed: CommitSha | null, head: CommitSha): MergeResult | null {
  if (pushed !== head) return { kind: 'stale', why: `the head is ${pushed ?? 'gone'}, not ${head}` }
  const checks = checksOf(record, head)
  if (checks === null) return { kind: 'stale', why: 'the checks of this commit have not started' }
  const failed = checks.filter((check) => check.status === 'failed').map((check) => check.name)
  if (failed.length > 0) return { kind: 'refused', why: `checks failed: ${failed.join(', ')}` }
  const pending = checks.filter((check) => check.status === 'pending').map((check) => check.name)
  return pending.length > 0 ? { kind: 'stale', why: `checks have not ended: ${pending.join(', ')}` } : null
}

async function mergeOnto(
  deps: MergeDependencies,
  { head, title, body, method }: MergeRequest,
  { record, base }: { record: PrRecord; base: CommitSha },
): Promise<MergeResult> {
  const { git, identity, now } = deps
  const prepared = await prepareMerge(git, {
    method: method ?? 'squash',
    record,
    text: { title, body },
    base,
    head,
    committer: signNow(identity, now()),
  })
  switch (prepared.kind) {
    case 'commit':
      return moveTarget(deps, record, { base, commit: prepared.commit })
    case 'empty':
      return closeEmpty(deps, record, base)
    case 'conflicting':
      return { kind: 'stale', why: `it conflicts with ${record.baseBranch}` }
    case 'impossible':
      return { kind: 'refused', why: `${method}: ${prepared.why}` }
    case 'unknown':
      return prepared
  }
}

/** Somebody already brought the same change: there is nothing to commit, and nothing is missing. */
async function closeEmpty(deps: MergeDependencies, { number }: PrRecord, base: CommitSha): Promise<MergeResult> {
  const { records, now, emit } = deps
  const { baseBranch } = await records.update(number, (record) => ({
    ...record,
    status: { state: 'merged', at: now(), commit: base },
  }))
  emit({
    type: 'warning',
    message: `${toPrUrl(number)} changes nothing that ${baseBranch} does not have already (${base.slice(0, 12)}): closed as merged, without a commit`,
  })
  return { kind: 'merged', commit: base }
}

async function moveTarget(
  deps: MergeDependencies,
  { number }: PrRecord,
  move: { base: CommitSha; commit: CommitSha },
): Promise<MergeResult> {
  const intended = await deps.records.update(number, (record) => ({ ...record, mergeIntent: move }))
  const failure = await deps.upstream.advanceTarget(move).then(() => null, toFailure)
  const { record, target } = await refresh(deps, intended)
  if (record.status.state === 'merged') return { kind: 'merged', commit: record.status.commit }
  if (target !== move.base) return { kind: 'stale', why: `${record.baseBranch} has moved to ${target.slice(0, 12)}` }
  return toNotMoved(failure)
}

/** Without an answer it may still happen later; a refusal is one. */
function toNotMoved(failure: Failure | null): MergeResult {
  if (failure === null) return { kind: 'unknown', why: 'the target branch does not show the merge commit' }
  return { kind: failure.isRetryable ? 'unknown' : 'refused', why: failure.message }
}
