/**
 * By what one sees, cheaply, that a pull request has changed since it was looked at in full. The full look asks for the
 * same fields, so that both give the same print for the same state.
 */
import { z } from 'zod'
import { orNull } from './schema.ts'

export const FINGERPRINT_FIELDS = `
  updatedAt headRefOid headRefName baseRefName state isDraft title
  mergeable mergeStateStatus reviewDecision isInMergeQueue
  autoMergeRequest { enabledAt }
  baseRef { target { oid ... on Commit { statusCheckRollup { state } } } }
  threadStates: reviewThreads(last: 100) { totalCount nodes { isResolved comments { totalCount } } }
  reviewCount: reviews { totalCount }
  commentCount: comments { totalCount }
  commits(last: 1) {
    nodes {
      commit {
        oid
        statusCheckRollup {
          state
          counts: contexts {
            totalCount
            checkRunCountsByState { state count }
            statusContextCountsByState { state count }
          }
        }
      }
    }
  }`

const counted = z.object({ totalCount: z.number() })
const stateCounts = orNull(z.array(z.object({ state: z.string(), count: z.number() })))
const rollup = z.object({
  state: z.string(),
  counts: orNull(
    z.object({ totalCount: z.number(), checkRunCountsByState: stateCounts, statusContextCountsByState: stateCounts }),
  ),
})
/** A target branch that turns green or red changes what red checks here mean. */
const baseCommit = z.object({ oid: z.string(), statusCheckRollup: orNull(z.object({ state: z.string() })) })
const thread = z.object({ isResolved: z.boolean(), comments: orNull(counted) })

export const fingerprintNode = z.object({
  updatedAt: z.string(),
  headRefOid: z.string(),
  headRefName: z.string(),
  baseRefName: z.string(),
  state: z.string(),
  isDraft: z.boolean(),
  title: z.string(),
  mergeable: z.string(),
  mergeStateStatus: z.string(),
  reviewDecision: orNull(z.string()),
  isInMergeQueue: z.boolean().optional(),
  autoMergeRequest: orNull(z.object({ enabledAt: orNull(z.string()) })),
  baseRef: orNull(z.object({ target: orNull(baseCommit) })),
  threadStates: orNull(z.object({ totalCount: z.number(), nodes: orNull(z.array(orNull(thread))) })),
  reviewCount: orNull(counted),
  commentCount: orNull(counted),
  commits: orNull(
    z.object({
      nodes: orNull(
        z.array(orNull(z.object({ commit: z.object({ oid: z.string(), statusCheckRollup: orNull(rollup) }) }))),
      ),
    }),
  ),
})
type FingerprintNode = z.infer<typeof fingerprintNode>

export type Fingerprint = {
  /** Equal texts: nothing that we look for has changed. */
  readonly text: string
  readonly head: string
  readonly headBranch: string
  readonly baseBranch: string
  /** GitHub works mergeability out when it is asked for, a moment later. */
  readonly isUndecided: boolean
}

/** From any node that has the fields above; null when GitHub showed less. */
export function toFingerprint(node: unknown): Fingerprint | null {
  const parsed = fingerprintNode.safeParse(node)
  return parsed.success ? fromNode(parsed.data) : null
}

function fromNode(node: FingerprintNode): Fingerprint {
  return {
    text: JSON.stringify(node),
    head: node.headRefOid,
    headBranch: node.headRefName,
    baseBranch: node.baseRefName,
    isUndecided: node.state === 'OPEN' && node.mergeable === 'UNKNOWN',
  }
}
