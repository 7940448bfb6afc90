/** Branches and tags, and how they lie to one another. */
import type * as Github from '@octokit/graphql-schema'
import { git } from '../../git/git.ts'
import { countAheadBehind, readCommit, resolveRef } from '../../git/history.ts'
import type { Repository, Sha } from '../../model.ts'
import { rulesetsFor } from '../../service/repositories.ts'
import {
  requiredApprovals,
  requiredChecks,
  requiresLinearHistory,
  requiresResolvedThreads,
} from '../../service/rules.ts'
import { toConnection } from '../connection.ts'
import { type Context, can, type Resolvers, requireReadable } from '../context.ts'
import { RefusedField } from '../errors.ts'
import { listTags, readObject } from '../git-objects.ts'
import { toPlaceId } from '../ids.ts'
import { type RefSource, toBranch, toRepository, wrap } from '../sources.ts'
import { pullsMatching } from './pull-lists.ts'
import { rulesOfRuleset } from './rules.ts'

/** `main`, `heads/main`, `refs/heads/main`, `refs/tags/v1`; null when there is none. */
export async function findRef(repository: Repository, qualifiedName: string): Promise<RefSource | null> {
  const tag = /^(?:refs\/)?tags\/(.+)$/.exec(qualifiedName)?.[1]
  if (tag === undefined) return toBranch(repository, qualifiedName.replace(/^(refs\/)?heads\//, ''))
  return (await tagsOf(repository)).find(({ name }) => name === tag) ?? null
}

export async function refsUnder(repository: Repository, prefix: string): Promise<readonly RefSource[]> {
  const below = (refs: readonly RefSource[]) =>
    refs.flatMap((ref) => {
      const full = `${ref.prefix}${ref.name}`
      return full.startsWith(prefix) ? [{ ...ref, prefix, name: full.slice(prefix.length) }] : []
    })
  const branches = [...repository.branches.keys()].sort().flatMap((name) => toBranch(repository, name) ?? [])
  return [...below(branches), ...below(await tagsOf(repository))]
}

async function tagsOf(repository: Repository): Promise<readonly RefSource[]> {
  const tags = await listTags(repository)
  return tags.map(({ name, sha }) => wrap('Ref', { repository, prefix: 'refs/tags/', name, sha }))
}

function branchOf({ prefix, name }: RefSource): string | null {
  const full = `${prefix}${name}`
  return full.startsWith('refs/heads/') ? full.slice('refs/heads/'.length) : null
}

export const refResolvers: Resolvers<Github.Ref, RefSource> = {
  id: ({ repository, prefix, name }) => toPlaceId('ref', repository, `${prefix}${name}`),
  name: ({ name }) => name,
  prefix: ({ prefix }) => prefix,
  repository: ({ repository }) => toRepository(repository),
  target: ({ repository, sha }, _args, { world }) => readObject(world, repository, sha),
  compare: async ({ repository, sha }, { headRef }: Github.RefCompareArgs, context) => {
    requireReadable(context, repository, 'contents')
    const head = await resolveRef(repository, headRef)
    // In which words GitHub says so was not compared.
    if (head === null)
      throw new RefusedField('NOT_FOUND', `Could not resolve to a head ref with the name '${headRef}'.`)
    return compare(context, repository, sha, head)
  },
  associatedPullRequests: (source, args: Github.RefAssociatedPullRequestsArgs, context, info) => {
    requireReadable(context, source.repository, 'pull_requests')
    const headRefName = branchOf(source)
    const pulls = headRefName === null ? [] : pullsMatching(source.repository, { ...args, headRefName })
    return toConnection(pulls, args, info)
  },
  branchProtectionRule: (source, _args, context) => {
    const pattern = branchOf(source)
    const { repository } = source
    if (pattern === null || !repository.protections.has(pattern) || !can(context, repository, 'admin')) return null
    return wrap('BranchProtectionRule', { repository, pattern })
  },
  refUpdateRule: (source, _args, context) => toUpdateRule(source, context),
  rules: (source, args, _context, info) => {
    const branch = branchOf(source)
    const rulesets = branch === null ? [] : rulesetsFor(source.repository, branch)
    return toConnection(
      rulesets.flatMap((ruleset) => rulesOfRuleset(source.repository, ruleset)),
      args,
      info,
    )
  },
}

/**
 * What the rules say to the one who asks, also to those who may not see the rules themselves. Null for administrators
 * that a rule does not bind.
 */
function toUpdateRule(source: RefSource, context: Context) {
  const { repository } = source
  const branch = branchOf(source)
  if (branch === null || !isBound(repository, branch, context)) return null
  const protection = repository.protections.get(branch)
  return {
    pattern: branch,
    allowsDeletions: protection?.allowDeletions ?? false,
    allowsForcePushes: protection?.allowForcePushes ?? false,
    blocksCreations: false,
    requiredApprovingReviewCount: requiredApprovals(repository, branch),
    requiredStatusCheckContexts: requiredChecks(repository, branch).map((check) => check.context),
    requiresCodeOwnerReviews: protection?.requiredReviews?.codeOwners ?? false,
    requiresConversationResolution: requiresResolvedThreads(repository, branch),
    requiresLinearHistory: requiresLinearHistory(repository, branch),
    requiresSignatures: false,
    viewerAllowedToDismissReviews: can(context, repository, 'write'),
    viewerCanPush: can(context, repository, 'write'),
  }
}

function isBound(repository: Repository, branch: string, context: Context): boolean {
  if (rulesetsFor(repository, branch).length > 0) return true
  const protection = repository.protections.get(branch)
  return protection !== undefined && (protection.enforceAdmins || !can(context, repository, 'admin'))
}

async function compare({ world }: Context, repository: Repository, base: Sha, head: Sha) {
  const { ahead, behind } = await countAheadBehind(world, repository, base, head)
  const apart = ahead > 0 ? (behind > 0 ? 'DIVERGED' : 'AHEAD') : behind > 0 ? 'BEHIND' : 'IDENTICAL'
  return {
    id: toPlaceId('comparison', repository, `${base}...${head}`),
    aheadBy: ahead,
    behindBy: behind,
    status: apart,
    baseTarget: () => readObject(world, repository, base),
    headTarget: () => readObject(world, repository, head),
    commits: async (
      args: Github.ComparisonCommitsArgs,
      _context: Context,
      info: Parameters<typeof toConnection>[2],
    ) => {
      const text = await git(repository.gitDirectory, ['rev-list', '--reverse', `${base}..${head}`])
      const commits = await Promise.all(
        text
          .split('\n')
          .filter(Boolean)
          .map((sha) => readCommit(world, repository, sha)),
      )
      const found = commits.flatMap((commit) => (commit === null ? [] : [wrap('Commit', { repository, commit })]))
      return {
        ...toConnection(found, args, info),
        authorCount: new Set(found.map((each) => each.commit.author.email)).size,
      }
    },
  }
}
