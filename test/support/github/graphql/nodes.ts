/** Things by their global id. What the viewer may not see is not there. */
import { readCommit } from '../git/history.ts'
import type { Repository } from '../model.ts'
import { canSee } from '../service/access.ts'
import { findNode, type Node } from '../service/nodes.ts'
import { findRepositoryById } from '../service/repositories.ts'
import { type Context, requireReadable } from './context.ts'
import { RefusedField } from './errors.ts'
import { readObject } from './git-objects.ts'
import { fromPlaceId, type Place } from './ids.ts'
import { toRepository, toUserActor, wrap } from './sources.ts'
import { queueOn } from './types/queues.ts'
import { findRef } from './types/refs.ts'

/** Throws NOT_FOUND. */
export async function requireNode(context: Context, id: string): Promise<object> {
  const found = await findAnyNode(context, id)
  if (found === null) throw unknownNode(id)
  return found
}

/** The thing of this kind; another kind is as good as none, as GitHub has it. */
export function requireKind<Kind extends Node['kind']>(
  { world, viewer }: Context,
  id: string,
  kind: Kind,
): Extract<Node, { kind: Kind }> {
  const node = findNode(world, id, viewer)
  if (node === null || node.kind !== kind) throw unknownNode(id)
  return node as Extract<Node, { kind: Kind }>
}

export function unknownNode(id: string): RefusedField {
  return new RefusedField('NOT_FOUND', `Could not resolve to a node with the global id of '${id}'`)
}

async function findAnyNode(context: Context, id: string): Promise<object | null> {
  const { world, viewer } = context
  const place = fromPlaceId(id)
  if (place !== null) return findPlace(context, place)
  const node = findNode(world, id, viewer)
  if (node !== null) return toSource(context, node)
  for (const repository of world.state.repositories.values()) {
    if (canSee(world, viewer, repository)) {
      const found = findRecord(repository, id)
      if (found !== null) return found
    }
  }
  const app = [...world.state.apps.values()].find(({ nodeId }) => nodeId === id)
  return app === undefined ? null : wrap('App', { app })
}

function toSource(context: Context, node: Node): object {
  if (node.kind === 'user') return toUserActor(node.user)
  if (node.kind === 'repository') return toRepository(node.repository)
  if (node.kind === 'check_run' || node.kind === 'check_suite') requireReadable(context, node.repository, 'checks')
  else if (node.kind === 'workflow_run') requireReadable(context, node.repository, 'actions')
  else requireReadable(context, node.repository, 'pull_requests')
  return { ...node, __typename: TYPES[node.kind] }
}

const TYPES: Readonly<Record<Exclude<Node['kind'], 'user' | 'repository'>, string>> = {
  pull: 'PullRequest',
  review: 'PullRequestReview',
  thread: 'PullRequestReviewThread',
  review_comment: 'PullRequestReviewComment',
  issue_comment: 'IssueComment',
  check_run: 'CheckRun',
  check_suite: 'CheckSuite',
  workflow_run: 'WorkflowRun',
}

function findRecord(repository: Repository, id: string): object | null {
  const isIt = ({ nodeId }: { readonly nodeId: string }) => nodeId === id
  const label = [...repository.labels.values()].find(isIt)
  if (label !== undefined) return wrap('Label', { repository, label })
  const status = repository.statuses.find(isIt)
  if (status !== undefined) return wrap('StatusContext', { repository, status })
  const workflow = repository.workflows.find(isIt)
  if (workflow !== undefined) return wrap('Workflow', { repository, workflow })
  const ruleset = repository.rulesets.find(isIt)
  if (ruleset !== undefined) return wrap('RepositoryRuleset', { repository, ruleset })
  const pull = [...repository.pulls.values()].find(({ mergeQueueEntry }) => mergeQueueEntry?.nodeId === id)
  const entry = pull?.mergeQueueEntry
  return pull === undefined || entry == null ? null : wrap('MergeQueueEntry', { repository, pull, entry })
}

async function findPlace(context: Context, { kind, repositoryId, name }: Place): Promise<object | null> {
  const { world, viewer } = context
  const repository = findRepositoryById(world, repositoryId)
  if (repository === null || !canSee(world, viewer, repository)) return null
  if (kind === 'ref') return findRef(repository, name)
  if (kind === 'queue') return queueOn(repository, name)
  if (kind === 'tree' || kind === 'blob') return readObject(world, repository, name)
  const commit = kind === 'commit' || kind === 'rollup' ? await readCommit(world, repository, name) : null
  if (commit === null) return null
  return kind === 'commit'
    ? wrap('Commit', { repository, commit })
    : wrap('StatusCheckRollup', { repository, sha: name })
}
