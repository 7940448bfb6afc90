/** Classic branch protection and the rules of rulesets as REST writes them. */
import type { BranchProtection, Repository, RequiredCheck, Rule, Ruleset, World } from '../model.ts'
import { fullNameOf, rulesetsFor } from '../service/repositories.ts'
import { apiUrlOf } from './repositories.ts'
import type { Json } from './users.ts'

/** `GET /branches/{branch}/protection`. */
export function describeProtection(
  world: World,
  repository: Repository,
  branch: string,
  protection: BranchProtection,
): Json {
  const url = `${apiUrlOf(world, repository)}/branches/${encodeURIComponent(branch)}/protection`
  const { requiredChecks, requiredReviews } = protection
  return {
    url,
    ...(requiredChecks === null ? {} : { required_status_checks: describeChecks(url, requiredChecks) }),
    ...(requiredReviews === null
      ? {}
      : {
          required_pull_request_reviews: {
            url: `${url}/required_pull_request_reviews`,
            dismiss_stale_reviews: requiredReviews.dismissStale,
            require_code_owner_reviews: requiredReviews.codeOwners,
            require_last_push_approval: false,
            required_approving_review_count: requiredReviews.approvals,
          },
        }),
    required_signatures: { url: `${url}/required_signatures`, enabled: false },
    enforce_admins: { url: `${url}/enforce_admins`, enabled: protection.enforceAdmins },
    required_linear_history: { enabled: protection.requireLinearHistory },
    allow_force_pushes: { enabled: protection.allowForcePushes },
    allow_deletions: { enabled: protection.allowDeletions },
    block_creations: { enabled: false },
    required_conversation_resolution: { enabled: protection.requireConversationResolution },
    lock_branch: { enabled: false },
    allow_fork_syncing: { enabled: false },
  }
}

function describeChecks(url: string, checks: NonNullable<BranchProtection['requiredChecks']>): Json {
  return {
    url: `${url}/required_status_checks`,
    strict: checks.strict,
    contexts: checks.contexts.map(({ context }) => context),
    contexts_url: `${url}/required_status_checks/contexts`,
    checks: checks.contexts.map(({ context, appId }) => ({ context, app_id: appId })),
  }
}

/** The short form that `GET /branches/{branch}` carries. */
export function describeProtectionSummary(protection: BranchProtection | undefined): Json {
  const contexts = protection?.requiredChecks?.contexts ?? []
  const level = protection?.requiredChecks ? (protection.enforceAdmins ? 'everyone' : 'non_admins') : 'off'
  return {
    enabled: protection !== undefined,
    required_status_checks: {
      enforcement_level: level,
      contexts: contexts.map(({ context }) => context),
      checks: contexts.map(({ context, appId }) => ({ context, app_id: appId })),
    },
  }
}

/** `GET /rules/branches/{branch}`: every active rule, with the ruleset it is from. */
export function describeRules(repository: Repository, branch: string): Json[] {
  return rulesetsFor(repository, branch).flatMap((ruleset) =>
    ruleset.rules.map((rule) => describeRule(repository, ruleset, rule)),
  )
}

function describeRule(repository: Repository, ruleset: Ruleset, rule: Rule): Json {
  const source = {
    ruleset_source_type: 'Repository',
    ruleset_source: fullNameOf(repository),
    ruleset_id: ruleset.id,
  }
  const parameters = parametersOf(rule)
  return { type: rule.type, ...source, ...(parameters === null ? {} : { parameters }) }
}

function parametersOf(rule: Rule): Json | null {
  if (rule.type === 'required_status_checks') {
    return {
      strict_required_status_checks_policy: rule.strict,
      do_not_enforce_on_create: false,
      required_status_checks: rule.checks.map(describeRuleCheck),
    }
  }
  if (rule.type === 'pull_request') {
    return {
      required_approving_review_count: rule.approvals,
      dismiss_stale_reviews_on_push: rule.dismissStale,
      require_code_owner_review: rule.codeOwners,
      require_last_push_approval: false,
      required_review_thread_resolution: rule.resolveThreads,
      allowed_merge_methods: rule.methods ?? ['merge', 'squash', 'rebase'],
    }
  }
  if (rule.type !== 'merge_queue') return null
  return {
    check_response_timeout_minutes: rule.checkTimeoutMinutes,
    grouping_strategy: rule.groupingStrategy,
    max_entries_to_build: rule.maxEntriesToBuild,
    max_entries_to_merge: 1,
    merge_method: rule.method.toUpperCase(),
    min_entries_to_merge: 1,
    min_entries_to_merge_wait_minutes: 0,
  }
}

function describeRuleCheck({ context, appId }: RequiredCheck): Json {
  return { context, ...(appId === null ? {} : { integration_id: appId }) }
}
