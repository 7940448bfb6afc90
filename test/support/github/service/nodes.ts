/** Finding things by their GraphQL id. */

import type {
  CheckRun,
  CheckSuite,
  IssueComment,
  PullRequest,
  Repository,
  Review,
  ReviewComment,
  ReviewThread,
  User,
  Viewer,
  WorkflowRun,
  World,
} from '../model.ts'
import { canSee } from './access.ts'

export type Node =
  | { readonly kind: 'user'; readonly user: User }
  | { readonly kind: 'repository'; readonly repository: Repository }
  | { readonly kind: 'pull'; readonly repository: Repository; readonly pull: PullRequest }
  | { readonly kind: 'review'; readonly repository: Repository; readonly pull: PullRequest; readonly review: Review }
  | {
      readonly kind: 'thread'
      readonly repository: Repository
      readonly pull: PullRequest
      readonly thread: ReviewThread
    }
  | {
      readonly kind: 'review_comment'
      readonly repository: Repository
      readonly pull: PullRequest
      readonly thread: ReviewThread
      readonly comment: ReviewComment
    }
  | {
      readonly kind: 'issue_comment'
      readonly repository: Repository
      readonly pull: PullRequest
      readonly comment: IssueComment
    }
  | { readonly kind: 'check_run'; readonly repository: Repository; readonly checkRun: CheckRun }
  | { readonly kind: 'check_suite'; readonly repository: Repository; readonly suite: CheckSuite }
  | { readonly kind: 'workflow_run'; readonly repository: Repository; readonly run: WorkflowRun }

/** Null when there is none or the viewer may not see it. */
export function findNode(world: World, nodeId: string, viewer: Viewer | null): Node | null {
  for (const user of world.state.users.values()) if (user.nodeId === nodeId) return { kind: 'user', user }
  for (const repository of world.state.repositories.values()) {
    const node = findInRepository(repository, nodeId)
    if (node !== null) return canSee(world, viewer, repository) ? node : null
  }
  return null
}

function findInRepository(repository: Repository, nodeId: string): Node | null {
  if (repository.nodeId === nodeId) return { kind: 'repository', repository }
  for (const pull of repository.pulls.values()) {
    const node = findInPull(repository, pull, nodeId)
    if (node !== null) return node
  }
  return findInCi(repository, nodeId)
}

function findInPull(repository: Repository, pull: PullRequest, nodeId: string): Node | null {
  const about = { repository, pull }
  if (pull.nodeId === nodeId) return { kind: 'pull', ...about }
  for (const review of pull.reviews) if (review.nodeId === nodeId) return { kind: 'review', ...about, review }
  for (const comment of pull.comments)
    if (comment.nodeId === nodeId) return { kind: 'issue_comment', ...about, comment }
  for (const thread of pull.threads) {
    if (thread.nodeId === nodeId) return { kind: 'thread', ...about, thread }
    const comment = thread.comments.find((candidate) => candidate.nodeId === nodeId)
    if (comment !== undefined) return { kind: 'review_comment', ...about, thread, comment }
  }
  return null
}

function findInCi(repository: Repository, nodeId: string): Node | null {
  const checkRun = repository.checkRuns.find((candidate) => candidate.nodeId === nodeId)
  if (checkRun !== undefined) return { kind: 'check_run', repository, checkRun }
  const suite = repository.checkSuites.find((candidate) => candidate.nodeId === nodeId)
  if (suite !== undefined) return { kind: 'check_suite', repository, suite }
  const run = repository.workflowRuns.find((candidate) => candidate.nodeId === nodeId)
  return run === undefined ? null : { kind: 'workflow_run', repository, run }
}
