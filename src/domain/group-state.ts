/** How a group's memory begins, and what a person's `resume` gives back. */
import type { GroupId, RunId } from './ids.ts'
import { FRESH_GUARD, type Guard, type LetThrough } from './integrity/finding.ts'
import { waive } from './integrity/guard.ts'
import { openFindings } from './integrity/open-findings.ts'
import { type Acceptance, type Attempt, COUNTERS, type Counter, type GroupState } from './run.ts'

export function createGroupState(request: { runId: RunId; groupId: GroupId; headBranch: string | null }): GroupState {
  const branch = `claudetm/${request.runId}/${request.groupId}`
  return {
    stage: 'pending',
    branch,
    headBranch: request.headBranch ?? branch,
    base: null,
    pr: null,
    adopted: null,
    prText: null,
    lastPushed: null,
    noticeShown: false,
    abandonedPr: null,
    prPauseDone: false,
    historyRewritten: false,
    pendingReplies: null,
    asked: [],
    findings: [],
    ciFailures: [],
    redBaseSince: null,
    redBaseAccepted: false,
    green: null,
    noChecksAcceptedFor: null,
    counters: zeroCounters(),
    conversation: null,
    attempt: null,
    gate: null,
    guard: FRESH_GUARD,
    acts: [],
    unknowns: 0,
    merged: null,
    emptyAt: null,
    waitingSince: null,
    waiting: null,
    scheduledAt: null,
    retryChecks: false,
    block: null,
  }
}

function zeroCounters(): Record<Counter, number> {
  return Object.fromEntries(COUNTERS.map((counter) => [counter, 0])) as Record<Counter, number>
}

/**
 * A person says "go on". Blocks are lifted and clocks start anew; `force` also gives every attempt budget back and
 * accepts what the block asked to accept (a closed PR, a push that started no CI) and, in the name of `person`, what the
 * diff guard found in the blocked work; nothing that nobody was asked. It never overrides the merge gate.
 */
export function liftBlock(state: GroupState, force: boolean, person: Waiver): GroupState {
  const restarted = { ...state, unknowns: 0, waitingSince: null, waiting: null, scheduledAt: null }
  if (state.block === null && !force) return restarted
  const lifted: GroupState = {
    ...restarted,
    block: null,
    retryChecks: state.retryChecks || state.block !== null,
    attempt: state.attempt === null ? null : retryAttempt(state.attempt, force),
    guard: { ...state.guard, failures: 0 },
  }
  if (!force) return lifted
  return {
    ...lifted,
    counters: zeroCounters(),
    guard: state.block === null ? lifted.guard : waiveAll(lifted.guard, person),
    gate: state.gate?.outcome === 'failed' ? null : state.gate,
    ...accepted(state.block?.accepts),
  }
}

function accepted(what: Acceptance | undefined): Partial<GroupState> {
  switch (what?.kind) {
    case 'no_checks':
      return { noChecksAcceptedFor: what.head }
    case 'closed_pr':
      return { abandonedPr: what.number }
    case 'red_base':
      return { redBaseAccepted: true }
    case undefined:
      return {}
  }
}

/** A session that ended as "blocked" or could not run is asked again; spent budgets come back only by force. */
function retryAttempt(attempt: Attempt, force: boolean): Attempt {
  const asked =
    attempt.last?.kind === 'failed' ||
    (attempt.last?.kind === 'completed' && attempt.last.report?.outcome === 'blocked')
  const again: Attempt = { ...attempt, last: asked ? { kind: 'interrupted' } : attempt.last, failures: 0 }
  if (!force) return again
  return { ...again, cutOffs: 0, undelivered: 0, finishes: 0, gateFixes: 0, confirmation: null }
}

export type Waiver = Pick<LetThrough, 'by' | 'at'>

/** What a person has been shown and goes past; what they have not seen stays open. */
function waiveAll(guard: Guard, { by, at }: Waiver): Guard {
  const ids = new Set(openFindings(guard).map((finding) => finding.id))
  return { ...waive(guard, ids, { by, why: 'claudetm resume --force', at }), verdicts: null, asked: [] }
}
