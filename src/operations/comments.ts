/** What was said about a pull request, and what became of it. */

import { Failure } from '../domain/failure.ts'
import type { PrSnapshot, Remark } from '../domain/observation.ts'
import type { Finding } from '../domain/run.ts'

export type Conversation = {
  readonly id: string
  readonly kind: 'thread' | 'change_request' | 'comment'
  readonly path: string | null
  readonly line: number | null
  readonly resolved: boolean
  /** Nobody in it is trusted: it reaches no agent. */
  readonly ignored: boolean
  /** How the run dealt with it; null = not yet. */
  readonly answer: Finding['action'] | null
  readonly remarks: readonly Remark[]
}

export type CommentsReport = {
  readonly number: number
  readonly conversations: readonly Conversation[]
  /** False: there may be more than is listed. */
  readonly complete: boolean
  /** Left out because they are resolved or ignored. */
  readonly hidden: number
}

/** Throws when the reviews cannot be read: unknown is not none. */
export function toComments(pr: PrSnapshot, findings: readonly Finding[], all: boolean): CommentsReport {
  const { reviews } = pr
  if (reviews.kind === 'unknown') throw new Failure('forge_unreachable', `reviews of PR #${pr.number}: ${reviews.why}`)
  const whole = (kind: Conversation['kind'], remark: Remark) =>
    toConversation({ kind, id: remark.id, path: null, line: null, resolved: false, remarks: [remark] }, findings)
  const found = [
    ...reviews.threads.map((thread) => toConversation({ kind: 'thread', ...thread }, findings)),
    ...reviews.changeRequests.map((remark) => whole('change_request', remark)),
    ...reviews.comments.map((remark) => whole('comment', remark)),
  ]
  const shown = found.filter((conversation) => all || !(conversation.resolved || conversation.ignored))
  return {
    number: pr.number,
    conversations: shown,
    complete: reviews.threadsComplete && reviews.reviewersComplete && reviews.commentsComplete,
    hidden: found.length - shown.length,
  }
}

function toConversation(
  found: Pick<Conversation, 'kind' | 'id' | 'path' | 'line' | 'resolved' | 'remarks'>,
  findings: readonly Finding[],
): Conversation {
  const { kind, id, path, line, resolved, remarks } = found
  return {
    kind,
    id,
    path,
    line,
    resolved,
    remarks,
    ignored: remarks.every((remark) => !remark.trusted && !remark.ours),
    answer: findings.findLast((finding) => finding.id === id)?.action ?? null,
  }
}
