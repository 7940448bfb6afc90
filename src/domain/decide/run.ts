/** What the run as a whole does next: plan, update the plan, let groups work, verify, end. Pure, like `decide`. */
import { observeBudget } from '../budget.ts'
import type { CommitSha, GroupId } from '../ids.ts'
import { backoffMs, type Policy } from '../policy.ts'
import type { Block, RunAttempt, RunSessionKind, RunState, Verification } from '../run.ts'
import { FORCE } from './answers.ts'
import { runnableGroups } from './schedule.ts'

export type RunDecision =
  | {
      readonly kind: 'session'
      readonly session: RunSessionKind
      readonly subject: string
      readonly problem: string | null
    }
  /** The answer of the run's session is there: work it into the state. */
  | { readonly kind: 'accept'; readonly session: RunSessionKind; readonly subject: string }
  /** At least one group can be worked on. */
  | { readonly kind: 'groups' }
  | { readonly kind: 'verify' }
  | { readonly kind: 'wait'; readonly for: string; readonly until: number }
  | { readonly kind: 'block'; readonly block: Omit<Block, 'at'> }
  | { readonly kind: 'succeed' }

export type RunObservation = {
  readonly now: number
  readonly state: RunState
  readonly policy: Policy
  /** The target branch's commit; null when it was not looked up (no need yet). */
  readonly target: CommitSha | null
}

export function decideRun(o: RunObservation): RunDecision {
  const { state } = o
  if (state.plan === null) return ask(o, 'plan', 'plan')
  const request = updateRequest(state, o.policy)
  if (request !== null) return ask(o, 'plan-update', request)
  if (runnableGroups(state.plan, state.groups).length > 0) return { kind: 'groups' }
  const blocked = state.plan.groups.find((group) => state.groups[group.id]?.stage !== 'done')
  if (blocked !== undefined) return blockedBy(state, blocked.id)
  return ending(o)
}

/** A person's message, or criteria that were refuted on the merged code, ask for a change of the plan. */
export function updateRequest(state: RunState, policy: Policy): string | null {
  if (state.messages.length > 0) return `message:${state.messages.length}`
  const { verification } = state
  if (verification === null || verification.followedUp || isLastRound(verification, policy)) return null
  return verification.results.some((result) => result.verdict === 'refuted')
    ? `verification:${verification.round}`
    : null
}

function isLastRound({ round, isRepeat }: Verification, policy: Policy): boolean {
  return isRepeat || round >= policy.maxVerificationRounds
}

function ending(o: RunObservation): RunDecision {
  const { state, policy, target } = o
  const criteria = state.plan?.criteria ?? []
  if (!state.options.verify || criteria.length === 0) return { kind: 'succeed' }
  const { verification } = state
  const current = verification !== null && verification.commit === target ? verification : null
  if (current === null || current.followedUp) return nextRound(o)
  const unclear = current.results.some((result) => result.verdict === 'inconclusive')
  if (current.results.length < criteria.length || unclear) return ask(o, 'verify', current.commit)
  if (current.results.every((result) => result.verdict === 'confirmed')) return { kind: 'succeed' }
  if (!isLastRound(current, policy)) return nextRound(o)
  const open = current.results.filter((result) => result.verdict !== 'confirmed')
  return blockRun(
    `not confirmed on the merged code: ${open.map((result) => result.criterion).join('; ')}`,
    `${current.round} rounds of verification${current.isRepeat ? '; there was nothing to add to the plan' : ''}`,
  )
}

function nextRound(o: RunObservation): RunDecision {
  const rounds = o.state.verification?.round ?? 0
  if (rounds < o.policy.maxVerificationRounds) return { kind: 'verify' }
  return blockRun('the success criteria are not confirmed on the merged code', `${rounds} rounds of verification`)
}

function ask(o: RunObservation, session: RunSessionKind, subject: string): RunDecision {
  const attempt = o.state.attempt?.kind === session && o.state.attempt.subject === subject ? o.state.attempt : null
  if (attempt === null || attempt.last === null) return afford(o, session, subject, attempt)
  switch (attempt.last.kind) {
    case 'completed':
      return { kind: 'accept', session, subject }
    case 'interrupted':
    case 'refused':
      return afford(o, session, subject, attempt)
    case 'cut_off':
      return afford(o, session, subject, attempt)
    case 'failed':
      return afterFailure(o, session, subject, attempt, attempt.last)
  }
}

function afterFailure(
  o: RunObservation,
  session: RunSessionKind,
  subject: string,
  attempt: RunAttempt,
  last: { readonly why: string; readonly retryable: boolean },
): RunDecision {
  if (!last.retryable) return blockRun(last.why, null, 'claudetm resume')
  if (attempt.failures > o.policy.maxSessionFailures)
    return blockRun(last.why, `${attempt.failures} sessions in a row failed`)
  const until = (attempt.lastEndedAt ?? o.now) + backoffMs(o.policy, attempt.failures)
  return o.now < until
    ? { kind: 'wait', for: `another try (${last.why})`, until }
    : afford(o, session, subject, attempt)
}

function afford(o: RunObservation, session: RunSessionKind, subject: string, attempt: RunAttempt | null): RunDecision {
  if (attempt !== null && attempt.invalid >= o.policy.maxPlanAttempts) {
    return blockRun(
      `no usable answer from the ${session} session: ${attempt.lastProblem}`,
      `${attempt.invalid} answers`,
    )
  }
  const budget = observeBudget(o.state)
  if (budget.usageLimitWaits > o.policy.usageLimitMaxWaits) {
    return blockRun(
      'the account keeps refusing because of its usage limit',
      `waited ${budget.usageLimitWaits - 1} times`,
    )
  }
  if (budget.usageLimitUntil !== null && budget.usageLimitUntil > o.now) {
    return { kind: 'wait', for: 'the usage limit of the account to reset', until: budget.usageLimitUntil }
  }
  if (budget.sessionsLeft !== null && budget.sessionsLeft <= 0) {
    return blockRun(
      'the limit of sessions for this run is reached (--max-sessions)',
      null,
      'claudetm resume --max-sessions <more>',
    )
  }
  if (budget.costLeftUsd !== null && budget.costLeftUsd <= 0) {
    return blockRun('the cost limit of this run is reached (--max-cost)', null, 'claudetm resume --max-cost <more>')
  }
  return { kind: 'session', session, subject, problem: attempt?.lastProblem ?? null }
}

function blockedBy(state: RunState, id: GroupId): RunDecision {
  const own = Object.values(state.groups).find((group) => group.block !== null)?.block
  if (own !== undefined && own !== null) return { kind: 'block', block: own }
  return blockRun(`PR group ${id} cannot start: it depends on a group that is not done`, null)
}

function blockRun(cause: string, tried: string | null, command: string = FORCE): RunDecision {
  return { kind: 'block', block: { cause, tried, command } }
}
