/** Sessions of every kind. Pure. */
import type { TaskId } from '../../domain/ids.ts'
import type { SessionOutcome } from '../../domain/run.ts'
import type { SessionKind } from '../../domain/stage.ts'
import { currentTask, type EventOf, indexOfTask, type Known, seconds } from './known.ts'
import type { NotificationFields } from './notification.ts'
import type { RunFacts } from './run-facts.ts'

const PHASES: Readonly<Record<SessionKind, NotificationFields['session.started']['phase']>> = {
  plan: 'planning',
  'plan-update': 'planning',
  work: 'working',
  finish: 'working',
  'fix-gate': 'working',
  'fix-ci': 'working',
  'fix-integrity': 'working',
  'fix-review': 'working',
  'resolve-conflict': 'working',
  confirm: 'verification',
  'second-look': 'verification',
  verify: 'verification',
  'release-check': 'verification',
}

export function sessionFields(
  { kind, taskId }: { kind: SessionKind; taskId: TaskId | null },
  number: number,
  facts: RunFacts,
): NotificationFields['session.started'] {
  const task = taskId === null ? null : facts.tasks.find((candidate) => candidate.id === taskId)
  return {
    session_number: number,
    max_sessions: facts.maxSessions,
    task_index: taskId === null ? (currentTask(facts) ?? 0) : indexOfTask(taskId, facts),
    task_description: task?.title ?? '',
    phase: PHASES[kind],
  }
}

/** `skipped`: it ended without an answer that counts, and is asked again; nothing was charged to the task. */
const RESULTS: Readonly<Record<SessionOutcome['kind'], NotificationFields['session.completed']['result']>> = {
  completed: 'completed',
  cut_off: 'failed',
  failed: 'failed',
  refused: 'skipped',
  interrupted: 'skipped',
}

export function sessionCompleted(
  event: EventOf<'session.completed' | 'session.recovered'>,
  { story, facts }: Known,
): NotificationFields['session.completed'] {
  const told = story.sessions[event.sessionId]
  const ended = event.type === 'session.completed' ? event : null
  return {
    ...sessionFields(event, told?.number ?? story.session, facts),
    duration_seconds: ended === null ? null : seconds(ended.durationMs),
    result: RESULTS[event.outcome],
    tools_used: told?.tools ?? 0,
    tokens_used: ended === null ? null : ended.inputTokens + ended.outputTokens,
  }
}
