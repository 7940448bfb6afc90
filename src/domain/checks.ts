/** The one reading of checks, used by every rule and by the merge gate: green means ran and passed for this commit. */
import type { CommitSha } from './ids.ts'
import type { Check, ChecksObservation } from './observation.ts'
import type { Policy } from './policy.ts'

export type ChecksVerdict =
  | { readonly kind: 'unknown'; readonly why: string }
  | { readonly kind: 'none_configured' }
  /** Nothing reported for this commit yet, or only skipped checks. */
  | { readonly kind: 'none_yet' }
  | { readonly kind: 'pending'; readonly names: readonly string[]; readonly failing: readonly string[] }
  | { readonly kind: 'failed'; readonly failed: readonly Check[]; readonly infrastructureOnly: boolean }
  | { readonly kind: 'green' }

export function judgeChecks(checks: ChecksObservation, head: CommitSha, policy: Policy): ChecksVerdict {
  if (checks.kind !== 'reported') return checks
  if (checks.head !== head) return { kind: 'none_yet' }
  const failed = checks.items.filter((check) => check.status === 'failed' && !isTolerated(check, policy))
  const pending = checks.items.filter((check) => check.status === 'pending')
  if (pending.length > 0) {
    return { kind: 'pending', names: pending.map((check) => check.name), failing: failed.map((check) => check.name) }
  }
  if (failed.length > 0) {
    return { kind: 'failed', failed, infrastructureOnly: failed.every((check) => check.cause === 'infrastructure') }
  }
  if (!checks.complete) return { kind: 'unknown', why: 'the list of checks is incomplete' }
  if (!checks.items.some((check) => check.status === 'passed')) return { kind: 'none_yet' }
  return { kind: 'green' }
}

/** Failures of this commit that the policy tolerates, whatever else its checks say: logged when it is merged. */
export function toleratedFailures(checks: ChecksObservation, head: CommitSha, policy: Policy): readonly string[] {
  if (checks.kind !== 'reported' || checks.head !== head) return []
  return checks.items
    .filter((check) => check.status === 'failed' && isTolerated(check, policy))
    .map((check) => check.name)
}

/** Narrow: a check of that name whose own words say so. */
export function isTolerated(check: Check, policy: Policy): boolean {
  return policy.toleratedFailures.some(
    (rule) =>
      rule.check === check.name && check.description.toLowerCase().includes(rule.descriptionIncludes.toLowerCase()),
  )
}
