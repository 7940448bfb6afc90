/** What a forge shows that has lost a page, or has not caught up: absence in it proves nothing. */
import type { CommitSha } from '../../../src/domain/ids.ts'
import type { KnownReviews, PrObservation, PrSnapshot } from '../../../src/domain/observation.ts'

const LOSSES: readonly ((pr: PrSnapshot) => Partial<PrSnapshot>)[] = [
  (pr) => reviewsOf(pr, { threads: [], threadsComplete: false }),
  (pr) => reviewsOf(pr, { changeRequests: [], reviewersComplete: false }),
  (pr) => reviewsOf(pr, { comments: [], commentsComplete: false }),
  () => ({ reviews: { kind: 'unknown', why: 'no answer' } }),
  () => ({ checks: { kind: 'unknown', why: 'no answer' } }),
  ({ checks }) => (checks.kind === 'reported' ? { checks: { ...checks, items: [], complete: false } } : {}),
  ({ checks }) => (checks.kind === 'reported' ? { checks: { ...checks, head: OLDER } } : {}),
  () => ({ mergeability: 'unknown' }),
]

const OLDER = 'e'.repeat(40) as CommitSha

export function partOf(whole: PrObservation, which: number): PrObservation {
  if (whole.kind !== 'pr') return whole
  const lose = LOSSES[which % LOSSES.length]
  return { kind: 'pr', pr: { ...whole.pr, ...lose?.(whole.pr) } }
}

function reviewsOf({ reviews }: PrSnapshot, changes: Partial<KnownReviews>): Partial<PrSnapshot> {
  return reviews.kind === 'known' ? { reviews: { ...reviews, ...changes } } : {}
}
