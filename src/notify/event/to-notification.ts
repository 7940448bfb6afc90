/** From what happened to what subscribers are told: one event, at most one notification. Pure. */
import type { RunEvent } from '../../domain/events.ts'
import type { Known } from './known.ts'
import type { Notification } from './notification.ts'
import { ciFailed, ciPassed, prCreated, prMerged } from './pr-notifications.ts'
import { planUpdated, runCompleted, runStarted, statusChanged } from './run-notifications.ts'
import { sessionCompleted, sessionFields } from './session-notifications.ts'
import { taskCompleted, taskFailed, taskStarted } from './task-notifications.ts'

export function toNotification(event: RunEvent, known: Known): Notification | null {
  const { story, facts } = known
  switch (event.type) {
    case 'run.started':
      return { event: 'run.started', fields: runStarted(event, facts) }
    case 'run.status':
      return statusChanged(known, { from: event.from, to: event.to, reason: event.reason })
    case 'plan.created':
      return statusChanged(known, { from: 'planning', to: 'working', reason: null })
    case 'run.completed':
      return { event: 'run.completed', fields: runCompleted(event, known) }
    case 'plan.updated':
      return { event: 'plan.updated', fields: planUpdated(event) }
    case 'session.started':
      return { event: 'session.started', fields: sessionFields(event, event.number, facts) }
    case 'session.completed':
    case 'session.recovered':
      return { event: 'session.completed', fields: sessionCompleted(event, known) }
    case 'task.started':
      return { event: 'task.started', fields: taskStarted(event, known) }
    case 'task.completed':
      return { event: 'task.completed', fields: taskCompleted(event, known) }
    case 'blocked':
      return taskFailed(event, known)
    case 'pr.created':
      return story.created.includes(event.number) ? null : { event: 'pr.created', fields: prCreated(event, facts) }
    case 'pr.merged':
      return story.merged.includes(event.number) ? null : { event: 'pr.merged', fields: prMerged(event, known) }
    case 'ci.passed':
      return { event: 'ci.passed', fields: ciPassed(event, known) }
    case 'ci.failed':
      return { event: 'ci.failed', fields: ciFailed(event, known) }
    default:
      return null
  }
}
