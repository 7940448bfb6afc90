/** Tasks, from their beginning to their end. Pure. */
import type { GroupId, TaskId } from '../../domain/ids.ts'
import { type EventOf, indexOfTask, type Known, seconds } from './known.ts'
import type { Notification, NotificationFields } from './notification.ts'
import type { RunFacts } from './run-facts.ts'

export function taskStarted(event: EventOf<'task.started'>, { facts }: Known): NotificationFields['task.started'] {
  return { ...taskFields(event, facts), ...placeOf(event.groupId, facts), total_tasks: facts.tasks.length }
}

export function taskCompleted(
  event: EventOf<'task.completed'>,
  { story, facts }: Known,
): NotificationFields['task.completed'] {
  const begun = story.tasks[event.groupId]
  return {
    ...taskFields(event, facts),
    ...placeOf(event.groupId, facts),
    total_tasks: event.tasksTotal,
    completed_tasks: event.tasksDone,
    duration_seconds: begun?.id === event.taskId ? seconds(event.at - begun.at) : null,
    commit_hash: event.commit,
  }
}

/** A group that stops while one of its tasks is at work: that task has failed, until a person lets it go on. */
export function taskFailed(event: EventOf<'blocked'>, { story, facts }: Known): Notification | null {
  const task = event.groupId === null ? undefined : story.tasks[event.groupId]
  if (event.groupId === null || task === undefined) return null
  return {
    event: 'task.failed',
    fields: {
      ...taskFields({ taskId: task.id, title: task.title }, facts),
      ...placeOf(event.groupId, facts),
      error_message: event.cause,
      error_type: 'blocked',
      duration_seconds: seconds(event.at - task.at),
      recoverable: true,
    },
  }
}

function taskFields({ taskId, title }: { taskId: TaskId; title: string }, facts: RunFacts) {
  return { task_index: indexOfTask(taskId, facts), task_description: title }
}

function placeOf(groupId: GroupId, { groups }: RunFacts) {
  const group = groups[groupId]
  return { branch: group?.headBranch ?? null, pr_group: group?.title ?? null }
}
