/** Merge queues and what stands in them. */
import type * as Github from '@octokit/graphql-schema'
import { readCommit } from '../../git/history.ts'
import type { Repository } from '../../model.ts'
import { queueOf } from '../../service/merge-queue.ts'
import { mergeQueueRule } from '../../service/rules.ts'
import { toConnection } from '../connection.ts'
import type { Context, Resolvers } from '../context.ts'
import { toPlaceId } from '../ids.ts'
import { repositoryPath, toUrl } from '../links.ts'
import { type QueueEntrySource, type QueueSource, toActor, toPull, toRepository, wrap } from '../sources.ts'

/** Null for branches without a queue. */
export function queueOn(repository: Repository, branch: string): QueueSource | null {
  return mergeQueueRule(repository, branch) === null ? null : wrap('MergeQueue', { repository, branch })
}

function queuePath({ repository, branch }: QueueSource): string {
  return `${repositoryPath(repository)}/queue/${branch}`
}

export const queueResolvers: Resolvers<Github.MergeQueue, QueueSource> = {
  id: ({ repository, branch }) => toPlaceId('queue', repository, branch),
  repository: ({ repository }) => toRepository(repository),
  resourcePath: queuePath,
  url: (source, _args, { world }) => toUrl(world, queuePath(source)),
  nextEntryEstimatedTimeToMerge: () => null,
  configuration: ({ repository, branch }) => {
    const rule = mergeQueueRule(repository, branch)
    return (
      rule && {
        checkResponseTimeout: rule.checkTimeoutMinutes,
        maximumEntriesToBuild: rule.maxEntriesToBuild,
        maximumEntriesToMerge: 1,
        mergeMethod: rule.method.toUpperCase(),
        mergingStrategy: rule.groupingStrategy,
        minimumEntriesToMerge: 1,
        minimumEntriesToMergeWaitTime: 0,
      }
    )
  },
  entries: ({ repository, branch }, args, _context, info) => {
    const entries = queueOf(repository, branch).flatMap((pull) =>
      pull.mergeQueueEntry === null ? [] : [wrap('MergeQueueEntry', { repository, pull, entry: pull.mergeQueueEntry })],
    )
    return toConnection(entries, args, info)
  },
}

async function commitOf({ world }: Context, repository: Repository, sha: string | null) {
  const commit = sha === null ? null : await readCommit(world, repository, sha)
  return commit && wrap('Commit', { repository, commit })
}

export const queueEntryResolvers: Resolvers<Github.MergeQueueEntry, QueueEntrySource> = {
  id: ({ entry }) => entry.nodeId,
  state: ({ entry }) => entry.state,
  position: ({ entry }) => entry.position,
  enqueuedAt: ({ entry }) => entry.enqueuedAt,
  enqueuer: ({ entry }, _args, { world }) => toActor(world, entry.enqueuedBy),
  estimatedTimeToMerge: () => null,
  jump: () => false,
  solo: () => false,
  headCommit: ({ repository, entry }, _args, context) => commitOf(context, repository, entry.groupSha),
  baseCommit: ({ repository, entry }, _args, context) => commitOf(context, repository, entry.groupBaseSha),
  mergeQueue: ({ repository, pull }) => queueOn(repository, pull.base.ref),
  pullRequest: ({ repository, pull }) => toPull(repository, pull),
}
