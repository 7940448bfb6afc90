/** Repositories: what they are, what is in them, what they allow. */
import type * as Github from '@octokit/graphql-schema'
import type { Repository, Role } from '../../model.ts'
import { roleOf } from '../../service/access.ts'
import { findUser } from '../../service/users.ts'
import { toConnection } from '../connection.ts'
import { type Context, can, type Resolvers, requireReadable } from '../context.ts'
import { RefusedField } from '../errors.ts'
import { readExpression, readObject } from '../git-objects.ts'
import { repositoryPath, toUrl } from '../links.ts'
import { type RepositorySource, toActor, toBranch, toPull, toUserActor, wrap } from '../sources.ts'
import { toLabels } from './labels.ts'
import { pullsMatching } from './pull-lists.ts'
import { queueOn } from './queues.ts'
import { findRef, refsUnder } from './refs.ts'
import { toHtml } from './remarks.ts'
import { visibleProtections } from './rules.ts'

const whatItIs: Resolvers<Github.Repository, RepositorySource> = {
  id: ({ repository }) => repository.nodeId,
  databaseId: ({ repository }) => repository.id,
  name: ({ repository }) => repository.name,
  nameWithOwner: ({ repository }) => `${repository.owner}/${repository.name}`,
  owner: ({ repository }, _args, { world }) => toActor(world, repository.owner),
  description: ({ repository }) => repository.description,
  descriptionHTML: ({ repository }) => toHtml(repository.description ?? ''),
  shortDescriptionHTML: ({ repository }) => toHtml(repository.description ?? ''),
  createdAt: ({ repository }) => repository.createdAt,
  updatedAt: ({ repository }) => repository.updatedAt,
  pushedAt: ({ repository }) => repository.pushedAt,
  visibility: ({ repository }) => (repository.private ? 'PRIVATE' : 'PUBLIC'),
  isPrivate: ({ repository }) => repository.private,
  isArchived: ({ repository }) => repository.archived,
  archivedAt: ({ repository }) => (repository.archived ? repository.updatedAt : null),
  isEmpty: ({ repository }) => repository.branches.size === 0,
  isInOrganization: ({ repository }, _args, { world }) => findUser(world, repository.owner)?.type === 'Organization',
  resourcePath: ({ repository }) => repositoryPath(repository),
  url: ({ repository }, _args, { world }) => toUrl(world, repositoryPath(repository)),
  sshUrl: ({ repository }, _args, { world }) =>
    `git@${new URL(world.urls.html).hostname}:${repository.owner}/${repository.name}.git`,
  projectsResourcePath: ({ repository }) => `${repositoryPath(repository)}/projects`,
  projectsUrl: ({ repository }, _args, { world }) => toUrl(world, `${repositoryPath(repository)}/projects`),
  homepageUrl: () => null,
  mirrorUrl: () => null,
  lockReason: () => null,
  diskUsage: () => 0,
  forkCount: () => 0,
  stargazerCount: () => 0,
  primaryLanguage: () => null,
  licenseInfo: () => null,
  latestRelease: () => null,
  parent: () => null,
  templateRepository: () => null,
}

/** None of this is modelled. */
const no = () => false
const flags: Resolvers<Github.Repository, RepositorySource> = {
  hasDiscussionsEnabled: no,
  hasProjectsEnabled: no,
  hasSponsorshipsEnabled: no,
  hasVulnerabilityAlertsEnabled: no,
  hasWikiEnabled: no,
  hasIssuesEnabled: () => true,
  forkingAllowed: () => true,
  isBlankIssuesEnabled: () => true,
  isDisabled: no,
  isFork: no,
  isLocked: no,
  isMirror: no,
  isSecurityPolicyEnabled: no,
  isTemplate: no,
  isUserConfigurationRepository: no,
  usesCustomOpenGraphImage: no,
  webCommitSignoffRequired: no,
  viewerHasStarred: no,
  viewerCanSubscribe: () => true,
  viewerSubscription: () => 'UNSUBSCRIBED',
}

const settings: Resolvers<Github.Repository, RepositorySource> = {
  allowUpdateBranch: ({ repository }) => repository.settings.allowUpdateBranch,
  autoMergeAllowed: ({ repository }) => repository.settings.allowAutoMerge,
  deleteBranchOnMerge: ({ repository }) => repository.settings.deleteBranchOnMerge,
  mergeCommitAllowed: ({ repository }) => repository.settings.allowMerge,
  squashMergeAllowed: ({ repository }) => repository.settings.allowSquash,
  rebaseMergeAllowed: ({ repository }) => repository.settings.allowRebase,
  mergeCommitTitle: () => 'MERGE_MESSAGE',
  mergeCommitMessage: () => 'PR_TITLE',
  squashMergeCommitTitle: () => 'COMMIT_OR_PR_TITLE',
  squashMergeCommitMessage: () => 'COMMIT_MESSAGES',
  squashPrTitleUsedAsDefault: no,
  viewerDefaultMergeMethod: ({ repository }) => defaultMethod(repository),
  viewerPermission: ({ repository }, _args, { world, viewer }) => toPermission(roleOf(world, repository, viewer.login)),
  viewerCanAdminister: ({ repository }, _args, context) => can(context, repository, 'admin'),
  viewerCanCreateProjects: ({ repository }, _args, context) => can(context, repository, 'write'),
  viewerCanUpdateTopics: ({ repository }, _args, context) => can(context, repository, 'admin'),
}

/** GitHub offers what one used last; here, the first that is allowed. */
function defaultMethod({ settings: { allowMerge, allowSquash } }: Repository): Github.PullRequestMergeMethod {
  return allowMerge ? 'MERGE' : allowSquash ? 'SQUASH' : 'REBASE'
}

function toPermission(role: Role): string | null {
  return role === 'none' ? null : role.toUpperCase()
}

const contents: Resolvers<Github.Repository, RepositorySource> = {
  defaultBranchRef: ({ repository }) => toBranch(repository, repository.defaultBranch),
  object: ({ repository }, { expression, oid }: Github.RepositoryObjectArgs, context) => {
    requireReadable(context, repository, 'contents')
    if (oid != null) return readObject(context.world, repository, oid)
    if (expression != null) return readExpression(context.world, repository, expression)
    throw new RefusedField('ARGUMENT_ERROR', 'One of oid or expression must be provided.')
  },
  ref: ({ repository }, { qualifiedName }: Github.RepositoryRefArgs, context) => {
    requireReadable(context, repository, 'contents')
    return findRef(repository, qualifiedName)
  },
  refs: async ({ repository }, args: Github.RepositoryRefsArgs, context, info) => {
    requireReadable(context, repository, 'contents')
    const refs = await refsUnder(repository, args.refPrefix)
    const found = refs.filter(({ name }) => args.query == null || name.includes(args.query))
    const direction = args.orderBy?.direction ?? args.direction
    return toConnection(direction === 'DESC' ? found.toReversed() : found, args, info)
  },
  labels: ({ repository }, args: Github.RepositoryLabelsArgs, _context, info) => {
    const wanted = args.query?.toLowerCase() ?? ''
    const found = toLabels(repository, repository.labels.values()).filter(({ label }) =>
      label.name.toLowerCase().includes(wanted),
    )
    return toConnection(args.orderBy?.direction === 'DESC' ? found.toReversed() : found, args, info)
  },
  label: ({ repository }, { name }: Github.RepositoryLabelArgs) => {
    const label = repository.labels.get(name.toLowerCase())
    return label === undefined ? null : wrap('Label', { repository, label })
  },
}

const people: Resolvers<Github.Repository, RepositorySource> = {
  collaborators: ({ repository }, args: Github.RepositoryCollaboratorsArgs, context, info) => {
    if (!can(context, repository, 'write')) {
      throw new RefusedField('FORBIDDEN', 'Must have push access to view repository collaborators.')
    }
    const users = peopleOf(repository, context).filter(({ user }) => args.login == null || user.login === args.login)
    const page = toConnection(users, args, info)
    const edges = page.edges.map(({ cursor, node }) => ({
      cursor,
      node,
      permission: toPermission(roleOf(context.world, repository, node.user.login)),
      permissionSources: [],
    }))
    return { ...page, edges }
  },
  assignableUsers: ({ repository }, args, context, info) => toConnection(peopleOf(repository, context), args, info),
  mentionableUsers: ({ repository }, args, context, info) => toConnection(peopleOf(repository, context), args, info),
}

/** Apps are no collaborators. */
function peopleOf(repository: Repository, { world }: Context) {
  const logins = new Set([repository.owner.toLowerCase(), ...repository.collaborators.keys()])
  return [...logins]
    .flatMap((login) => findUser(world, login) ?? [])
    .filter(({ type }) => type === 'User')
    .map(toUserActor)
}

const pulls: Resolvers<Github.Repository, RepositorySource> = {
  pullRequest: ({ repository }, { number }: Github.RepositoryPullRequestArgs, context) => {
    requireReadable(context, repository, 'pull_requests')
    const pull = repository.pulls.get(number)
    if (pull !== undefined) return toPull(repository, pull)
    throw new RefusedField('NOT_FOUND', `Could not resolve to a PullRequest with the number of ${number}.`)
  },
  pullRequests: ({ repository }, args: Github.RepositoryPullRequestsArgs, context, info) => {
    requireReadable(context, repository, 'pull_requests')
    return toConnection(pullsMatching(repository, args), args, info)
  },
  issueOrPullRequest: ({ repository }, { number }: Github.RepositoryIssueOrPullRequestArgs, context) => {
    requireReadable(context, repository, 'pull_requests')
    const pull = repository.pulls.get(number)
    if (pull !== undefined) return toPull(repository, pull)
    throw new RefusedField('NOT_FOUND', `Could not resolve to an issue or pull request with the number of ${number}.`)
  },
  // There are no issues here.
  issue: (_source, { number }: Github.RepositoryIssueArgs) => {
    throw new RefusedField('NOT_FOUND', `Could not resolve to an Issue with the number of ${number}.`)
  },
  issues: (_source, args, _context, info) => toConnection([], args, info),
  pullRequestTemplates: () => [],
  issueTemplates: () => [],
  milestones: (_source, args, _context, info) => toConnection([], args, info),
  milestone: () => null,
  projects: (_source, args, _context, info) => toConnection([], args, info),
  projectsV2: (_source, args, _context, info) => toConnection([], args, info),
  releases: (_source, args, _context, info) => toConnection([], args, info),
  release: () => null,
  repositoryTopics: (_source, args, _context, info) => toConnection([], args, info),
  languages: (_source, args, _context, info) => ({ ...toConnection([], args, info), totalSize: 0 }),
  forks: (_source, args, _context, info) => ({ ...toConnection([], args, info), totalDiskUsage: 0 }),
  stargazers: (_source, args, _context, info) => toConnection([], args, info),
  watchers: (_source, args, _context, info) => toConnection([], args, info),
}

const rules: Resolvers<Github.Repository, RepositorySource> = {
  branchProtectionRules: ({ repository }, args, context, info) =>
    toConnection(visibleProtections(repository, can(context, repository, 'admin')), args, info),
  rulesets: ({ repository }, args, _context, info) => {
    const targets = args.targets as readonly string[] | null | undefined
    const wanted = targets == null || targets.includes('BRANCH') ? repository.rulesets : []
    return toConnection(
      wanted.map((ruleset) => wrap('RepositoryRuleset', { repository, ruleset })),
      args,
      info,
    )
  },
  ruleset: ({ repository }, { databaseId }: Github.RepositoryRulesetArgs) => {
    const ruleset = repository.rulesets.find(({ id }) => id === databaseId)
    return ruleset === undefined ? null : wrap('RepositoryRuleset', { repository, ruleset })
  },
  mergeQueue: ({ repository }, { branch }: Github.RepositoryMergeQueueArgs) =>
    queueOn(repository, branch ?? repository.defaultBranch),
}

export const repositoryResolvers: Resolvers<Github.Repository, RepositorySource> = {
  ...whatItIs,
  ...flags,
  ...settings,
  ...contents,
  ...people,
  ...pulls,
  ...rules,
}
