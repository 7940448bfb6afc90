/** Merging later, by GitHub itself: through the queue of a branch that has one, or by auto-merge. Never merged by that alone. */
import { z } from 'zod'
import type { MergeMethod } from '../../domain/run.ts'
import type { PullRequestText } from '../forge.ts'
import type { GithubClient } from './client.ts'
import type { PrFacts } from './pr-facts.ts'

type Scheduled = { readonly pr: PrFacts; readonly method: MergeMethod } & PullRequestText

/** The queue's own method and text count. Throws a Failure. */
export async function enqueue(client: GithubClient, pr: PrFacts): Promise<void> {
  await client.mutate({
    query: `mutation Enqueue($id: ID!, $head: GitObjectID!) {
      enqueuePullRequest(input: { pullRequestId: $id, expectedHeadOid: $head }) { mergeQueueEntry { id } }
    }`,
    variables: { id: pr.id, head: pr.headRefOid },
    schema: z.object({ enqueuePullRequest: z.unknown() }),
  })
}

/** Throws a Failure, also for a pull request that could be merged at once. */
export async function enableAutoMerge(client: GithubClient, { pr, method, title, body }: Scheduled): Promise<void> {
  await client.mutate({
    query: `mutation EnableAutoMerge($input: EnablePullRequestAutoMergeInput!) {
      enablePullRequestAutoMerge(input: $input) { pullRequest { id } }
    }`,
    variables: {
      input: {
        pullRequestId: pr.id,
        expectedHeadOid: pr.headRefOid,
        mergeMethod: method.toUpperCase(),
        ...(method !== 'rebase' && { commitHeadline: title, commitBody: body }),
      },
    },
    schema: z.object({ enablePullRequestAutoMerge: z.unknown() }),
  })
}

/** Nothing happens when nothing is scheduled. Throws a Failure. */
export async function cancelSchedule(client: GithubClient, pr: PrFacts): Promise<void> {
  const isAutomatic = pr.autoMergeRequest !== null
  if (isAutomatic) {
    await client.mutate({
      query: `mutation DisableAutoMerge($id: ID!) {
        disablePullRequestAutoMerge(input: { pullRequestId: $id }) { pullRequest { id } }
      }`,
      variables: { id: pr.id },
      schema: z.object({ disablePullRequestAutoMerge: z.unknown() }),
    })
  }
  if (pr.isInMergeQueue === true) {
    await client.mutate({
      query: `mutation Dequeue($id: ID!) { dequeuePullRequest(input: { id: $id }) { mergeQueueEntry { id } } }`,
      variables: { id: pr.id },
      schema: z.object({ dequeuePullRequest: z.unknown() }),
    })
  }
}
