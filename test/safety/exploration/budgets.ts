/** The ledger: whatever was spent, reserved and granted anew, the next session may not spend past the cap. */
import { observeBudget, sessionCapUsd } from '../../../src/domain/budget.ts'
import type { ConversationId, SessionId } from '../../../src/domain/ids.ts'
import type { RunState, SessionRecord } from '../../../src/domain/run.ts'
import type { BenchResult } from '../safety-rules.ts'
import { createFindings } from './findings.ts'
import { forEachCombination } from './product.ts'
import { createSmallWorld } from './small-world.ts'

type Line = Pick<SessionRecord, 'outcome' | 'reservedUsd' | 'costUsd' | 'turns'>

const SESSION: SessionRecord = {
  id: 's1' as SessionId,
  kind: 'work',
  groupId: null,
  taskId: null,
  conversationId: 'c1' as ConversationId,
  cwd: '/',
  model: 'opus',
  startedAt: 0,
  endedAt: null,
  outcome: 'running',
  reservedUsd: null,
  costUsd: 0,
  usage: {},
  turns: 0,
}

const RUN: RunState = createSmallWorld({ tasks: 1, options: {}, moves: 0, crashes: 0 }).state

/** One line of the ledger, or none. */
const LINES: readonly (Line | null)[] = [
  null,
  { outcome: 'running', reservedUsd: null, costUsd: 0, turns: 0 },
  { outcome: 'running', reservedUsd: 2, costUsd: 0, turns: 0 },
  { outcome: 'completed', reservedUsd: null, costUsd: 3, turns: 2 },
  { outcome: 'cut_off', reservedUsd: null, costUsd: 1, turns: 1 },
  { outcome: 'interrupted', reservedUsd: null, costUsd: 0.5, turns: 1 },
  { outcome: 'interrupted', reservedUsd: null, costUsd: 0, turns: 0 },
  { outcome: 'failed', reservedUsd: null, costUsd: 0, turns: 0 },
  { outcome: 'refused', reservedUsd: null, costUsd: 0, turns: 1 },
]

export function exploreBudgets(): BenchResult {
  const findings = createFindings()
  const tried = forEachCombination(
    {
      maxCostUsd: [null, 0, 4, 100],
      sessionBudgetUsd: [null, 2],
      maxSessions: [null, 1, 3],
      granted: [
        { costUsd: 0, sessions: 0 },
        { costUsd: 3, sessions: 1 },
      ],
      first: LINES,
      second: LINES,
      third: LINES,
    },
    ({ maxCostUsd, sessionBudgetUsd, maxSessions, granted, first, second, third }) => {
      const sessions = [first, second, third].flatMap((line) => (line === null ? [] : [{ ...SESSION, ...line }]))
      const options = { ...RUN.options, maxCostUsd, sessionBudgetUsd, maxSessions }
      const state: RunState = { ...RUN, options, sessions, capsSince: granted }
      judge(state, (text) => findings.add(text, () => ({ maxCostUsd, maxSessions, granted, sessions })))
    },
  )
  return { bench: 'budgets', rule: 'spend_is_capped', unit: 'ledgers', tried, violations: findings.list() }
}

function judge(state: RunState, violation: (text: string) => void): void {
  const { maxCostUsd, sessionBudgetUsd, maxSessions } = state.options
  const cap = sessionCapUsd(state)
  const { sessionsLeft, costLeftUsd } = observeBudget(state)
  const inFlight = state.sessions.reduce(
    (sum, line) => sum + (line.outcome === 'running' ? (line.reservedUsd ?? 0) : 0),
    0,
  )
  const spent = state.sessions.reduce((sum, line) => sum + line.costUsd, 0) - state.capsSince.costUsd
  if (maxCostUsd !== null && (cap === null || (cap > 0 && spent + inFlight + cap > maxCostUsd + 1e-9)))
    violation('what is spent, in flight and granted is more than the cap of the run')
  if (sessionBudgetUsd !== null && (cap === null || cap > sessionBudgetUsd))
    violation('a session may cost more than its own cap')
  if (maxCostUsd !== null && (costLeftUsd ?? 1) > 0 !== spent + inFlight < maxCostUsd)
    violation('money is left, or not, against the ledger')
  const charged = state.sessions.filter(countsAsSession).length - state.capsSince.sessions
  if (maxSessions !== null && sessionsLeft !== maxSessions - charged) violation('sessions are counted wrongly')
}

/** What the account refused, and what never reached the service, is not charged. */
function countsAsSession({ outcome, turns }: SessionRecord): boolean {
  if (outcome === 'refused') return false
  return outcome === 'running' || turns > 0
}
