/**
 * Brings a record in line with the world: a head somebody pushed, a merge that happened without its record (a kill in
 * between), a branch that somebody merged by hand.
 */
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import type { IsAncestor } from './history.ts'
import type { PrRecord } from './pr-record.ts'
import type { PrRecords } from './pr-records.ts'
import { findMergeCommit } from './pr-trailer.ts'
import type { Upstream } from './upstream.ts'

export type Refreshed = {
  readonly record: PrRecord
  readonly target: CommitSha
  /** null = the branch is gone there. */
  readonly pushed: CommitSha | null
}

export type RefreshDependencies = {
  readonly git: Git
  readonly isAncestor: IsAncestor
  readonly upstream: Upstream
  readonly records: PrRecords
  readonly now: () => number
}

/** Only for an open PR. Throws a Failure when the upstream or git cannot say. */
export async function refresh(deps: RefreshDependencies, open: PrRecord): Promise<Refreshed> {
  const { upstream, records, now } = deps
  // The head first: its look answers for the target branch as well.
  const looking = upstream.readHead(open.headBranch)
  const [pushed, target] = await Promise.all([looking, upstream.readTarget()])
  const head = pushed ?? open.head
  if (pushed !== null) await upstream.ensureCommit(open.headBranch, pushed)
  const commit = await findMerge(deps, open, { head, target })
  const record = await records.update(open.number, (known) => {
    if (known.status.state !== 'open') return known
    if (commit !== null) return { ...known, head, status: { state: 'merged', at: now(), commit } }
    return known.head === head ? known : { ...known, head, headSince: now() }
  })
  return { record, target, pushed }
}

/** By our own merge commit, or because the target branch contains the head. */
async function findMerge(
  { git, isAncestor }: RefreshDependencies,
  { key, mergeIntent }: PrRecord,
  { head, target }: { head: CommitSha; target: CommitSha },
): Promise<CommitSha | null> {
  if (mergeIntent !== null) {
    const commit = await findMergeCommit(git, { base: mergeIntent.base, target, key })
    if (commit !== null) return commit
  }
  return (await isAncestor(head, target)) ? target : null
}
