/** The bookkeeping of an attempt when another of its sessions begins: saved before the process starts. Pure. */
import type { CommitSha } from '../domain/ids.ts'
import type { Attempt, RunAttempt, SessionRecord } from '../domain/run.ts'

/** A fresh attempt, or the present one going on. */
export function beginAttempt(
  present: Attempt | null,
  request: { purpose: Attempt['purpose']; subject: string; head: CommitSha; kind: SessionRecord['kind']; ask: string },
): Attempt {
  const same = present?.purpose === request.purpose && present.subject === request.subject ? present : null
  const base = same ?? freshAttempt(request.purpose, request.subject, request.head)
  const progressed = base.sessionHead !== request.head
  return {
    ...base,
    sessionHead: request.head,
    sessions: base.sessions + 1,
    cutOffs: progressed ? 0 : base.cutOffs,
    undelivered: base.undelivered + (request.ask === 'undelivered' || request.ask === 'refuted' ? 1 : 0),
    // By what it is asked for: the same asked again after a refusal, a failure or a crash has its own bound, or none.
    finishes: base.finishes + (request.ask === 'leftovers' ? 1 : 0),
    gateFixes: base.gateFixes + (request.ask === 'gate_failed' ? 1 : 0),
    last: null,
    lastKind: request.kind,
    confirmation: request.ask === 'refuted' ? null : base.confirmation,
  }
}

function freshAttempt(purpose: Attempt['purpose'], subject: string, head: CommitSha): Attempt {
  return {
    purpose,
    subject,
    startHead: head,
    sessionHead: head,
    sessions: 0,
    failures: 0,
    cutOffs: 0,
    undelivered: 0,
    finishes: 0,
    gateFixes: 0,
    last: null,
    lastKind: null,
    lastEndedAt: null,
    confirmation: null,
  }
}

export type RunAttemptBegin = Pick<RunAttempt, 'kind' | 'subject'> & { conversationId: RunAttempt['conversationId'] }

export function beginRunAttempt(present: RunAttempt | null, begin: RunAttemptBegin): RunAttempt {
  const same = present?.kind === begin.kind && present.subject === begin.subject ? present : null
  return {
    kind: begin.kind,
    subject: begin.subject,
    conversationId: begin.conversationId,
    sessions: (same?.sessions ?? 0) + 1,
    failures: same?.failures ?? 0,
    invalid: same?.invalid ?? 0,
    lastProblem: same?.lastProblem ?? null,
    last: null,
    output: null,
    lastEndedAt: same?.lastEndedAt ?? null,
  }
}
