/** The run as a whole: where it is, and its plan. Pure. */
import { currentTask, type EventOf, type Known, seconds } from './known.ts'
import type { Notification, NotificationFields } from './notification.ts'
import type { RunFacts } from './run-facts.ts'

const MAX_MESSAGE_CHARS = 500

export function runStarted(event: EventOf<'run.started'>, facts: RunFacts): NotificationFields['run.started'] {
  return {
    goal: event.goal,
    working_directory: facts.workingDirectory,
    max_sessions: facts.maxSessions,
    auto_merge: facts.autoMerge,
    pr_mode: facts.prPerTask ? 'per-task' : 'per-group',
    resumed: event.resumed,
  }
}

export function statusChanged(
  { story, facts }: Known,
  { from, to, reason }: { from: string; to: string; reason: string | null },
): Notification {
  const fields = {
    previous_status: from,
    new_status: to,
    reason,
    task_index: currentTask(facts),
    session_number: story.session,
  }
  return { event: 'status.changed', fields }
}

export function runCompleted(
  event: EventOf<'run.completed'>,
  { story, facts }: Known,
): NotificationFields['run.completed'] {
  return {
    goal: facts.goal,
    result: event.result,
    exit_code: event.exitCode,
    total_tasks: event.tasksTotal,
    completed_tasks: event.tasksDone,
    total_sessions: event.sessions,
    duration_seconds: seconds(event.durationMs),
    prs_created: story.created.length,
    prs_merged: event.prsMerged,
    final_status: story.status ?? event.result,
    error_message: event.exitCode === 0 ? null : event.reason,
  }
}

const UPDATE_SOURCES = { person: 'manual', message: 'mailbox', verification: 'verification' } as const

export function planUpdated(event: EventOf<'plan.updated'>): NotificationFields['plan.updated'] {
  return {
    update_source: UPDATE_SOURCES[event.source],
    message: event.message?.slice(0, MAX_MESSAGE_CHARS).toWellFormed() ?? null, // older logs have none
    tasks_added: event.added,
    tasks_modified: event.changed + event.reopened,
    tasks_removed: event.removed,
    total_tasks: event.tasksTotal,
    completed_tasks: event.tasksDone,
  }
}
