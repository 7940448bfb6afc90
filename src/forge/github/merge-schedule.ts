/** Merging later, by GitHub itself: through the queue of a branch that has one, or by auto-merge. Never merged by that alone. */
import { z } from 'zod'
import { toFailure } from '../../domain/failure.ts'
import type { PrNumber } from '../../domain/ids.ts'
import type { MergeMethod } from '../../domain/run.ts'
import type { PullRequestText } from '../forge.ts'
import type { GithubClient } from './client.ts'
import { type PrFacts, requirePrFacts } from './pr-facts.ts'

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

/** Nothing happens when nothing is scheduled, or not any more when the request arrives. Throws a Failure. */
export async function cancelSchedule(client: GithubClient, number: PrNumber): Promise<void> {
  try {
    await cancel(client, await requirePrFacts(client, number))
  } catch (error) {
    if (toFailure(error).kind !== 'forge_refused') throw error
    const now = await requirePrFacts(client, number)
    if (now.autoMergeRequest !== null || now.isInMergeQueue === true) throw error
  }
}

async function cancel(client: GithubClient, { id, autoMergeRequest, isInMergeQueue }: PrFacts): Promise<void> {
  if (autoMergeRequest !== null) {
    await client.mutate({
      query: `mutation DisableAutoMerge($id: ID!) {
        disablePullRequestAutoMerge(input: { pullRequestId: $id }) { pullRequest { id } }
      }`,
      variables: { id },
      schema: z.object({ disablePullRequestAutoMerge: z.unknown() }),
    })
  }
  if (isInMergeQueue === true) {
    await client.mutate({
      query: `mutation Dequeue($id: ID!) { dequeuePullRequest(input: { id: $id }) { mergeQueueEntry { id } } }`,
      variables: { id },
      schema: z.object({ dequeuePullRequest: z.unknown() }),
    })
  }
}
