/** A pull request as the snapshot asks for it: all facts, and the first page of each of its lists. */
import { z } from 'zod'
import type { PrNumber } from '../../domain/ids.ts'
import { checkFields, checkNode } from './check-nodes.ts'
import { FINGERPRINT_FIELDS } from './fingerprint.ts'
import { COMMENT_FIELDS, commentNode, REVIEW_FIELDS, reviewNode, THREAD_FIELDS, threadNode } from './review-nodes.ts'
import { actor, commitSha, connection, orNull, prNumber, time } from './schema.ts'

export const PAGE = 'pageInfo { hasNextPage endCursor }'
export const PAGE_SIZE = 100

export function prFields(number: PrNumber): string {
  return `
    ${FINGERPRINT_FIELDS}
    id number url createdAt isCrossRepository isMergeQueueEnabled
    author { __typename login }
    mergeCommit { oid }
    baseRef { refUpdateRule { requiresConversationResolution } }
    commits(last: 1) {
      nodes {
        commit {
          id
          checkSuites(first: 10) { nodes { createdAt } }
          statusCheckRollup { contexts(first: ${PAGE_SIZE}) { ${PAGE} nodes { ${checkFields(String(number))} } } }
        }
      }
    }
    reviewThreads(first: 50) { ${PAGE} nodes { ${THREAD_FIELDS} } }
    latestOpinionatedReviews(first: ${PAGE_SIZE}) { ${PAGE} nodes { ${REVIEW_FIELDS} } }
    reviews(first: ${PAGE_SIZE}) { ${PAGE} nodes { ${REVIEW_FIELDS} } }
    comments(first: ${PAGE_SIZE}) { ${PAGE} nodes { ${COMMENT_FIELDS} } }`
}

const commit = z.object({
  id: z.string(),
  oid: commitSha,
  checkSuites: orNull(z.object({ nodes: orNull(z.array(orNull(z.object({ createdAt: orNull(time) })))) })),
  statusCheckRollup: orNull(z.object({ contexts: connection(checkNode) })),
})

export const prNode = z.object({
  id: z.string(),
  number: prNumber,
  url: z.string(),
  title: z.string(),
  state: z.enum(['OPEN', 'CLOSED', 'MERGED']),
  isDraft: z.boolean(),
  createdAt: time,
  author: actor,
  headRefName: z.string(),
  headRefOid: commitSha,
  isCrossRepository: z.boolean(),
  baseRefName: z.string(),
  mergeable: z.string(),
  mergeStateStatus: z.string(),
  reviewDecision: orNull(z.string()),
  mergeCommit: orNull(z.object({ oid: commitSha })),
  autoMergeRequest: orNull(z.object({ enabledAt: orNull(z.string()) })),
  isInMergeQueue: z.boolean().optional(),
  isMergeQueueEnabled: z.boolean().optional(),
  baseRef: orNull(
    z.object({
      target: orNull(z.object({ oid: commitSha })),
      compare: orNull(z.object({ behindBy: z.number() })),
      refUpdateRule: orNull(z.object({ requiresConversationResolution: z.boolean() })),
    }),
  ),
  commits: orNull(z.object({ nodes: orNull(z.array(orNull(z.object({ commit })))) })),
  reviewThreads: orNull(connection(threadNode)),
  latestOpinionatedReviews: orNull(connection(reviewNode)),
  reviews: orNull(connection(reviewNode)),
  comments: orNull(connection(commentNode)),
})
export type PrNode = z.infer<typeof prNode>
