/** May it merge, and if not, why: what git says, and what the rules of the base branch say. */
import { countAheadBehind } from '../git/history.ts'
import { mergeTrees } from '../git/merge-commits.ts'
import type { Login, PullRequest, Repository, Sha, World } from '../model.ts'
import { hasRole } from './access.ts'
import { latestCheckRuns, latestStatuses, type RollupState, rollupState, stateOfCheckRun } from './checks.ts'
import { rulesetsFor } from './repositories.ts'
import { latestOpinions } from './reviews.ts'
import {
  type RequiredCheckRule,
  requiredApprovals,
  requiredChecks,
  requiresResolvedThreads,
  requiresUpToDate,
  rulesOf,
} from './rules.ts'

export type Mergeability = 'MERGEABLE' | 'CONFLICTING' | 'UNKNOWN'
export type MergeState = 'BEHIND' | 'BLOCKED' | 'CLEAN' | 'DIRTY' | 'DRAFT' | 'UNKNOWN' | 'UNSTABLE'

export async function mergeabilityOf(world: World, repository: Repository, pull: PullRequest): Promise<Mergeability> {
  const base = repository.branches.get(pull.base.ref)
  if (!world.mergeabilityKnown || pull.state === 'closed' || base === undefined) return 'UNKNOWN'
  return (await mergedTree(world, repository, base, pull.head.sha)) === null ? 'CONFLICTING' : 'MERGEABLE'
}

/** Null on a conflict. */
export function mergedTree(world: World, repository: Repository, base: Sha, head: Sha): Promise<Sha | null> {
  return world.memo(`merge-tree:${repository.id}:${base}:${head}`, () => mergeTrees(repository, base, head))
}

/**
 * What blocks comes before what is behind, as the documentation has it; whether GitHub always does so was not compared.
 * The same for everybody: whether an admin may pass the rules by is not part of it.
 */
export async function mergeStateOf(world: World, repository: Repository, pull: PullRequest): Promise<MergeState> {
  const mergeability = await mergeabilityOf(world, repository, pull)
  if (mergeability === 'UNKNOWN') return 'UNKNOWN'
  if (mergeability === 'CONFLICTING') return 'DIRTY'
  if (pull.draft) return 'DRAFT'
  const unmet = await unmetRequirements(world, repository, pull)
  if (unmet.some(({ kind }) => kind !== 'behind')) return 'BLOCKED'
  if (unmet.length > 0) return 'BEHIND'
  const rollup = rollupState(repository, pull.head.sha)
  return rollup === null || rollup === 'SUCCESS' ? 'CLEAN' : 'UNSTABLE'
}

export type Unmet = {
  readonly kind: 'checks' | 'reviews' | 'threads' | 'behind'
  /** Where the rule is from: they are passed by and worded differently. */
  readonly from: 'protection' | 'ruleset'
  readonly message: string
}

/** Empty: the rules of the base branch are met. */
export async function unmetRequirements(
  world: World,
  repository: Repository,
  pull: PullRequest,
): Promise<readonly Unmet[]> {
  return [
    ...unmetReviews(world, repository, pull),
    ...unmetChecks(world, repository, pull),
    ...unmetThreads(repository, pull),
    ...(await unmetUpToDate(world, repository, pull)),
  ]
}

/** The requirements that this person may not pass by. */
export function binding(
  world: World,
  repository: Repository,
  { branch, by, unmet }: { readonly branch: string; readonly by: Login; readonly unmet: readonly Unmet[] },
): readonly Unmet[] {
  const enforced = repository.protections.get(branch)?.enforceAdmins ?? false
  const isAdmin = hasRole(world, repository, by, 'admin')
  const bypass = rulesetsFor(repository, branch).every((ruleset) =>
    ruleset.bypass.some((login) => login.toLowerCase() === by.toLowerCase()),
  )
  return unmet.filter(({ from }) => (from === 'protection' ? !isAdmin || enforced : !bypass))
}

function unmetReviews(world: World, repository: Repository, pull: PullRequest): Unmet[] {
  const needed = requiredApprovals(repository, pull.base.ref)
  if (needed === null) return []
  const counted = latestOpinions(pull).filter(({ author }) => hasRole(world, repository, author, 'write'))
  const from = sourceOf(repository, pull.base.ref, 'requiredReviews', 'pull_request')
  if (counted.some(({ state }) => state === 'CHANGES_REQUESTED') && needed > 0) {
    return [{ kind: 'reviews', from, message: 'Changes have been requested.' }]
  }
  if (counted.filter(({ state }) => state === 'APPROVED').length >= needed) return []
  const reviews = needed === 1 ? 'approving review is' : 'approving reviews are'
  const message = `At least ${needed} ${reviews} required by reviewers with write access.`
  return [{ kind: 'reviews', from, message }]
}

function unmetChecks(world: World, repository: Repository, pull: PullRequest): Unmet[] {
  return requiredChecks(repository, pull.base.ref).flatMap((rule): Unmet[] => {
    const state = stateOfRequired(world, repository, pull.head.sha, rule)
    const words = {
      SUCCESS: null,
      FAILURE: 'is failing',
      ERROR: 'is failing',
      PENDING: 'is in progress',
      EXPECTED: 'is expected',
    }
    const what = words[state]
    if (what === null) return []
    return [{ kind: 'checks', from: rule.from, message: `Required status check "${rule.context}" ${what}.` }]
  })
}

/** `EXPECTED`: nothing of that name was reported yet. */
export function stateOfRequired(world: World, repository: Repository, sha: Sha, rule: RequiredCheckRule): RollupState {
  const app = rule.appId === null ? null : (world.state.apps.get(rule.appId)?.slug ?? 'unknown')
  const states: RollupState[] = latestCheckRuns(repository, sha)
    .filter((checkRun) => checkRun.name === rule.context && (app === null || checkRun.appSlug === app))
    .map(stateOfCheckRun)
  if (app === null) {
    const statuses = latestStatuses(repository, sha).filter(({ context }) => context === rule.context)
    states.push(...statuses.map(({ state }) => state.toUpperCase() as RollupState))
  }
  if (states.length === 0) return 'EXPECTED'
  return (['ERROR', 'FAILURE', 'PENDING'] as const).find((state) => states.includes(state)) ?? 'SUCCESS'
}

function unmetThreads(repository: Repository, pull: PullRequest): Unmet[] {
  if (!requiresResolvedThreads(repository, pull.base.ref)) return []
  if (pull.threads.every(({ resolved }) => resolved)) return []
  const from = sourceOf(repository, pull.base.ref, 'requireConversationResolution', 'pull_request')
  return [{ kind: 'threads', from, message: 'A conversation must be resolved before this pull request can be merged.' }]
}

async function unmetUpToDate(world: World, repository: Repository, pull: PullRequest): Promise<Unmet[]> {
  const base = repository.branches.get(pull.base.ref)
  if (base === undefined || !requiresUpToDate(repository, pull.base.ref)) return []
  const { behind } = await countAheadBehind(world, repository, base, pull.head.sha)
  if (behind === 0) return []
  const from = repository.protections.get(pull.base.ref)?.requiredChecks?.strict ? 'protection' : 'ruleset'
  return [{ kind: 'behind', from, message: 'The head branch is not up to date with the base branch.' }]
}

function sourceOf(
  repository: Repository,
  branch: string,
  classic: 'requiredReviews' | 'requireConversationResolution',
  rule: 'pull_request',
): Unmet['from'] {
  if (rulesOf(repository, branch, rule).length > 0) return 'ruleset'
  return repository.protections.get(branch)?.[classic] ? 'protection' : 'ruleset'
}
