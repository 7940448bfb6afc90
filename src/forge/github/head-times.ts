/** Since when a commit is the head of a pull request. GitHub does not say when it was pushed. */
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { PrNode } from './pr-node.ts'

export type HeadTimes = { since(node: PrNode): number }

/**
 * A check suite is made at the push, so the first of them tells; without any it is when we first saw this head. Never
 * before the pull request was opened, and never in the future.
 */
export function createHeadTimes(now: () => number): HeadTimes {
  const firstSeen = new Map<PrNumber, { head: CommitSha; at: number }>()
  return {
    since(node) {
      const known = firstSeen.get(node.number)
      const seen = known?.head === node.headRefOid ? known.at : now()
      firstSeen.set(node.number, { head: node.headRefOid, at: seen })
      const commit = node.commits?.nodes?.at(-1)?.commit
      const suites = commit?.oid === node.headRefOid ? (commit.checkSuites?.nodes ?? []) : []
      const made = suites.flatMap((suite) => suite?.createdAt ?? [])
      return Math.min(now(), Math.max(node.createdAt, Math.min(seen, ...made)))
    },
  }
}
