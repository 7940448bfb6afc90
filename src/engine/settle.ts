/**
 * From a session's result to the run's memory, in one step, so that a crash finds either none of it or all of it. Used
 * alike for results that just arrived and for those recalled after a crash. Pure.
 */
import type { SessionResult, SessionSpend } from '../agent/agent.ts'
import { parseDispositions, parseVerdicts, parseWorkReport } from '../agent/outputs.ts'
import type { Explanation, Guard } from '../domain/integrity/finding.ts'
import { withExplanations, withVerdicts } from '../domain/integrity/guard.ts'
import type { Policy } from '../domain/policy.ts'
import type {
  Attempt,
  GroupState,
  RunAttempt,
  RunState,
  SessionOutcome,
  SessionRecord,
  ThreadDisposition,
} from '../domain/run.ts'

/** `lost`: the process that ran it is gone; `conversation` says whether there is one to continue. */
export type SettledResult =
  | SessionResult
  | (SessionSpend & { readonly outcome: 'lost'; readonly conversation: boolean })

type Reading = {
  readonly outcome: SessionOutcome
  readonly learnings: readonly string[]
  readonly replies: readonly ThreadDisposition[] | null
  readonly explanations: readonly Explanation[]
  readonly output: unknown
}

const NOTHING_SAID = { learnings: [], replies: null, explanations: [] } as const

const MAX_LEARNINGS = 200

export function settleSession(
  state: RunState,
  record: SessionRecord,
  result: SettledResult,
  now: number,
  policy: Policy,
): RunState {
  const reading = read(record, result)
  const settled: RunState = {
    ...state,
    sessions: state.sessions.map((session) =>
      session.id === record.id ? closeRecord(session, reading.outcome, result, now) : session,
    ),
    ...usageLimit(state, reading.outcome, now, policy),
    learnings: addLearnings(state.learnings, reading.learnings),
  }
  return record.groupId === null
    ? settleRun(settled, reading, now)
    : settleGroup(settled, record, reading, { result, now, policy })
}

function read(record: SessionRecord, result: SettledResult): Reading {
  const plain = (outcome: SessionOutcome): Reading => ({ outcome, ...NOTHING_SAID, output: null })
  switch (result.outcome) {
    case 'lost':
    case 'aborted':
      return plain({ kind: 'interrupted' })
    case 'cut_off':
      return plain({ kind: 'cut_off', by: result.by })
    case 'refused':
      return plain({ kind: 'refused', resetsAt: result.resetsAt, why: result.why })
    case 'failed':
      return plain({
        kind: 'failed',
        failure: result.failure.kind,
        why: result.failure.message,
        retryable: result.failure.isRetryable,
      })
    case 'completed':
      return readOutput(record, result.output)
  }
}

function readOutput(record: SessionRecord, output: unknown): Reading {
  switch (record.kind) {
    case 'plan':
    case 'plan-update':
    case 'verify':
    case 'confirm':
    case 'second-look':
    case 'release-check':
      return { outcome: { kind: 'completed', report: null }, ...NOTHING_SAID, output }
    case 'fix-review': {
      const answer = parseDispositions(output)
      if (!answer.ok) return invalid(answer.problem)
      return {
        outcome: { kind: 'completed', report: null },
        learnings: answer.value.learnings,
        replies: answer.value.threads,
        explanations: answer.value.explanations,
        output,
      }
    }
    default: {
      const report = parseWorkReport(output)
      if (!report.ok) return invalid(report.problem)
      return {
        outcome: { kind: 'completed', report: report.value },
        learnings: report.value.learnings,
        replies: null,
        explanations: report.value.explanations,
        output,
      }
    }
  }
}

function invalid(problem: string): Reading {
  const outcome: SessionOutcome = {
    kind: 'failed',
    failure: 'agent_output',
    why: `the answer has the wrong shape: ${problem}`,
    retryable: true,
  }
  return { outcome, ...NOTHING_SAID, output: null }
}

function closeRecord(record: SessionRecord, outcome: SessionOutcome, spend: SessionSpend, now: number): SessionRecord {
  return {
    ...record,
    endedAt: now,
    outcome: outcome.kind,
    reservedUsd: null,
    costUsd: spend.costUsd,
    usage: spend.usage,
    turns: spend.turns,
  }
}

type UsageLimit = Pick<RunState, 'usageLimitUntil' | 'usageLimitWaits'>

/** Until the stated reset, or for a while when none was stated; never longer than the cap, since clocks differ. */
function usageLimit(state: RunState, outcome: SessionOutcome, now: number, policy: Policy): UsageLimit {
  const { usageLimitUntil, usageLimitWaits } = state
  if (outcome.kind === 'completed') return { usageLimitUntil: null, usageLimitWaits: 0 }
  if (outcome.kind !== 'refused') return { usageLimitUntil, usageLimitWaits }
  const resetsAt = outcome.resetsAt ?? now + policy.usageLimitDefaultWaitMs
  return {
    usageLimitUntil: Math.min(Math.max(resetsAt, now + policy.backoffBaseMs), now + policy.usageLimitMaxWaitMs),
    usageLimitWaits: usageLimitWaits + 1,
  }
}

function addLearnings(known: readonly string[], found: readonly string[]): readonly string[] {
  const fresh = found
    .map((text) => text.replace(/\s+/g, ' ').trim())
    .filter((text) => text !== '' && !known.includes(text))
  return fresh.length === 0 ? known : [...known, ...new Set(fresh)].slice(-MAX_LEARNINGS)
}

function settleRun(state: RunState, reading: Reading, now: number): RunState {
  if (state.attempt === null) return state
  const attempt: RunAttempt = {
    ...state.attempt,
    failures: reading.outcome.kind === 'failed' ? state.attempt.failures + 1 : 0,
    // What is cut off is never used: it is asked for again, and that is bounded like any unusable answer.
    invalid: reading.outcome.kind === 'cut_off' ? state.attempt.invalid + 1 : state.attempt.invalid,
    lastProblem:
      reading.outcome.kind === 'cut_off' ? `it was cut off (${reading.outcome.by})` : state.attempt.lastProblem,
    last: reading.outcome,
    output: reading.output,
    lastEndedAt: now,
  }
  return { ...state, attempt }
}

function settleGroup(
  state: RunState,
  record: SessionRecord,
  reading: Reading,
  { result, now, policy }: { result: SettledResult; now: number; policy: Policy },
): RunState {
  const group = record.groupId === null ? undefined : state.groups[record.groupId]
  if (group === undefined || record.groupId === null) return state
  const next: GroupState = {
    ...group,
    conversation: conversationAfter(group, record, result),
    attempt: group.attempt === null ? null : attemptAfter(group.attempt, record, reading, now),
    pendingReplies: reading.replies ?? group.pendingReplies,
    // The checks are run again after a session that was to mend them, also when it found nothing to commit.
    gate: mayHaveMended(record, reading) && group.gate?.outcome === 'failed' ? null : group.gate,
    guard: guardAfter(group.guard, record, reading, { now, policy }),
  }
  return { ...state, groups: { ...state.groups, [record.groupId]: next } }
}

/** A second look is worked in; what the others say about their changes is kept, and heard at the next look. */
function guardAfter(
  guard: Guard,
  record: SessionRecord,
  reading: Reading,
  { now, policy }: { now: number; policy: Policy },
): Guard {
  const { outcome } = reading
  if (record.kind === 'second-look') {
    if (outcome.kind === 'interrupted' || outcome.kind === 'refused') return guard
    if (outcome.kind !== 'completed') return { ...guard, failures: guard.failures + 1, lastEndedAt: now }
    const verdicts = parseVerdicts(reading.output)
    return withVerdicts(guard, verdicts.ok ? verdicts.value : [], policy.integrity, now)
  }
  const explained = withExplanations(guard, reading.explanations)
  return record.kind === 'fix-integrity' && outcome.kind === 'completed' ? { ...explained, verdicts: null } : explained
}

function mayHaveMended(record: SessionRecord, { outcome }: Reading): boolean {
  return record.kind === 'fix-gate' && outcome.kind === 'completed'
}

function conversationAfter(
  group: GroupState,
  record: SessionRecord,
  result: SettledResult,
): GroupState['conversation'] {
  if (record.kind === 'confirm' || record.kind === 'second-look') return group.conversation
  const exists = result.outcome === 'lost' ? result.conversation : result.turns > 0
  if (!exists) return group.conversation?.id === record.conversationId ? group.conversation : null
  return { id: record.conversationId, model: record.model, contextTokens: result.contextTokens }
}

function attemptAfter(attempt: Attempt, record: SessionRecord, reading: Reading, now: number): Attempt {
  const { outcome } = reading
  if (record.kind === 'confirm') return confirmationAfter(attempt, reading, now)
  if (record.kind === 'second-look') return attempt
  return {
    ...attempt,
    last: outcome,
    lastEndedAt: now,
    failures: outcome.kind === 'failed' ? attempt.failures + 1 : outcome.kind === 'refused' ? attempt.failures : 0,
    cutOffs: outcome.kind === 'cut_off' ? attempt.cutOffs + 1 : outcome.kind === 'completed' ? 0 : attempt.cutOffs,
  }
}

/** Anything but a clear verdict counts as refuted: the session that claims has to show more. */
function confirmationAfter(attempt: Attempt, reading: Reading, now: number): Attempt {
  if (reading.outcome.kind === 'cut_off') {
    const evidence = `the second look was cut off (${reading.outcome.by})` // asked again it would be cut off again
    return { ...attempt, failures: 0, confirmation: { verdict: 'inconclusive', evidence } }
  }
  if (reading.outcome.kind !== 'completed') {
    const failures = reading.outcome.kind === 'failed' ? attempt.failures + 1 : attempt.failures
    return { ...attempt, failures, lastEndedAt: now }
  }
  const verdicts = parseVerdicts(reading.output)
  const first = verdicts.ok ? verdicts.value[0] : undefined
  const confirmation = first ?? { verdict: 'refuted' as const, evidence: 'the second look gave no verdict' }
  return { ...attempt, failures: 0, confirmation: { verdict: confirmation.verdict, evidence: confirmation.evidence } }
}
