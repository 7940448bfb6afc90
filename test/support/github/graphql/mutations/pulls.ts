/** Opening, changing, closing pull requests, and their branches. */
import type * as Github from '@octokit/graphql-schema'
import { setBranch } from '../../service/branches.ts'
import { closePull, convertToDraft, createPull, markReady, reopenPull, updatePull } from '../../service/pulls.ts'
import { findRepositoryById } from '../../service/repositories.ts'
import { updateBranch } from '../../service/updating.ts'
import { isSameLogin } from '../../service/users.ts'
import { type Context, requireWritable } from '../context.ts'
import { fromPlaceId } from '../ids.ts'
import { requireKind, unknownNode } from '../nodes.ts'
import { toPull, toUserActor } from '../sources.ts'
import { replaceLabels } from './labels.ts'
import type { Mutations } from './mutation.ts'

/** The author may change what is theirs; everybody else must be able to write. */
export function requirePull(context: Context, id: string, mutation: string) {
  const { repository, pull } = requireKind(context, id, 'pull')
  const role = isSameLogin(pull.author, context.viewer.login) ? 'read' : 'write'
  requireWritable(context, repository, mutation, { permission: 'pull_requests', role })
  return { repository, pull }
}

export const pullMutations: Mutations = {
  createPullRequest: async (input: Github.CreatePullRequestInput, context) => {
    const { repository } = requireKind(context, input.repositoryId, 'repository')
    requireWritable(context, repository, 'createPullRequest', { permission: 'pull_requests', role: 'read' })
    const pull = await createPull(context.world, repository, {
      by: context.viewer.login,
      title: input.title,
      body: input.body ?? null,
      head: input.headRefName,
      base: input.baseRefName.replace(/^refs\/heads\//, ''),
      draft: input.draft ?? false,
    })
    return { pullRequest: toPull(repository, pull) }
  },

  updatePullRequest: async (input: Github.UpdatePullRequestInput, context) => {
    const { repository, pull } = requirePull(context, input.pullRequestId, 'updatePullRequest')
    const { world, viewer } = context
    await updatePull(world, repository, pull, {
      by: viewer.login,
      ...(input.title != null && { title: input.title }),
      ...(input.body !== undefined && { body: input.body ?? '' }),
      ...(input.baseRefName != null && { base: input.baseRefName }),
      ...(input.state != null && { state: input.state === 'OPEN' ? 'open' : 'closed' }),
      ...(input.assigneeIds != null && {
        assignees: input.assigneeIds.map((id) => requireKind(context, id, 'user').user.login),
      }),
    })
    if (input.labelIds != null) replaceLabels(context, repository, pull, input.labelIds)
    return { actor: toUserActor(viewer.user), pullRequest: toPull(repository, pull) }
  },

  closePullRequest: (input: Github.ClosePullRequestInput, context) => {
    const { repository, pull } = requirePull(context, input.pullRequestId, 'closePullRequest')
    closePull(context.world, repository, pull, context.viewer.login)
    return { pullRequest: toPull(repository, pull) }
  },

  reopenPullRequest: async (input: Github.ReopenPullRequestInput, context) => {
    const { repository, pull } = requirePull(context, input.pullRequestId, 'reopenPullRequest')
    await reopenPull(context.world, repository, pull, context.viewer.login)
    return { pullRequest: toPull(repository, pull) }
  },

  markPullRequestReadyForReview: (input: Github.MarkPullRequestReadyForReviewInput, context) => {
    const { repository, pull } = requirePull(context, input.pullRequestId, 'markPullRequestReadyForReview')
    markReady(context.world, repository, pull, context.viewer.login)
    return { pullRequest: toPull(repository, pull) }
  },

  convertPullRequestToDraft: (input: Github.ConvertPullRequestToDraftInput, context) => {
    const { repository, pull } = requirePull(context, input.pullRequestId, 'convertPullRequestToDraft')
    convertToDraft(context.world, repository, pull, context.viewer.login)
    return { pullRequest: toPull(repository, pull) }
  },

  updatePullRequestBranch: async (input: Github.UpdatePullRequestBranchInput, context) => {
    const { repository, pull } = requireKind(context, input.pullRequestId, 'pull')
    requireWritable(context, repository, 'updatePullRequestBranch', { permission: 'pull_requests' })
    await updateBranch(context.world, repository, pull, {
      by: context.viewer.login,
      expectedHead: input.expectedHeadOid ?? null,
      method: input.updateMethod === 'REBASE' ? 'rebase' : 'merge',
    })
    return { pullRequest: toPull(repository, pull) }
  },

  deleteRef: async (input: Github.DeleteRefInput, context) => {
    const place = fromPlaceId(input.refId)
    const repository = findRepositoryById(context.world, place?.repositoryId)
    if (place?.kind !== 'ref' || repository === null) throw unknownNode(input.refId)
    requireWritable(context, repository, 'deleteRef', { permission: 'contents' })
    const branch = place.name.replace(/^refs\/heads\//, '')
    if (!repository.branches.has(branch)) throw unknownNode(input.refId)
    await setBranch(context.world, repository, { by: context.viewer.login, branch, to: null })
    return {}
  },
}
