/** Bringing the target branch's newest commit into a head, by GitHub itself. */
import { z } from 'zod'
import { type Failure, toFailure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { BranchUpdate } from '../forge.ts'
import type { GithubClient } from './client.ts'
import { isConflicting } from './merging.ts'
import { type PrFacts, requirePrFacts } from './pr-facts.ts'
import { orNull } from './schema.ts'

type UpdateRequest = { readonly number: PrNumber; readonly head: CommitSha }

/** `updated`: accepted; the new head appears a moment later. */
export async function updateHeadBranch(client: GithubClient, request: UpdateRequest): Promise<BranchUpdate> {
  const pr = await requirePrFacts(client, request.number)
  const settled = await settle(client, pr, request)
  if (settled !== null) return settled
  const { owner, name: repo } = client.address
  const body = { owner, repo, pull_number: request.number, expected_head_sha: request.head }
  try {
    await client.rest('PUT /repos/{owner}/{repo}/pulls/{pull_number}/update-branch', body, z.unknown())
    return { kind: 'updated' }
  } catch (error) {
    const failure = toFailure(error)
    if (failure.isRetryable && failure.facts.maybeDone !== true) throw failure
    return afterFailure(client, request, failure)
  }
}

async function settle(
  client: GithubClient,
  pr: PrFacts,
  { head }: UpdateRequest,
): Promise<Exclude<BranchUpdate, { kind: 'updated' }> | null> {
  if (pr.state !== 'OPEN') return { kind: 'refused', why: `it is ${pr.state.toLowerCase()}` }
  if (pr.headRefOid !== head) return { kind: 'stale', why: `its head is ${pr.headRefOid.slice(0, 12)} by now` }
  if (isConflicting(pr)) return { kind: 'conflict' }
  return (await readBehind(client, pr)) === 0 ? { kind: 'current' } : null
}

async function afterFailure(client: GithubClient, request: UpdateRequest, failure: Failure): Promise<BranchUpdate> {
  const settled = await settle(client, await requirePrFacts(client, request.number), request)
  // Not known whether it happened, and the head is another one: ours or not, it is to be looked at.
  if (settled !== null) return settled
  if (failure.facts.maybeDone === true) throw failure
  // Mergeability may still be computed and the comparison be hidden; then GitHub's words are all there is.
  if (/no new commits on the base/i.test(failure.message)) return { kind: 'current' }
  return /merge conflict/i.test(failure.message) ? { kind: 'conflict' } : { kind: 'refused', why: failure.message }
}

/** Commits of the target branch that the head lacks; null when GitHub cannot compare (a fork's branch). */
async function readBehind(client: GithubClient, pr: PrFacts): Promise<number | null> {
  if (pr.isCrossRepository) return null
  const { data } = await client.query({
    query: `query Behind($id: ID!, $head: String!) {
      node(id: $id) { ... on PullRequest { baseRef { compare(headRef: $head) { behindBy } } } }
    }`,
    variables: { id: pr.id, head: pr.headRefName },
    schema: answer,
    mayFail: ['compare'],
  })
  return data.node?.baseRef?.compare?.behindBy ?? null
}

const answer = z.object({
  node: orNull(z.object({ baseRef: orNull(z.object({ compare: orNull(z.object({ behindBy: z.number() })) })) })),
})
