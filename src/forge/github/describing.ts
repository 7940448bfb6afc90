/** From a pull request's node to a snapshot: the rest of its lists, and what rules, workflows and people mean for it. */
import { Failure } from '../../domain/failure.ts'
import type { ChecksObservation, PrSnapshot, ReviewsObservation } from '../../domain/observation.ts'
import { type RawCheck, toCheck, toRawChecks } from './checks.ts'
import type { CiPresence } from './ci-presence.ts'
import type { GithubClient } from './client.ts'
import { createHeadTimes } from './head-times.ts'
import { withAllPages } from './more-pages.ts'
import type { Found } from './newest-pr.ts'
import type { PrNode } from './pr-node.ts'
import { type BranchRules, type RequiredChecks, readBranchRules } from './required-checks.ts'
import type { ReviewBots } from './review-bots.ts'
import { toReviews } from './reviews.ts'
import { isWhole, type Page } from './schema.ts'
import { createTimedCache } from './timed-cache.ts'
import { toSnapshot } from './to-snapshot.ts'
import type { Triaging } from './triaging.ts'
import type { Trust } from './trust.ts'

export type DescribingParts = {
  readonly client: GithubClient
  readonly trust: Trust
  readonly bots: ReviewBots
  readonly presence: CiPresence
  readonly triaging: Triaging
  readonly now: () => number
}

export type Described = { readonly pr: PrSnapshot; readonly rawChecks: readonly RawCheck[] }

const RULES_TTL_MS = 5 * 60_000

/** Throws a Failure for what GitHub does not answer. */
export function createDescribing(parts: DescribingParts): (found: Found) => Promise<Described> {
  const { client, now } = parts
  const rulesOf = createTimedCache<BranchRules>({ keepMs: () => RULES_TTL_MS, now })
  const headTimes = createHeadTimes(now)

  async function describeChecks(
    node: PrNode,
    rules: BranchRules,
    raws: readonly RawCheck[],
  ): Promise<ChecksObservation> {
    const commit = headCommit(node)
    if (commit === undefined) return { kind: 'unknown', why: 'GitHub did not show the head commit' }
    const complete = isWhole(commit.statusCheckRollup?.contexts ?? NONE)
    const isOpen = node.state === 'OPEN'
    if (isOpen && complete && raws.length === 0 && (await isWithoutCi(node, rules))) return { kind: 'none_configured' }
    const base = node.baseRef?.target?.oid ?? null
    const triage = isOpen ? await parts.triaging.triage(commit.oid, base, raws) : null
    const items = raws.map((raw) => toCheck(raw, triage?.get(raw.name)))
    return { kind: 'reported', head: commit.oid, complete, items }
  }

  async function isWithoutCi(node: PrNode, rules: BranchRules): Promise<boolean> {
    const base = node.baseRef?.target?.oid
    if (base === undefined || !rules.required.known || rules.hasRequiredWorkflows) return false
    const { number, headRefOid: head, headRefName: headBranch, baseRefName: baseBranch } = node
    return !(await parts.presence.isExpected({ number, head, headBranch, base, baseBranch }))
  }

  /** Whose words count may be unknown; the rest of the snapshot is not. */
  async function describeReviews(node: PrNode, since: number): Promise<ReviewsObservation> {
    try {
      return await toReviews(node, parts.trust, async (lists) =>
        node.state === 'OPEN' ? parts.bots.areExpected(lists, { commit: node.headRefOid, since }) : false,
      )
    } catch (error) {
      if (error instanceof Failure) return { kind: 'unknown', why: error.message }
      throw error
    }
  }

  return async ({ pr: shown, repository }) => {
    const { baseRefName } = shown.node
    const [node, rules] = await Promise.all([
      withAllPages(client, shown.node),
      rulesOf.get(baseRefName, () => readBranchRules(client, baseRefName)),
    ])
    const headSince = headTimes.since(node)
    const rawChecks = readChecks(node, rules)
    const [checks, reviews] = await Promise.all([
      shown.hidden.checks === null ? describeChecks(node, rules, rawChecks) : notShown('checks', shown.hidden.checks),
      shown.hidden.reviews === null ? describeReviews(node, headSince) : notShown('reviews', shown.hidden.reviews),
    ])
    return { pr: toSnapshot({ node, repository, rules, checks, reviews, headSince }), rawChecks }
  }
}

/** Of the commit that GitHub takes for the head; right after a push that is the one before. */
function readChecks(node: PrNode, rules: BranchRules): readonly RawCheck[] {
  const commit = headCommit(node)
  if (commit === undefined) return []
  const required = node.state === 'OPEN' ? rules.required : NOTHING_REQUIRED
  return toRawChecks(commit.oid, commit.statusCheckRollup?.contexts.nodes ?? [], required)
}

function headCommit(node: PrNode) {
  return node.commits?.nodes?.at(-1)?.commit
}

const NONE: Page<never> = { nodes: [], hasGaps: false, next: null }
const NOTHING_REQUIRED: RequiredChecks = { contexts: [], known: true }

function notShown(what: string, why: string): { readonly kind: 'unknown'; readonly why: string } {
  return { kind: 'unknown', why: `GitHub does not show the ${what}: ${why}` }
}
