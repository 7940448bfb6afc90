/**
 * What the checks say of the target branch's newest commit. Nothing is run for it: a pull request that was up to date
 * when it was merged had the same files, and its results count.
 */
import type { CommitSha } from '../../domain/ids.ts'
import { treeOf } from '../../workspace/commits.ts'
import type { Git } from '../../workspace/git.ts'
import { type CheckRecord, checksOf, type PrRecord } from './pr-record.ts'
import type { PrRecords } from './pr-records.ts'

/** By name of the check; one that is missing is not known. */
export type BaseResults = ReadonlyMap<string, 'passed' | 'failed'>

const NOTHING: BaseResults = new Map()

/** Asked for a PR with a failed check; what cannot be read is not known. */
export async function readBaseResults(
  { git, records }: { git: Git; records: PrRecords },
  target: CommitSha,
): Promise<BaseResults> {
  try {
    for (const record of await records.all()) {
      const checks = checksOf(record, record.head)
      if (checks !== null && (await isOf(git, record, target))) return toResults(checks)
    }
  } catch {} // the look at the PR itself is what reports trouble
  return NOTHING
}

async function isOf(git: Git, { head, status }: PrRecord, target: CommitSha): Promise<boolean> {
  if (head === target) return true
  if (status.state !== 'merged' || status.commit !== target) return false
  return (await treeOf(git, head)) === (await treeOf(git, target))
}

function toResults(checks: readonly CheckRecord[]): BaseResults {
  return new Map(
    checks.flatMap(({ name, status, cause }) =>
      status === 'passed' || (status === 'failed' && cause !== 'infrastructure') ? [[name, status] as const] : [],
    ),
  )
}
