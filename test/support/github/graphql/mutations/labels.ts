/** Labels of a pull request. */
import type * as Github from '@octokit/graphql-schema'
import type { PullRequest, Repository } from '../../model.ts'
import { addLabels, removeLabel } from '../../service/labels.ts'
import { type Context, requireWritable } from '../context.ts'
import { requireKind, unknownNode } from '../nodes.ts'
import { toPull } from '../sources.ts'
import type { Mutations } from './mutation.ts'

export const labelMutations: Mutations = {
  addLabelsToLabelable: ({ labelableId, labelIds }: Github.AddLabelsToLabelableInput, context) => {
    const { repository, pull } = requireLabelable(context, labelableId, 'addLabelsToLabelable')
    const names = namesOf(repository, labelIds)
    addLabels(context.world, repository, pull, { by: context.viewer.login, names })
    return { labelable: toPull(repository, pull) }
  },

  removeLabelsFromLabelable: ({ labelableId, labelIds }: Github.RemoveLabelsFromLabelableInput, context) => {
    const { repository, pull } = requireLabelable(context, labelableId, 'removeLabelsFromLabelable')
    const { login: by } = context.viewer
    for (const name of namesOf(repository, labelIds)) removeLabel(context.world, repository, pull, { by, name })
    return { labelable: toPull(repository, pull) }
  },
}

export function replaceLabels(
  { world, viewer: { login: by } }: Context,
  repository: Repository,
  pull: PullRequest,
  ids: readonly string[],
): void {
  const names = namesOf(repository, ids)
  for (const name of pull.labels) if (!names.includes(name)) removeLabel(world, repository, pull, { by, name })
  addLabels(world, repository, pull, { by, names })
}

function requireLabelable(context: Context, id: string, mutation: string) {
  const { repository, pull } = requireKind(context, id, 'pull')
  requireWritable(context, repository, mutation, { permission: 'pull_requests', role: 'triage' })
  return { repository, pull }
}

function namesOf(repository: Repository, ids: readonly string[]): readonly string[] {
  return ids.map((id) => {
    const label = [...repository.labels.values()].find(({ nodeId }) => nodeId === id)
    if (label === undefined) throw unknownNode(id)
    return label.name
  })
}
