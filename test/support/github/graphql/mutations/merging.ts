/** Merging: at once, by itself later, or through a queue. */
import type * as Github from '@octokit/graphql-schema'
import { disableAutoMerge, enableAutoMerge } from '../../service/auto-merge.ts'
import { dequeue, enqueue } from '../../service/merge-queue.ts'
import { mergePull } from '../../service/merging.ts'
import { type Context, requireWritable } from '../context.ts'
import { requireKind } from '../nodes.ts'
import { toPull, toUserActor, wrap } from '../sources.ts'
import { type Mutations, methodOf } from './mutation.ts'

/** Merging writes commits. */
function requireMerger(context: Context, id: string, mutation: string) {
  const { repository, pull } = requireKind(context, id, 'pull')
  requireWritable(context, repository, mutation, { permission: 'contents' })
  return { repository, pull }
}

export const mergeMutations: Mutations = {
  mergePullRequest: async (input: Github.MergePullRequestInput, context) => {
    const { repository, pull } = requireMerger(context, input.pullRequestId, 'mergePullRequest')
    await mergePull(context.world, repository, pull, {
      by: context.viewer.login,
      method: methodOf(input.mergeMethod),
      sha: input.expectedHeadOid ?? null,
      title: input.commitHeadline ?? null,
      message: input.commitBody ?? null,
    })
    return { actor: toUserActor(context.viewer.user), pullRequest: toPull(repository, pull) }
  },

  enablePullRequestAutoMerge: async (input: Github.EnablePullRequestAutoMergeInput, context) => {
    const { repository, pull } = requireMerger(context, input.pullRequestId, 'enablePullRequestAutoMerge')
    await enableAutoMerge(context.world, repository, pull, {
      by: context.viewer.login,
      method: methodOf(input.mergeMethod),
      title: input.commitHeadline ?? null,
      message: input.commitBody ?? null,
      expectedHead: input.expectedHeadOid ?? null,
    })
    return { actor: toUserActor(context.viewer.user), pullRequest: toPull(repository, pull) }
  },

  disablePullRequestAutoMerge: (input: Github.DisablePullRequestAutoMergeInput, context) => {
    const { repository, pull } = requireMerger(context, input.pullRequestId, 'disablePullRequestAutoMerge')
    disableAutoMerge(context.world, repository, pull, context.viewer.login)
    return { actor: toUserActor(context.viewer.user), pullRequest: toPull(repository, pull) }
  },

  enqueuePullRequest: async (input: Github.EnqueuePullRequestInput, context) => {
    const { repository, pull } = requireMerger(context, input.pullRequestId, 'enqueuePullRequest')
    const entry = await enqueue(context.world, repository, pull, {
      by: context.viewer.login,
      expectedHead: input.expectedHeadOid ?? null,
      jump: input.jump ?? false,
    })
    return { mergeQueueEntry: wrap('MergeQueueEntry', { repository, pull, entry }) }
  },

  dequeuePullRequest: (input: Github.DequeuePullRequestInput, context) => {
    const { repository, pull } = requireMerger(context, input.id, 'dequeuePullRequest')
    const entry = dequeue(context.world, repository, pull, context.viewer.login)
    return { mergeQueueEntry: wrap('MergeQueueEntry', { repository, pull, entry }) }
  },
}
