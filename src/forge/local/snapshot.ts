/** A record, told in the words of the domain. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type {
  Check,
  ChecksObservation,
  Mergeability,
  PrSnapshot,
  ReviewsObservation,
} from '../../domain/observation.ts'
import { type CheckRecord, checksOf, type PrRecord, toPrUrl } from './pr-record.ts'

export function toSnapshot(
  record: PrRecord,
  now: { directory: string; mergeability: Mergeability; trouble: string | null },
): PrSnapshot {
  const { number, title, head, headSince, baseBranch, status } = record
  return {
    number,
    url: toPrUrl(number),
    title,
    state: status.state,
    draft: false,
    head,
    baseBranch,
    mergeCommit: status.state === 'merged' ? status.commit : null,
    mergeability: now.mergeability,
    checks: now.trouble === null ? toChecks(record, now.directory) : { kind: 'unknown', why: now.trouble },
    reviews: NO_REVIEWS,
    mergeScheduled: false,
    headSince,
  }
}

/** Nobody reviews here, and that is known. */
const NO_REVIEWS: ReviewsObservation = {
  kind: 'known',
  threads: [],
  threadsComplete: true,
  changeRequests: [],
  reviewersComplete: true,
  botsExpected: false,
}

function toChecks(record: PrRecord, directory: string): ChecksObservation {
  const checks = checksOf(record, record.head)
  if (checks?.length === 0) return { kind: 'none_configured' }
  const items = checks === null ? [SEARCH] : checks.map((check) => toCheck(check, directory))
  return { kind: 'reported', head: record.head, complete: true, items }
}

/** Until the checks of a commit are known, finding them is the one that is pending. */
const SEARCH: Check = {
  name: 'checkout',
  status: 'pending',
  required: true,
  description: "finding the project's checks",
  cause: 'unknown',
  url: null,
}

function toCheck({ name, status, description, cause, log }: CheckRecord, directory: string): Check {
  const url = status === 'pending' ? null : pathToFileURL(join(directory, log)).href
  return { name, status, required: true, description, cause, url }
}
