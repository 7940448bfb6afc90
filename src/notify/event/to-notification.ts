/** From what happened to what subscribers are told: one event, at most one notification. Pure. */
import type { RunEvent } from '../../domain/events.ts'
import type { GroupId, TaskId } from '../../domain/ids.ts'
import type { SessionOutcome } from '../../domain/run.ts'
import type { SessionKind } from '../../domain/stage.ts'
import { isoTime } from './iso-time.ts'
import type { Notification, NotificationFields } from './notification.ts'
import type { RunFacts } from './run-facts.ts'
import type { Story } from './story.ts'

const MAX_MESSAGE_CHARS = 500

export type Known = { /** Before this event. */ readonly story: Story; readonly facts: RunFacts }

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
      return {
        event: 'task.started',
        fields: { ...taskFields(event, facts), ...placeOf(event.groupId, facts), total_tasks: facts.tasks.length },
      }
    case 'task.completed':
      return { event: 'task.completed', fields: taskCompleted(event, known) }
    case 'blocked':
      return taskFailed(event, known)
    case 'pr.created':
      return story.created.includes(event.number) ? null : { event: 'pr.created', fields: prCreated(event, facts) }
    case 'pr.merged':
      return story.merged.includes(event.number) ? null : { event: 'pr.merged', fields: prMerged(event, known) }
    case 'ci.passed':
      return { event: 'ci.passed', fields: { ...prOf(event.groupId, known), ...checks(event, known, null) } }
    case 'ci.failed':
      return { event: 'ci.failed', fields: ciFailed(event, known) }
    default:
      return null
  }
}

type EventOf<T extends RunEvent['type']> = Extract<RunEvent, { type: T }>

function runStarted(event: EventOf<'run.started'>, facts: RunFacts): NotificationFields['run.started'] {
  return {
    goal: event.goal,
    working_directory: facts.workingDirectory,
    max_sessions: facts.maxSessions,
    auto_merge: facts.autoMerge,
    pr_mode: facts.prPerTask ? 'per-task' : 'per-group',
    resumed: event.resumed,
  }
}

function statusChanged(
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

function runCompleted(event: EventOf<'run.completed'>, { story, facts }: Known): NotificationFields['run.completed'] {
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

function planUpdated(event: EventOf<'plan.updated'>): NotificationFields['plan.updated'] {
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

const PHASES: Readonly<Record<SessionKind, NotificationFields['session.started']['phase']>> = {
  plan: 'planning',
  'plan-update': 'planning',
  work: 'working',
  finish: 'working',
  'fix-gate': 'working',
  'fix-ci': 'working',
  'fix-review': 'working',
  'resolve-conflict': 'working',
  confirm: 'verification',
  verify: 'verification',
  'release-check': 'verification',
}

function sessionFields(
  { kind, taskId }: { kind: SessionKind; taskId: TaskId | null },
  number: number,
  facts: RunFacts,
): NotificationFields['session.started'] {
  const task = taskId === null ? null : facts.tasks.find((candidate) => candidate.id === taskId)
  return {
    session_number: number,
    max_sessions: facts.maxSessions,
    task_index: taskId === null ? (currentTask(facts) ?? 0) : indexOf(taskId, facts),
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

function sessionCompleted(
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

function taskFields({ taskId, title }: { taskId: TaskId; title: string }, facts: RunFacts) {
  return { task_index: indexOf(taskId, facts), task_description: title }
}

function placeOf(groupId: GroupId, { groups }: RunFacts) {
  const group = groups[groupId]
  return { branch: group?.headBranch ?? null, pr_group: group?.title ?? null }
}

function taskCompleted(
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
function taskFailed(event: EventOf<'blocked'>, { story, facts }: Known): Notification | null {
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

function prCreated(event: EventOf<'pr.created'>, { groups }: RunFacts): NotificationFields['pr.created'] {
  const group = groups[event.groupId]
  return {
    pr_number: event.number,
    pr_url: event.url,
    pr_title: event.title,
    branch: event.branch,
    base_branch: event.base,
    tasks_included: group?.tasks ?? 0,
    pr_group: group?.title ?? null,
    repository: repositoryOf(event.url),
  }
}

function prMerged(event: EventOf<'pr.merged'>, { story, facts }: Known): NotificationFields['pr.merged'] {
  const told = story.prs[event.groupId]
  const group = facts.groups[event.groupId]
  return {
    pr_number: event.number,
    pr_url: event.url,
    pr_title: told?.title ?? group?.title ?? '',
    branch: told?.branch ?? group?.headBranch ?? '',
    base_branch: told?.base ?? facts.targetBranch,
    merge_commit_hash: event.commit,
    merged_at: isoTime(event.at),
    pr_group: group?.title ?? null,
    repository: repositoryOf(event.url),
    auto_merged: event.by === 'us',
  }
}

function prOf(groupId: GroupId, { story, facts }: Known) {
  const group = facts.groups[groupId]
  const pr = story.prs[groupId] ?? group?.pr
  const url = pr?.url ?? ''
  const branch = story.prs[groupId]?.branch ?? group?.headBranch ?? ''
  return { pr_number: pr?.number ?? 0, pr_url: url, branch, repository: repositoryOf(url) }
}

function checks(event: { groupId: GroupId; at: number }, { story }: Known, name: string | null) {
  const since = story.checksSince[event.groupId]
  return {
    check_name: name,
    check_url: null,
    duration_seconds: since === undefined ? null : seconds(event.at - since),
  }
}

function ciFailed(event: EventOf<'ci.failed'>, known: Known): NotificationFields['ci.failed'] {
  const names = event.checks.join(', ')
  return {
    ...prOf(event.groupId, known),
    ...checks(event, known, event.checks.length === 1 ? names : null),
    failure_reason: `failed: ${names}`,
    failure_log: null,
    recoverable: true,
  }
}

function indexOf(taskId: TaskId, { tasks }: RunFacts): number {
  return Math.max(
    0,
    tasks.findIndex((task) => task.id === taskId),
  )
}

/** The first task that is not done, as the original's cursor; behind the last one when all are. */
function currentTask({ tasks }: RunFacts): number | null {
  if (tasks.length === 0) return null
  const open = tasks.findIndex((task) => !task.done)
  return open < 0 ? tasks.length : open
}

/** `https://host/owner/name/pull/7`, with deeper owners on other forges. */
function repositoryOf(url: string): string | null {
  return /^https?:\/\/[^/]+\/(.+?)(?:\/-)?\/(?:pull|merge_requests)\/\d+/.exec(url)?.[1] ?? null
}

function seconds(milliseconds: number): number {
  return milliseconds / 1_000
}
