/** Our own ledger: what was spent, what is set aside, what is left. Every session of every kind counts. */
import type { BudgetObservation } from './observation.ts'
import type { RunState, SessionRecord } from './run.ts'

export function spentUsd(sessions: readonly SessionRecord[]): number {
  return sessions.reduce((sum, session) => sum + session.costUsd, 0)
}

export function observeBudget(state: RunState): BudgetObservation {
  const { maxSessions, maxCostUsd } = state.options
  const reserved = state.sessions.reduce(
    (sum, session) => sum + (session.outcome === 'running' ? (session.reservedUsd ?? 0) : 0),
    0,
  )
  const spent = spentUsd(state.sessions) - state.capsSince.costUsd + reserved
  return {
    sessionsLeft:
      maxSessions === null ? null : maxSessions - (chargedSessions(state.sessions) - state.capsSince.sessions),
    costLeftUsd: maxCostUsd === null ? null : maxCostUsd - spent,
    usageLimitUntil: state.usageLimitUntil,
    usageLimitWaits: state.usageLimitWaits,
  }
}

/** A session the account refused, or that never reached the service, charges nothing. */
export function chargedSessions(sessions: readonly SessionRecord[]): number {
  return sessions.filter(
    (session) => session.outcome !== 'refused' && (session.outcome === 'running' || session.turns > 0),
  ).length
}

/** What one session may spend at most: its own cap or what is left of the run's; null = no cap. */
export function sessionCapUsd(state: RunState): number | null {
  const { costLeftUsd } = observeBudget(state)
  const caps = [state.options.sessionBudgetUsd, costLeftUsd].filter((cap) => cap !== null)
  return caps.length === 0 ? null : Math.max(0, Math.min(...caps))
}
