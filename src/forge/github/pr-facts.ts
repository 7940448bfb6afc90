/** What an act needs to know of a pull request, read right before it: acts look first. */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { PrNumber } from '../../domain/ids.ts'
import type { GithubClient } from './client.ts'
import { commitSha, orNull } from './schema.ts'

const pullRequest = z.object({
  id: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isDraft: z.boolean(),
  headRefOid: commitSha,
  headRefName: z.string(),
  isCrossRepository: z.boolean(),
  mergeable: z.string(),
  mergeStateStatus: z.string(),
  mergeCommit: orNull(z.object({ oid: commitSha })),
  baseRef: orNull(z.object({ target: orNull(z.object({ oid: commitSha })) })),
  isInMergeQueue: z.boolean().optional(),
  isMergeQueueEnabled: z.boolean().optional(),
  autoMergeRequest: orNull(z.object({ enabledAt: orNull(z.string()) })),
})
export type PrFacts = z.infer<typeof pullRequest>

const repository = z.object({
  autoMergeAllowed: orNull(z.boolean()),
  squashMergeAllowed: z.boolean(),
  mergeCommitAllowed: z.boolean(),
  rebaseMergeAllowed: z.boolean(),
  pullRequest: orNull(pullRequest),
})
export type MergeSettings = Omit<z.infer<typeof repository>, 'pullRequest'>

const QUERY = `query PullRequestFacts($owner: String!, $name: String!, $number: Int!) {
  repository(owner: $owner, name: $name) {
    autoMergeAllowed squashMergeAllowed mergeCommitAllowed rebaseMergeAllowed
    pullRequest(number: $number) {
      id state isDraft headRefOid headRefName isCrossRepository
      mergeable mergeStateStatus mergeCommit { oid }
      baseRef { target { oid } }
      isInMergeQueue isMergeQueueEnabled autoMergeRequest { enabledAt }
    }
  }
}`

/** `pr` is null only when there is none of that number. Throws a Failure for what GitHub does not answer. */
export async function readPrFacts(
  client: GithubClient,
  number: PrNumber,
): Promise<{ readonly pr: PrFacts | null; readonly settings: MergeSettings }> {
  const { owner, name } = client.address
  const { data, problems } = await client.query({
    query: QUERY,
    variables: { owner, name, number },
    schema: z.object({ repository }),
  })
  const { pullRequest: pr, ...settings } = data.repository
  const problem = problems.find((each) => !each.includes('(NOT_FOUND)'))
  if (pr === null && problem !== undefined) {
    throw new Failure('forge_permission', `PR #${number} cannot be read: ${problem}`)
  }
  return { pr, settings }
}

/** Throws `forge_refused` when there is none of that number. */
export async function requirePrFacts(client: GithubClient, number: PrNumber): Promise<PrFacts> {
  const { pr } = await readPrFacts(client, number)
  if (pr === null) throw new Failure('forge_refused', `there is no PR #${number}`, { facts: { status: 404 } })
  return pr
}
