/** Bringing the target branch into a head branch: a merge commit on exactly the head that was asked for. */
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import { mergeTrees, requireKnown, signNow, writeCommit } from '../../workspace/commits.ts'
import type { Identity } from '../../workspace/repository.ts'
import type { BranchUpdate } from '../forge.ts'
import { type PrRecord, toPrUrl } from './pr-record.ts'
import { type RefreshDependencies, refresh } from './refresh.ts'

export type UpdateDependencies = RefreshDependencies & { readonly identity: Identity }

/** Throws a Failure when the upstream cannot be asked or does not say what became of it. */
export async function updateHeadBranch(
  deps: UpdateDependencies,
  { number, head }: { number: PrNumber; head: CommitSha },
): Promise<BranchUpdate> {
  const known = await deps.records.find(number)
  if (known === null) return refused(`there is no pull request #${number}`)
  const open = known.status.state === 'open' ? await refresh(deps, known) : null
  const record = open?.record ?? known
  if (open === null || record.status.state !== 'open') return refused(`${toPrUrl(number)} is ${record.status.state}`)
  if (open.pushed !== head) return stale(open.pushed)
  if (await deps.isAncestor(open.target, head)) return { kind: 'current' }
  return mergeInto(deps, record, { head, target: open.target })
}

async function mergeInto(
  deps: UpdateDependencies,
  { number, headBranch, baseBranch }: PrRecord,
  { head, target }: { head: CommitSha; target: CommitSha },
): Promise<BranchUpdate> {
  const { git, identity, records, now } = deps
  const merged = requireKnown(await mergeTrees(git, head, target))
  if (merged.kind === 'conflicting') return { kind: 'conflict' }
  const person = signNow(identity, now())
  const message = `Merge ${baseBranch} into ${headBranch}\n`
  const text = { tree: merged.tree, parents: [head, target], author: person, committer: person, message }
  const commit = await writeCommit(git, text)
  const result = await moveHead(deps, { headBranch, from: head, to: commit })
  if (result.kind === 'updated') {
    await records.update(number, (record) =>
      record.status.state === 'open' && record.head === head ? { ...record, head: commit, headSince: now() } : record,
    )
  }
  return result
}

/** Without an answer it may have moved all the same: it is looked up. */
async function moveHead(
  { upstream }: UpdateDependencies,
  move: { headBranch: string; from: CommitSha; to: CommitSha },
): Promise<BranchUpdate> {
  const failure = await upstream.advanceHead(move).then(() => null, toFailure)
  if (failure === null) return { kind: 'updated' }
  const there = await upstream.readHead(move.headBranch)
  if (there === move.to) return { kind: 'updated' }
  if (there !== move.from) return stale(there)
  if (failure.isRetryable) throw failure
  return refused(failure.message)
}

function stale(head: CommitSha | null): BranchUpdate {
  return { kind: 'stale', why: `the head is ${head ?? 'gone'} by now` }
}

function refused(why: string): BranchUpdate {
  return { kind: 'refused', why }
}
