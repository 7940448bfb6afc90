/** What other people do with pull requests, bound to one repository and named by numbers and logins. */
import type { Login, PullRequest, Repository, Review, ReviewThread, World } from '../model.ts'
import { type AutoMergeRequest, disableAutoMerge, enableAutoMerge } from '../service/auto-merge.ts'
import { addIssueComment } from '../service/comments.ts'
import { addLabels } from '../service/labels.ts'
import { dequeue, type EnqueueRequest, enqueue, processQueue } from '../service/merge-queue.ts'
import { mergeabilityOf, mergeStateOf } from '../service/mergeability.ts'
import { type MergeRequest, mergePull } from '../service/merging.ts'
import {
  closePull,
  convertToDraft,
  createPull,
  findPull,
  markReady,
  type PullChange,
  type PullRequestRequest,
  reopenPull,
  updatePull,
} from '../service/pulls.ts'
import { dismissReview, requestReviewers, submitReview } from '../service/reviews.ts'
import { addThread, replyToThread, resolveThread, type ThreadRequest, unresolveThread } from '../service/threads.ts'
import { type UpdateRequest, updateBranch } from '../service/updating.ts'

export function createPullActs(world: World, repository: Repository) {
  const pull = (number: number): PullRequest => findPull(repository, number)
  return {
    /** Throws 404 when there is none. */
    pull,
    openPull: (request: PullRequestRequest) => createPull(world, repository, request),
    updatePull: (number: number, change: PullChange) => updatePull(world, repository, pull(number), change),
    closePull: (number: number, by: Login) => closePull(world, repository, pull(number), by),
    reopenPull: (number: number, by: Login) => reopenPull(world, repository, pull(number), by),
    markReady: (number: number, by: Login) => markReady(world, repository, pull(number), by),
    convertToDraft: (number: number, by: Login) => convertToDraft(world, repository, pull(number), by),
    addLabels: (number: number, by: Login, names: readonly string[]) =>
      addLabels(world, repository, pull(number), { by, names }),
    mergeability: (number: number) => mergeabilityOf(world, repository, pull(number)),
    mergeState: (number: number) => mergeStateOf(world, repository, pull(number)),
    merge: (number: number, request: MergeRequest) => mergePull(world, repository, pull(number), request),
    updateBranch: (number: number, request: UpdateRequest) => updateBranch(world, repository, pull(number), request),
    enableAutoMerge: (number: number, request: AutoMergeRequest) =>
      enableAutoMerge(world, repository, pull(number), request),
    disableAutoMerge: (number: number, by: Login) => disableAutoMerge(world, repository, pull(number), by),
    enqueue: (number: number, request: EnqueueRequest) => enqueue(world, repository, pull(number), request),
    dequeue: (number: number, by: Login) => dequeue(world, repository, pull(number), by),
    /** One step of the merge queue, for `mergeQueue: 'manual'`. */
    processQueue: (branch = repository.defaultBranch, options: { force?: boolean } = {}) =>
      processQueue(world, repository, branch, options),
  }
}

export function createReviewActs(world: World, repository: Repository) {
  const pull = (number: number): PullRequest => findPull(repository, number)
  const people = { world, repository }
  return {
    approve: (number: number, by: Login, body = '') => review(people, pull(number), { by, state: 'APPROVED', body }),
    requestChanges: (number: number, by: Login, body = 'Please change this.') =>
      review(people, pull(number), { by, state: 'CHANGES_REQUESTED', body }),
    review: (number: number, by: Login, body: string) => review(people, pull(number), { by, state: 'COMMENTED', body }),
    dismissReview: (number: number, target: Review, by: Login) =>
      dismissReview(world, repository, pull(number), target, by),
    requestReviewers: (number: number, by: Login, logins: readonly Login[]) =>
      requestReviewers(world, repository, pull(number), { by, logins }),
    addThread: (number: number, request: ThreadRequest) => addThread(world, repository, pull(number), request),
    replyToThread: (number: number, thread: ReviewThread, request: { by: Login; body: string }) =>
      replyToThread(world, repository, pull(number), thread, request),
    resolveThread: (number: number, thread: ReviewThread, by: Login) =>
      resolveThread(world, repository, pull(number), thread, by),
    unresolveThread: (number: number, thread: ReviewThread, by: Login) =>
      unresolveThread(world, repository, pull(number), thread, by),
    comment: (number: number, by: Login, body: string) =>
      addIssueComment(world, repository, pull(number), { by, body }),
  }
}

function review(
  { world, repository }: { world: World; repository: Repository },
  pull: PullRequest,
  request: { by: Login; state: Review['state']; body: string },
): Review {
  return submitReview(world, repository, pull, request)
}
