/** A record, told in the words of the domain. */
import { join } from 'node:path'
import { pathToFileURL } from 'node:url'
import type { Check, ChecksObservation, PrSnapshot, ReviewsObservation } from '../../domain/observation.ts'
import type { BaseResults } from './base-checks.ts'
import type { Standing } from './history.ts'
import { type CheckRecord, checksOf, type PrRecord, toPrUrl } from './pr-record.ts'

/** What a record does not hold. */
export type Surroundings = Standing & {
  readonly directory: string
  /** Who opens pull requests here. */
  readonly author: string
  /** Why results could not be recorded. */
  readonly trouble: string | null
  /** What checks said of the target branch's newest commit, by name. */
  readonly onBase: BaseResults
}

export function toSnapshot(record: PrRecord, now: Surroundings): PrSnapshot {
  const { number, title, headBranch, head, headSince, baseBranch, status } = record
  return {
    number,
    url: toPrUrl(number),
    title,
    author: now.author,
    state: status.state,
    draft: false,
    headBranch,
    head,
    isFromFork: false,
    baseBranch,
    mergeCommit: status.state === 'merged' ? status.commit : null,
    mergeability: now.mergeability,
    behind: now.behind,
    mustBeUpToDate: false,
    awaits: [],
    checks: now.trouble === null ? toChecks(record, now) : { kind: 'unknown', why: now.trouble },
    reviews: NO_REVIEWS,
    mergeScheduled: null,
    canSchedule: null,
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
  comments: [],
  commentsComplete: true,
  botsExpected: false,
}

function toChecks(record: PrRecord, now: Surroundings): ChecksObservation {
  const checks = checksOf(record, record.head)
  if (checks?.length === 0) return { kind: 'none_configured' }
  const items = checks === null ? [SEARCH] : checks.map((check) => toCheck(check, now))
  return { kind: 'reported', head: record.head, complete: true, items }
}

/** Until the checks of a commit are known, finding them is the one that is pending. */
const SEARCH: Check = {
  name: 'checkout',
  status: 'pending',
  required: true,
  description: "finding the project's checks",
  cause: 'unknown',
  onBase: 'unknown',
  canRerun: false,
  url: null,
}

function toCheck(check: CheckRecord, { directory, onBase }: Surroundings): Check {
  const { name, status, description, cause, log } = check
  const url = status === 'pending' ? null : pathToFileURL(join(directory, log)).href
  return {
    name,
    status,
    required: true,
    description,
    cause,
    onBase: (status === 'failed' && onBase.get(name)) || 'unknown',
    canRerun: status !== 'pending',
    url,
  }
}
