/** Pull requests: what they are, what they change and whether they may merge. What people say is in its own file. */
import type * as Github from '@octokit/graphql-schema'
import { type ChangedFile, listChanges } from '../../git/changes.ts'
import { diffBase } from '../../render/pulls.ts'
import { associationOf } from '../../service/access.ts'
import { pullCommits } from '../../service/merge-building.ts'
import { mergeabilityOf, mergeStateOf } from '../../service/mergeability.ts'
import { mergeQueueRule } from '../../service/rules.ts'
import { findUser, isSameLogin } from '../../service/users.ts'
import { toNodeId } from '../../world.ts'
import { toConnection } from '../connection.ts'
import { type Context, can, type Resolvers } from '../context.ts'
import { pullPath, toUrl } from '../links.ts'
import { type PullSource, toActor, toBranch, toPull, toRepository, toUserActor, wrap } from '../sources.ts'
import { conversationResolvers } from './conversation.ts'
import { stateOfPull } from './pull-lists.ts'
import { queueOn } from './queues.ts'
import { editingResolvers, reactionResolvers, toHtml } from './remarks.ts'
import { commitOf, rollupOf } from './rollups.ts'

async function filesOf({ repository, pull }: PullSource, { world }: Context): Promise<readonly ChangedFile[]> {
  return listChanges(world, repository, await diffBase(world, repository, pull), pull.head.sha)
}

async function countLines(source: PullSource, context: Context, side: 'additions' | 'deletions'): Promise<number> {
  return (await filesOf(source, context)).reduce((total, file) => total + file[side], 0)
}

const CHANGE_TYPES = { added: 'ADDED', removed: 'DELETED', modified: 'MODIFIED', renamed: 'RENAMED' } as const

function pathOf({ repository, pull }: PullSource): string {
  return pullPath(repository, pull)
}

function mayWrite({ repository, pull }: PullSource, _args: unknown, context: Context): boolean {
  return can(context, repository, 'write') || isSameLogin(pull.author, context.viewer.login)
}

async function textOfMerge({ repository, pull }: PullSource, type: unknown): Promise<{ title: string; body: string }> {
  if (type === 'SQUASH') return { title: `${pull.title} (#${pull.number})`, body: pull.body ?? '' }
  if (type === 'REBASE') return { title: '', body: '' }
  return {
    title: `Merge pull request #${pull.number} from ${repository.owner}/${pull.head.ref}`,
    body: pull.title,
  }
}

const whatItIs: Resolvers<Github.PullRequest, PullSource> = {
  id: ({ pull }) => pull.nodeId,
  databaseId: ({ pull }) => pull.id,
  fullDatabaseId: ({ pull }) => String(pull.id),
  number: ({ pull }) => pull.number,
  title: ({ pull }) => pull.title,
  titleHTML: ({ pull }) => pull.title,
  body: ({ pull }) => pull.body ?? '',
  bodyText: ({ pull }) => pull.body ?? '',
  bodyHTML: ({ pull }) => toHtml(pull.body ?? ''),
  state: ({ pull }) => stateOfPull(pull),
  isDraft: ({ pull }) => pull.draft,
  closed: ({ pull }) => pull.state === 'closed',
  merged: ({ pull }) => pull.merged,
  locked: () => false,
  activeLockReason: () => null,
  createdAt: ({ pull }) => pull.createdAt,
  updatedAt: ({ pull }) => pull.updatedAt,
  publishedAt: ({ pull }) => pull.createdAt,
  closedAt: ({ pull }) => pull.closedAt,
  mergedAt: ({ pull }) => pull.mergedAt,
  createdViaEmail: () => false,
  isReadByViewer: () => true,
  author: ({ pull }, _args, { world }) => toActor(world, pull.author),
  authorAssociation: ({ repository, pull }, _args, { world }) => associationOf(world, repository, pull.author),
  mergedBy: ({ pull }, _args, { world }) => toActor(world, pull.mergedBy),
  assignees: ({ pull }, args, { world }, info) => {
    const users = pull.assignees.flatMap((login) => findUser(world, login) ?? [])
    return toConnection(users.map(toUserActor), args, info)
  },
  milestone: () => null,
  ...editingResolvers(({ pull }: PullSource) => ({ createdAt: pull.createdAt, updatedAt: pull.createdAt })),
  repository: ({ repository }) => toRepository(repository),
  resourcePath: pathOf,
  url: (source, _args, { world }) => toUrl(world, pathOf(source)),
  permalink: (source, _args, { world }) => toUrl(world, pathOf(source)),
  checksResourcePath: (source) => `${pathOf(source)}/checks`,
  checksUrl: (source, _args, { world }) => toUrl(world, `${pathOf(source)}/checks`),
  revertResourcePath: (source) => `${pathOf(source)}/revert`,
  revertUrl: (source, _args, { world }) => toUrl(world, `${pathOf(source)}/revert`),
}

/** Forks are not modelled: the head is always a branch of the same repository. */
const branches: Resolvers<Github.PullRequest, PullSource> = {
  baseRef: ({ repository, pull }) => toBranch(repository, pull.base.ref),
  baseRefName: ({ pull }) => pull.base.ref,
  baseRefOid: ({ pull }) => pull.base.sha,
  baseRepository: ({ repository }) => toRepository(repository),
  headRef: ({ repository, pull }) => toBranch(repository, pull.head.ref),
  headRefName: ({ pull }) => pull.head.ref,
  headRefOid: ({ pull }) => pull.head.sha,
  headRepository: ({ repository }) => toRepository(repository),
  headRepositoryOwner: ({ repository }, _args, { world }) => toActor(world, repository.owner),
  isCrossRepository: () => false,
  maintainerCanModify: () => false,
}

const changes: Resolvers<Github.PullRequest, PullSource> = {
  additions: (source, _args, context) => countLines(source, context, 'additions'),
  deletions: (source, _args, context) => countLines(source, context, 'deletions'),
  changedFiles: async (source, _args, context) => (await filesOf(source, context)).length,
  files: async (source, args, context, info) => {
    const files = (await filesOf(source, context)).map(({ path, status, additions, deletions }) => ({
      path,
      additions,
      deletions,
      changeType: CHANGE_TYPES[status],
      viewerViewedState: 'UNVIEWED',
    }))
    return toConnection(files, args, info)
  },
  commits: async (source, args, { world }, info) => {
    const { repository, pull } = source
    const commits = await pullCommits(world, repository, pull, pull.base.sha)
    const nodes = commits.map((commit) => ({
      id: `PURC_${toNodeId('', pull.id).slice(1)}${commit.sha}`,
      commit: wrap('Commit', { repository, commit }),
      pullRequest: toPull(repository, pull),
      resourcePath: `${pathOf(source)}/commits/${commit.sha}`,
      url: toUrl(world, `${pathOf(source)}/commits/${commit.sha}`),
    }))
    return toConnection(nodes, args, info)
  },
  statusCheckRollup: ({ repository, pull }, _args, context) => rollupOf(context, repository, pull.head.sha),
}

const merging: Resolvers<Github.PullRequest, PullSource> = {
  mergeable: ({ repository, pull }, _args, { world }) => mergeabilityOf(world, repository, pull),
  mergeStateStatus: ({ repository, pull }, _args, { world }) => mergeStateOf(world, repository, pull),
  canBeRebased: async ({ repository, pull }, _args, { world }) =>
    (await mergeabilityOf(world, repository, pull)) === 'MERGEABLE',
  mergeCommit: ({ repository, pull }, _args, context) =>
    pull.mergeCommitSha === null ? null : commitOf(context, repository, pull.mergeCommitSha),
  // GitHub's test merge; its commits are not made here.
  potentialMergeCommit: () => null,
  autoMergeRequest: ({ repository, pull }, _args, { world }) => {
    const request = pull.autoMerge
    if (request === null) return null
    return {
      authorEmail: null,
      commitBody: request.commitMessage,
      commitHeadline: request.commitTitle,
      enabledAt: request.enabledAt,
      enabledBy: toActor(world, request.enabledBy),
      mergeMethod: request.method.toUpperCase(),
      pullRequest: toPull(repository, pull),
    }
  },
  isInMergeQueue: ({ pull }) => pull.mergeQueueEntry !== null,
  isMergeQueueEnabled: ({ repository, pull }) => mergeQueueRule(repository, pull.base.ref) !== null,
  mergeQueue: ({ repository, pull }) => queueOn(repository, pull.base.ref),
  mergeQueueEntry: ({ repository, pull }) => {
    const entry = pull.mergeQueueEntry
    return entry && wrap('MergeQueueEntry', { repository, pull, entry })
  },
  viewerMergeBodyText: async (source, { mergeType }) => (await textOfMerge(source, mergeType)).body,
  viewerMergeHeadlineText: async (source, { mergeType }) => (await textOfMerge(source, mergeType)).title,
}

const viewerMay: Resolvers<Github.PullRequest, PullSource> = {
  viewerCanApplySuggestion: mayWrite,
  viewerCanClose: mayWrite,
  viewerCanReopen: mayWrite,
  viewerCanUpdate: mayWrite,
  viewerCanEditFiles: mayWrite,
  viewerCannotUpdateReasons: (source, args, context) =>
    mayWrite(source, args, context) ? [] : ['INSUFFICIENT_ACCESS'],
  viewerCanDeleteHeadRef: ({ repository, pull }, _args, context) =>
    pull.state === 'closed' && repository.branches.has(pull.head.ref) && can(context, repository, 'write'),
  viewerCanDisableAutoMerge: (source, args, context) =>
    source.pull.autoMerge !== null && mayWrite(source, args, context),
  viewerCanEnableAutoMerge: ({ repository, pull }, _args, context) =>
    repository.settings.allowAutoMerge && pull.state === 'open' && can(context, repository, 'write'),
  viewerCanMergeAsAdmin: ({ repository }, _args, context) => can(context, repository, 'admin'),
  viewerCanUpdateBranch: ({ repository, pull }, _args, context) =>
    pull.state === 'open' && can(context, repository, 'write'),
  viewerCanSubscribe: () => true,
  viewerSubscription: () => 'SUBSCRIBED',
  viewerDidAuthor: ({ pull }, _args, { viewer }) => isSameLogin(pull.author, viewer.login),
}

export const pullResolvers: Resolvers<Github.PullRequest, PullSource> = {
  ...whatItIs,
  ...branches,
  ...changes,
  ...merging,
  ...viewerMay,
  ...conversationResolvers,
  ...reactionResolvers(),
}
