/**
 * What was told by the events so far, as far as later notifications need it. Folded event by event, kept beside the cursor
 * of the outbox, so that a restart goes on with the same knowledge. Pure.
 */
import type { RunEvent } from '../../domain/events.ts'
import type { GroupId, SessionId, TaskId } from '../../domain/ids.ts'
import type { RunStatus } from '../../domain/stage.ts'

export type ToldPr = {
  readonly number: number
  readonly url: string
  readonly title: string
  readonly branch: string
  readonly base: string
}

export type Story = {
  readonly status: RunStatus | null
  /** Number of the latest session. */
  readonly session: number
  readonly sessions: Readonly<
    Record<SessionId, { readonly number: number; readonly at: number; readonly tools: number }>
  >
  /** Tasks at work, by group. */
  readonly tasks: Readonly<Record<GroupId, { readonly id: TaskId; readonly title: string; readonly at: number }>>
  readonly prs: Readonly<Record<GroupId, ToldPr>>
  /** Numbers of pull requests: each is told once. */
  readonly created: readonly number[]
  readonly merged: readonly number[]
  /** Since when the checks of a group are waited for. */
  readonly checksSince: Readonly<Record<GroupId, number>>
}

export const NO_STORY: Story = {
  status: null,
  session: 0,
  sessions: {},
  tasks: {},
  prs: {},
  created: [],
  merged: [],
  checksSince: {},
}

export function advanceStory(story: Story, event: RunEvent): Story {
  switch (event.type) {
    case 'run.status':
      return { ...story, status: event.to }
    case 'run.started':
      return { ...story, status: event.resumed ? 'working' : (story.status ?? 'planning') }
    case 'plan.created':
      return { ...story, status: 'working' }
    case 'session.started': {
      const { number, at, sessionId } = event
      return { ...story, session: number, sessions: { ...story.sessions, [sessionId]: { number, at, tools: 0 } } }
    }
    case 'agent.activity':
      return event.tool === null ? story : countTool(story, event.sessionId)
    case 'session.completed':
    case 'session.recovered':
      return { ...story, sessions: without(story.sessions, event.sessionId) }
    case 'task.started': {
      const { groupId, taskId: id, title, at } = event
      return { ...story, tasks: { ...story.tasks, [groupId]: { id, title, at } } }
    }
    case 'task.completed':
      return { ...story, tasks: without(story.tasks, event.groupId) }
    case 'pushed':
    case 'ci.rerun':
      return { ...story, checksSince: { ...story.checksSince, [event.groupId]: event.at } }
    case 'pr.created': {
      const { groupId, number, url, title, branch, base } = event
      const prs = { ...story.prs, [groupId]: { number, url, title, branch, base } }
      return { ...story, prs, created: [...new Set([...story.created, number])] }
    }
    case 'pr.merged':
      return { ...story, merged: [...new Set([...story.merged, event.number])] }
    default:
      return story
  }
}

function countTool(story: Story, id: SessionId): Story {
  const session = story.sessions[id]
  if (session === undefined) return story
  return { ...story, sessions: { ...story.sessions, [id]: { ...session, tools: session.tools + 1 } } }
}

function without<K extends string, V>(record: Readonly<Record<K, V>>, key: K): Record<K, V> {
  const { [key]: _, ...rest } = record
  return rest as Record<K, V>
}
