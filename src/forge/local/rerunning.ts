/** Starting checks again: only what failed, only for the head of an open pull request, where CI runs it at once. */
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { RerunResult } from '../forge.ts'
import type { Ci } from './ci.ts'
import { checksOf, type PrRecord, toPrUrl, withChecks } from './pr-record.ts'
import type { PrRecords } from './pr-records.ts'

export async function rerunChecks(
  { records, ci }: { records: PrRecords; ci: Ci },
  { number, head, names }: { number: PrNumber; head: CommitSha; names: readonly string[] },
): Promise<RerunResult> {
  let why: string | null = null
  const record = await records.update(number, (known) => {
    const again = withoutResults(known, head, names)
    why = findObstacle(again, head, names)
    return why === null ? again : known
  })
  ci.ensure(record)
  return why === null ? { kind: 'started' } : { kind: 'impossible', why }
}

/** Pending checks keep running; when the search for checks failed, it is made again. */
function withoutResults(record: PrRecord, head: CommitSha, names: readonly string[]): PrRecord {
  const checks = checksOf(record, head)
  const again = checks?.filter((check) => check.status === 'failed' && names.includes(check.name)) ?? []
  if (checks === null || again.length === 0) return record
  if (again.some((check) => check.command === null)) return withChecks(record, head, null)
  return withChecks(
    record,
    head,
    checks.map((check) =>
      again.includes(check)
        ? { ...check, status: 'pending', cause: 'unknown', description: '', reruns: check.reruns + 1 }
        : check,
    ),
  )
}

/** Why none of them is under way in this record; null = one is. */
function findObstacle(record: PrRecord, head: CommitSha, names: readonly string[]): string | null {
  if (record.status.state !== 'open') return `${toPrUrl(record.number)} is ${record.status.state}`
  if (record.head !== head) return `the head is ${record.head} by now`
  const checks = checksOf(record, head)
  const isUnderWay = checks?.some((check) => check.status === 'pending' && names.includes(check.name)) ?? true
  return isUnderWay ? null : `no check of this name failed: ${names.join(', ')}`
}
