/**
 * Whether review bots are still to be expected: learned from the last pull requests that ended here, so that nobody waits
 * for a bot that this repository does not have.
 */
import { z } from 'zod'
import type { CommitSha } from '../../domain/ids.ts'
import type { GithubClient } from './client.ts'
import { bareLogin } from './marks.ts'
import type { PrNode } from './pr-node.ts'
import { actor, orNull, time } from './schema.ts'
import { createTimedCache } from './timed-cache.ts'
import { type Author, type Trust, toAuthor } from './trust.ts'

type Said = Pick<PrNode, 'reviewThreads' | 'reviews' | 'comments'>

export type ReviewBots = {
  /** True when a known bot has not said anything yet about this head, and when GitHub does not say what is known. */
  areExpected(pr: Said, head: { readonly commit: CommitSha; readonly since: number }): Promise<boolean>
}

const LEARNED_FOR_MS = 30 * 60_000
const LOOKED_AT = 10

const said = z.object({ nodes: orNull(z.array(orNull(z.object({ author: actor, createdAt: time })))) })
const endedPr = z.object({ createdAt: time, reviews: orNull(said), comments: orNull(said) })
const answer = z.object({
  repository: z.object({ pullRequests: z.object({ nodes: orNull(z.array(orNull(endedPr))) }) }),
})

const QUERY = `query ReviewBots($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
    pullRequests(states: [MERGED, CLOSED], first: ${LOOKED_AT}, orderBy: { field: UPDATED_AT, direction: DESC }) {
      nodes {
        createdAt
        reviews(first: 30) { nodes { author { __typename login } createdAt } }
        comments(first: 30) { nodes { author { __typename login } createdAt } }
      }
    }
  }
}`

export function createReviewBots(client: GithubClient, trust: Trust, now: () => number): ReviewBots {
  const learned = createTimedCache<readonly string[]>({ keepMs: () => LEARNED_FOR_MS, now })

  async function learn(): Promise<readonly string[]> {
    const { owner, name } = client.address
    const { data } = await client.query({ query: QUERY, variables: { owner, name }, schema: answer })
    const remarks = (data.repository.pullRequests.nodes ?? []).flatMap((pr) => [
      ...(pr?.reviews?.nodes ?? []),
      ...(pr?.comments?.nodes ?? []),
    ])
    const bots = remarks.map((remark) => toAuthor(remark?.author ?? null)).filter(trust.isTrustedBot)
    return [...new Set(bots.map(({ login }) => bareLogin(login)))]
  }

  return {
    async areExpected(pr, head) {
      const known = await learned.get('bots', learn).catch(() => null)
      if (known === null) return true
      const heard = new Set(authorsSince(pr, head).map(({ login }) => bareLogin(login)))
      return known.some((bot) => !heard.has(bot))
    },
  }
}

/** Bots rewrite their summary instead of adding one, so a change counts; a review says which commit it is about. */
function authorsSince(pr: Said, head: { commit: CommitSha; since: number }): readonly Author[] {
  const isSince = ({ createdAt, updatedAt }: { createdAt: number; updatedAt: number | null }) =>
    (updatedAt ?? createdAt) >= head.since
  const remarks = [
    ...(pr.reviewThreads?.nodes ?? []).flatMap((thread) => thread.comments.nodes).filter(isSince),
    ...(pr.comments?.nodes ?? []).filter(isSince),
    ...(pr.reviews?.nodes ?? []).filter((review) => review.commit?.oid === head.commit || isSince(review)),
  ]
  return remarks.map(({ author }) => toAuthor(author))
}
