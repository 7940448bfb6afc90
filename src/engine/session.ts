/**
 * One session: written down before its process starts, charged and settled in one save when it ends. A crash in between
 * leaves a `running` record, which recovery looks up before anything is asked again.
 */
import type { AgentActivity, SessionRequest, SessionResult } from '../agent/agent.ts'
import { type OutputKind, outputSchema } from '../agent/outputs.ts'
import { instructionsFor } from '../agent/prompts/instructions.ts'
import type { Route } from '../agent/routing.ts'
import { sessionCapUsd } from '../domain/budget.ts'
import type { GroupId, SessionId, TaskId } from '../domain/ids.ts'
import type { RunState, SessionRecord } from '../domain/run.ts'
import type { SessionKind } from '../domain/stage.ts'
import type { Slot } from '../workspace/workspace.ts'
import type { Context } from './context.ts'
import type { ConversationChoice } from './conversation.ts'
import { settleSession } from './settle.ts'

export type SessionOrder = {
  readonly kind: SessionKind
  readonly groupId: GroupId | null
  readonly taskId: TaskId | null
  readonly slot: Slot
  readonly access: 'read' | 'write'
  /** Of its own branch: to resolve a conflict, or to finish what was left half-way. */
  readonly mayRewriteHistory: boolean
  readonly conversation: ConversationChoice
  readonly route: Route
  readonly prompt: string
  /** The attempt's bookkeeping, saved together with the record of the session. */
  readonly begin: (state: RunState) => RunState
}

const OUTPUT_OF: Readonly<Record<SessionKind, OutputKind>> = {
  plan: 'plan',
  'plan-update': 'plan',
  work: 'report',
  finish: 'report',
  'fix-gate': 'report',
  'fix-integrity': 'report',
  'fix-ci': 'report',
  'resolve-conflict': 'report',
  'fix-review': 'dispositions',
  confirm: 'verdicts',
  'second-look': 'verdicts',
  verify: 'verdicts',
  'release-check': 'verdicts',
}

export async function runSession(context: Context, order: SessionOrder): Promise<void> {
  const { memory, clock } = context
  const record = await openRecord(context, order)
  const request = toRequest(context, order, record)
  await memory.emit({
    type: 'session.started',
    sessionId: record.id,
    kind: order.kind,
    groupId: order.groupId,
    taskId: order.taskId,
    model: order.route.model,
    effort: order.route.effort,
    continues: order.conversation.mode === 'continue',
    number: memory.state().sessions.length,
  })
  const result = await context.agent.run(request, {
    signal: context.halt,
    onActivity: (activity) => void memory.emit(toEvent(record.id, activity)),
  })
  await memory.update((state) => settleSession(state, record, result, clock.now(), context.policy))
  await report(context, record, result)
}

async function openRecord(context: Context, order: SessionOrder): Promise<SessionRecord> {
  const { memory, clock } = context
  const record: SessionRecord = {
    id: context.newId() as SessionId,
    kind: order.kind,
    groupId: order.groupId,
    taskId: order.taskId,
    conversationId: order.conversation.id,
    cwd: order.slot.path,
    model: order.route.model,
    startedAt: clock.now(),
    endedAt: null,
    outcome: 'running',
    reservedUsd: sessionCapUsd(memory.state()),
    costUsd: 0,
    usage: {},
    turns: 0,
  }
  await memory.update((state) => ({ ...order.begin(state), sessions: [...state.sessions, record] }))
  return record
}

function toRequest(context: Context, order: SessionOrder, record: SessionRecord): SessionRequest {
  return {
    sessionId: record.id,
    kind: order.kind,
    conversation: order.conversation,
    cwd: order.slot.path,
    git: order.slot.git,
    access: order.access,
    mayRewriteHistory: order.mayRewriteHistory,
    instructions: instructionsFor(order.kind),
    prompt: order.prompt,
    model: order.route.model,
    fallbackModels: order.route.fallbackModels,
    effort: order.route.effort,
    maxTurns: context.maxTurns,
    maxBudgetUsd: record.reservedUsd,
    outputSchema: outputSchema(OUTPUT_OF[order.kind]),
  }
}

function toEvent(sessionId: SessionId, activity: AgentActivity): Parameters<Context['memory']['emit']>[0] {
  switch (activity.kind) {
    case 'tool':
      return {
        type: 'agent.activity',
        sessionId,
        tool: activity.tool,
        text: activity.text,
        subagent: activity.subagent,
      }
    case 'text':
      return { type: 'agent.activity', sessionId, tool: null, text: activity.text, subagent: activity.subagent }
    case 'retrying':
      return {
        type: 'agent.retrying',
        sessionId,
        attempt: activity.attempt,
        delayMs: activity.delayMs,
        error: activity.error,
      }
    case 'denied':
      return {
        type: 'agent.activity',
        sessionId,
        tool: activity.tool,
        text: `denied: ${activity.text}`,
        subagent: null,
      }
    case 'model_fallback':
      return { type: 'warning', message: `${activity.from} is not available, going on with ${activity.to}` }
  }
}

async function report(context: Context, record: SessionRecord, result: SessionResult): Promise<void> {
  const { memory } = context
  const settled = memory.state().sessions.find((session) => session.id === record.id)
  const tokens = Object.values(result.usage)
  await memory.emit({
    type: 'session.completed',
    sessionId: record.id,
    kind: record.kind,
    groupId: record.groupId,
    taskId: record.taskId,
    outcome: settled === undefined || settled.outcome === 'running' ? 'interrupted' : settled.outcome,
    detail: detailOf(result),
    costUsd: result.costUsd,
    inputTokens: tokens.reduce(
      (sum, usage) => sum + usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens,
      0,
    ),
    outputTokens: tokens.reduce((sum, usage) => sum + usage.outputTokens, 0),
    turns: result.turns,
    durationMs: result.durationMs,
  })
  if (result.outcome === 'refused') {
    await memory.emit({
      type: 'usage_limit',
      until: memory.state().usageLimitUntil ?? context.clock.now(),
      why: result.why,
    })
  }
}

function detailOf(result: SessionResult): string {
  switch (result.outcome) {
    case 'completed':
      return summaryOf(result.output)
    case 'cut_off':
      return `cut off: ${result.by}`
    case 'refused':
      return result.why
    case 'failed':
      return result.failure.message
    case 'aborted':
      return 'interrupted'
  }
}

function summaryOf(output: unknown): string {
  if (typeof output !== 'object' || output === null || !('summary' in output)) return ''
  return typeof output.summary === 'string' ? output.summary.replace(/\s+/g, ' ').slice(0, 300) : ''
}
