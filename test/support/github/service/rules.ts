/** What a branch demands, classic protection and rulesets together. */
import type { MergeMethod, Repository, RequiredCheck, Rule } from '../model.ts'
import { rulesetsFor } from './repositories.ts'

export type RequiredCheckRule = RequiredCheck & {
  /** Where the rule is from: refusals are worded differently. */
  readonly from: 'protection' | 'ruleset'
}

export function requiredChecks(repository: Repository, branch: string): readonly RequiredCheckRule[] {
  const classic = repository.protections.get(branch)?.requiredChecks?.contexts ?? []
  const ruled = rulesOf(repository, branch, 'required_status_checks').flatMap(({ checks }) => checks)
  return [
    ...classic.map((check) => ({ ...check, from: 'protection' as const })),
    ...ruled.map((check) => ({ ...check, from: 'ruleset' as const })),
  ]
}

/** Must the head contain the base's newest commit? */
export function requiresUpToDate(repository: Repository, branch: string): boolean {
  const classic = repository.protections.get(branch)?.requiredChecks?.strict ?? false
  return classic || rulesOf(repository, branch, 'required_status_checks').some(({ strict }) => strict)
}

/** Null when pull requests are not required at all. */
export function requiredApprovals(repository: Repository, branch: string): number | null {
  const classic = repository.protections.get(branch)?.requiredReviews?.approvals
  const ruled = rulesOf(repository, branch, 'pull_request').map(({ approvals }) => approvals)
  const all = classic === undefined ? ruled : [classic, ...ruled]
  return all.length === 0 ? null : Math.max(...all)
}

export function requiresResolvedThreads(repository: Repository, branch: string): boolean {
  const classic = repository.protections.get(branch)?.requireConversationResolution ?? false
  return classic || rulesOf(repository, branch, 'pull_request').some(({ resolveThreads }) => resolveThreads)
}

export function dismissesStaleReviews(repository: Repository, branch: string): boolean {
  const classic = repository.protections.get(branch)?.requiredReviews?.dismissStale ?? false
  return classic || rulesOf(repository, branch, 'pull_request').some(({ dismissStale }) => dismissStale)
}

export function requiresLinearHistory(repository: Repository, branch: string): boolean {
  const classic = repository.protections.get(branch)?.requireLinearHistory ?? false
  return classic || rulesOf(repository, branch, 'required_linear_history').length > 0
}

/** Null when the branch has no merge queue. */
export function mergeQueueRule(repository: Repository, branch: string): Extract<Rule, { type: 'merge_queue' }> | null {
  return rulesOf(repository, branch, 'merge_queue')[0] ?? null
}

/** What repository and rulesets leave. */
export function allowedMethods(repository: Repository, branch: string): readonly MergeMethod[] {
  const { allowMerge, allowSquash, allowRebase } = repository.settings
  const set = { merge: allowMerge, squash: allowSquash, rebase: allowRebase }
  const rules = rulesOf(repository, branch, 'pull_request').flatMap(({ methods }) =>
    methods === null ? [] : [methods],
  )
  return (['merge', 'squash', 'rebase'] as const).filter(
    (method) => set[method] && rules.every((methods) => methods.includes(method)),
  )
}

export function isProtected(repository: Repository, branch: string): boolean {
  return repository.protections.has(branch) || rulesetsFor(repository, branch).length > 0
}

export function rulesOf<T extends Rule['type']>(
  repository: Repository,
  branch: string,
  type: T,
): readonly Extract<Rule, { type: T }>[] {
  return rulesetsFor(repository, branch)
    .flatMap(({ rules }) => rules)
    .filter((rule): rule is Extract<Rule, { type: T }> => rule.type === type)
}
