/** Labels. */
import type * as Github from '@octokit/graphql-schema'
import type { Label, Repository } from '../../model.ts'
import { toConnection } from '../connection.ts'
import { type Resolvers, requireReadable } from '../context.ts'
import { repositoryPath, toUrl } from '../links.ts'
import { type LabelSource, toRepository, wrap } from '../sources.ts'
import { pullsMatching } from './pull-lists.ts'

export function toLabels(repository: Repository, labels: Iterable<Label>): readonly LabelSource[] {
  return [...labels].map((label) => wrap('Label', { repository, label }))
}

function labelPath({ repository, label }: LabelSource): string {
  return `${repositoryPath(repository)}/labels/${encodeURIComponent(label.name)}`
}

export const labelResolvers: Resolvers<Github.Label, LabelSource> = {
  id: ({ label }) => label.nodeId,
  name: ({ label }) => label.name,
  color: ({ label }) => label.color,
  description: ({ label }) => label.description,
  isDefault: () => false,
  createdAt: ({ repository }) => repository.createdAt,
  updatedAt: ({ repository }) => repository.createdAt,
  repository: ({ repository }) => toRepository(repository),
  resourcePath: labelPath,
  url: (source, _args, { world }) => toUrl(world, labelPath(source)),
  issues: (_source, args, _context, info) => toConnection([], args, info),
  pullRequests: ({ repository, label }, args: Github.LabelPullRequestsArgs, context, info) => {
    requireReadable(context, repository, 'pull_requests')
    return toConnection(pullsMatching(repository, { ...args, labels: [label.name] }), args, info)
  },
}
