/**
 * What a killed process left behind: sessions without an ending. Each is looked up in its transcript: one that had
 * answered is settled as if it had just come back, one that got some way is continued, one that never began is forgotten.
 */
import type { RecalledSession } from '../agent/agent.ts'
import type { RunState, SessionRecord } from '../domain/run.ts'
import type { Context } from './context.ts'
import { missedEvents } from './missed-events.ts'
import { type SettledResult, settleSession } from './settle.ts'

export async function recover(context: Context): Promise<number> {
  const { memory, agent, clock, policy, store } = context
  for (const missed of await missedEvents(memory.state(), store.events(0))) await memory.emit(missed)
  const open = memory.state().sessions.filter((session) => session.outcome === 'running')
  for (const record of open) {
    const { conversationId, cwd, startedAt } = record
    const recalled = await agent.recall({ conversationId, cwd, startedAt })
    const result = toResult(recalled)
    await memory.update((state) =>
      forgetAbsent(settleSession(state, record, result, clock.now(), policy), record, recalled),
    )
    await memory.emit({
      type: 'session.recovered',
      sessionId: record.id,
      kind: record.kind,
      groupId: record.groupId,
      taskId: record.taskId,
      outcome: result.outcome === 'completed' ? 'completed' : 'interrupted',
      costUsd: result.costUsd,
    })
  }
  return open.length
}

function toResult(recalled: RecalledSession): SettledResult {
  switch (recalled.kind) {
    case 'absent':
      return { outcome: 'lost', conversation: false, costUsd: 0, usage: {}, turns: 0, durationMs: 0, contextTokens: 0 }
    case 'unfinished':
      return { outcome: 'lost', conversation: true, ...recalled.spend }
    case 'finished':
      return { outcome: 'completed', output: recalled.output, ...recalled.spend }
  }
}

/** A run's session whose conversation does not exist begins a new one. */
function forgetAbsent(state: RunState, record: SessionRecord, recalled: RecalledSession): RunState {
  if (recalled.kind !== 'absent' || record.groupId !== null || state.attempt === null) return state
  return { ...state, attempt: { ...state.attempt, conversationId: null } }
}
