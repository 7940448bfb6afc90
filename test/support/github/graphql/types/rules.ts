/** What branches demand: classic protection, rulesets and their rules. */
import type * as Github from '@octokit/graphql-schema'
import type { BranchProtection, Repository, Rule, Ruleset } from '../../model.ts'
import { toConnection } from '../connection.ts'
import type { Resolvers } from '../context.ts'
import { toPlaceId } from '../ids.ts'
import {
  type ProtectionSource,
  type RuleSource,
  type RulesetSource,
  toActor,
  toBranch,
  toRepository,
  wrap,
} from '../sources.ts'

function protectionOf({ repository, pattern }: ProtectionSource): BranchProtection {
  const protection = repository.protections.get(pattern)
  if (protection === undefined) throw new Error(`no protection for ${pattern}`)
  return protection
}

function contextsOf(source: ProtectionSource) {
  return protectionOf(source).requiredChecks?.contexts ?? []
}

export const protectionResolvers: Resolvers<Github.BranchProtectionRule, ProtectionSource> = {
  id: (source) => protectionOf(source).nodeId,
  databaseId: () => null,
  pattern: ({ pattern }) => pattern,
  repository: ({ repository }) => toRepository(repository),
  creator: ({ repository }, _args, { world }) => toActor(world, repository.owner),
  allowsDeletions: (source) => protectionOf(source).allowDeletions,
  allowsForcePushes: (source) => protectionOf(source).allowForcePushes,
  blocksCreations: () => false,
  dismissesStaleReviews: (source) => protectionOf(source).requiredReviews?.dismissStale ?? false,
  isAdminEnforced: (source) => protectionOf(source).enforceAdmins,
  lockAllowsFetchAndMerge: () => false,
  lockBranch: () => false,
  requireLastPushApproval: () => false,
  requiredApprovingReviewCount: (source) => protectionOf(source).requiredReviews?.approvals ?? null,
  requiredDeploymentEnvironments: () => [],
  requiredStatusCheckContexts: (source) => contextsOf(source).map(({ context }) => context),
  requiredStatusChecks: (source, _args, { world }) =>
    contextsOf(source).map(({ context, appId }) => {
      const app = appId === null ? undefined : world.state.apps.get(appId)
      return { context, app: app === undefined ? null : wrap('App', { app }) }
    }),
  requiresApprovingReviews: (source) => protectionOf(source).requiredReviews !== null,
  requiresCodeOwnerReviews: (source) => protectionOf(source).requiredReviews?.codeOwners ?? false,
  requiresCommitSignatures: () => false,
  requiresConversationResolution: (source) => protectionOf(source).requireConversationResolution,
  requiresDeployments: () => false,
  requiresLinearHistory: (source) => protectionOf(source).requireLinearHistory,
  requiresStatusChecks: (source) => protectionOf(source).requiredChecks !== null,
  requiresStrictStatusChecks: (source) => protectionOf(source).requiredChecks?.strict ?? false,
  restrictsPushes: () => false,
  restrictsReviewDismissals: () => false,
  matchingRefs: ({ repository, pattern }, args, _context, info) => {
    const branch = toBranch(repository, pattern)
    return toConnection(branch === null ? [] : [branch], args, info)
  },
}

export const rulesetResolvers: Resolvers<Github.RepositoryRuleset, RulesetSource> = {
  id: ({ ruleset }) => ruleset.nodeId,
  databaseId: ({ ruleset }) => ruleset.id,
  name: ({ ruleset }) => ruleset.name,
  enforcement: ({ ruleset }) => ruleset.enforcement.toUpperCase(),
  target: () => 'BRANCH',
  source: ({ repository }) => toRepository(repository),
  createdAt: ({ repository }) => repository.createdAt,
  updatedAt: ({ repository }) => repository.createdAt,
  conditions: ({ ruleset }) => ({
    refName: { include: ruleset.branches.map(toRefPattern), exclude: [] },
    repositoryId: null,
    repositoryName: null,
    repositoryProperty: null,
  }),
  rules: ({ repository, ruleset }, args: Github.RepositoryRulesetRulesArgs, _context, info) => {
    const rules = rulesOfRuleset(repository, ruleset)
    const wanted = rules.filter(({ rule }) => args.type == null || rule.type.toUpperCase() === args.type)
    return toConnection(wanted, args, info)
  },
}

function toRefPattern(branch: string): string {
  return branch.startsWith('~') ? branch : `refs/heads/${branch}`
}

export function rulesOfRuleset(repository: Repository, ruleset: Ruleset): readonly RuleSource[] {
  return ruleset.rules.map((rule, index) => wrap('RepositoryRule', { repository, ruleset, rule, index }))
}

export const ruleResolvers: Resolvers<Github.RepositoryRule, RuleSource> = {
  id: ({ repository, ruleset, index }) => toPlaceId('protection', repository, `${ruleset.id}/${index}`),
  type: ({ rule }) => rule.type.toUpperCase(),
  repositoryRuleset: ({ repository, ruleset }) => wrap('RepositoryRuleset', { repository, ruleset }),
  parameters: ({ rule }) => toParameters(rule),
}

function toParameters(rule: Rule): ({ readonly __typename: string } & Readonly<Record<string, unknown>>) | null {
  if (rule.type === 'required_status_checks') {
    return {
      __typename: 'RequiredStatusChecksParameters',
      doNotEnforceOnCreate: false,
      requiredStatusChecks: rule.checks.map(({ context, appId }) => ({ context, integrationId: appId })),
      strictRequiredStatusChecksPolicy: rule.strict,
    }
  }
  if (rule.type === 'pull_request') {
    return {
      __typename: 'PullRequestParameters',
      allowedMergeMethods: rule.methods,
      dismissStaleReviewsOnPush: rule.dismissStale,
      requireCodeOwnerReview: rule.codeOwners,
      requireLastPushApproval: false,
      requiredApprovingReviewCount: rule.approvals,
      requiredReviewThreadResolution: rule.resolveThreads,
    }
  }
  return rule.type === 'merge_queue' ? toQueueParameters(rule) : null
}

function toQueueParameters(rule: Extract<Rule, { type: 'merge_queue' }>) {
  return {
    __typename: 'MergeQueueParameters',
    checkResponseTimeoutMinutes: rule.checkTimeoutMinutes,
    groupingStrategy: rule.groupingStrategy,
    maxEntriesToBuild: rule.maxEntriesToBuild,
    maxEntriesToMerge: 1,
    mergeMethod: rule.method.toUpperCase(),
    minEntriesToMerge: 1,
    minEntriesToMergeWaitMinutes: 0,
  }
}

/** Rules themselves are for administrators; others see what they amount to (`Ref.refUpdateRule`). */
export function visibleProtections(repository: Repository, isAdmin: boolean): readonly ProtectionSource[] {
  if (!isAdmin || !repository.protectionAvailable) return []
  return [...repository.protections.keys()].map((pattern) => wrap('BranchProtectionRule', { repository, pattern }))
}
