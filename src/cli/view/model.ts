/**
 * What a person who watches a run sees, as data. Events say what is going on now; saved states say what is so, and
 * correct whatever the events left behind.
 */
import { spentUsd } from '../../domain/budget.ts'
import type { RunEvent } from '../../domain/events.ts'
import type { RunState } from '../../domain/run.ts'
import type { RunStatus, Stage } from '../../domain/stage.ts'

export type ViewTask = { readonly id: string; readonly title: string; readonly done: boolean }

export type ViewGroup = {
  readonly id: string
  readonly title: string
  readonly stage: Stage
  readonly pr: number | null
  readonly blocked: boolean
  readonly tasks: readonly ViewTask[]
}

/** What is going on now: one line, and since when. A wait may have an end. */
export type Activity = {
  /** A PR group's id, or null for the run as a whole. */
  readonly groupId: string | null
  readonly taskId: string | null
  readonly sessionId: string | null
  /** The commit that CI runs for; the forge does not always know whose it is. */
  readonly head: string | null
  readonly what: string
  /** The agent's latest words or tool. */
  readonly detail: string | null
  readonly since: number
  readonly until: number | null
  readonly isWait: boolean
}

export type ViewModel = {
  readonly goal: string
  readonly status: RunStatus
  readonly reason: string | null
  readonly startedAt: number | null
  readonly groups: readonly ViewGroup[]
  readonly activities: readonly Activity[]
  readonly costUsd: number
  readonly sessions: number
  readonly prsMerged: number
  /** What was asked of the run at this terminal and is not done yet. */
  readonly ending: 'stop' | 'pause' | null
}

export const EMPTY_VIEW: ViewModel = {
  goal: '',
  status: 'planning',
  reason: null,
  startedAt: null,
  groups: [],
  activities: [],
  costUsd: 0,
  sessions: 0,
  prsMerged: 0,
  ending: null,
}

export function reduceState(model: ViewModel, state: RunState): ViewModel {
  const groups = (state.plan?.groups ?? []).map((group): ViewGroup => {
    const memory = state.groups[group.id]
    return {
      id: group.id,
      title: group.title,
      stage: memory?.stage ?? 'pending',
      pr: memory?.pr?.number ?? null,
      blocked: memory !== undefined && memory.block !== null,
      tasks: group.tasks.map(({ id, title }) => ({ id, title, done: state.tasks[id] !== undefined })),
    }
  })
  return {
    ...model,
    goal: state.goal,
    status: state.status,
    reason: state.reason,
    groups,
    costUsd: spentUsd(state.sessions),
    sessions: state.sessions.length,
    prsMerged: Object.values(state.groups).filter((group) => group.merged !== null).length,
  }
}

export function reduceView(model: ViewModel, event: RunEvent): ViewModel {
  switch (event.type) {
    case 'run.started':
      return { ...model, goal: event.goal, startedAt: event.at }
    case 'run.status':
      return { ...model, status: event.to, reason: event.reason }
    case 'run.completed':
      return { ...model, activities: [], costUsd: event.costUsd, sessions: event.sessions }
    case 'group.stage':
      return withGroup(endWait(model, event.groupId), event.groupId, { stage: event.to })
    case 'pr.created':
      return withGroup(model, event.groupId, { pr: event.number })
    case 'task.completed':
      return withTaskDone(model, event.taskId)
    case 'blocked':
      return event.groupId === null ? model : withGroup(endAll(model, event.groupId), event.groupId, { blocked: true })
    case 'session.started':
      return begin({ ...model, sessions: Math.max(model.sessions, event.number) }, event, {
        taskId: event.taskId,
        sessionId: event.sessionId,
        what: `${SESSION_WORDS[event.kind]} (${event.model})`,
      })
    case 'agent.activity':
      return withDetail(model, event.sessionId, event.tool === null ? event.text : `${event.tool}: ${event.text}`)
    case 'agent.retrying':
      return withDetail(model, event.sessionId, `the service refuses, attempt ${event.attempt}: ${event.error}`)
    case 'session.completed':
      return endSession(model, event.sessionId) // its cost came with the state that was saved before
    case 'gate.started':
      return begin(model, event, { what: `own checks: ${event.commands.join('; ')}` })
    case 'gate.completed':
      return endAll(model, event.groupId)
    case 'ci.started':
      return begin(model, event, { head: event.head, what: `CI: ${event.checks.join(', ')}` })
    case 'ci.passed':
    case 'ci.failed':
      return endCi(endAll(model, event.groupId), event.head)
    case 'verification.started':
      return begin(model, { ...event, groupId: null }, { what: 'proving the success criteria' })
    case 'usage_limit':
      return beginWait(model, { at: event.at, groupId: null }, 'the usage limit of the account to reset', event.until)
    case 'waiting':
      return beginWait(model, event, event.for, event.until)
    default:
      return model
  }
}

const SESSION_WORDS: Readonly<Record<Extract<RunEvent, { type: 'session.started' }>['kind'], string>> = {
  plan: 'planning',
  'plan-update': 'updating the plan',
  work: 'working',
  finish: 'finishing what was left',
  'fix-gate': 'fixing the own checks',
  'fix-integrity': 'undoing or justifying what was flagged',
  'fix-ci': 'fixing CI',
  'fix-review': 'answering the reviewers',
  'resolve-conflict': 'resolving conflicts',
  confirm: 'confirming that nothing is to do',
  'second-look': 'taking a second look at what was changed',
  verify: 'verifying',
  'release-check': 'checking the release',
}

type Place = { readonly at: number; readonly groupId: string | null }

/** A group does one thing at a time: what begins replaces what was. */
function begin(model: ViewModel, place: Place, activity: Partial<Activity> & { what: string }): ViewModel {
  const { at, groupId } = place
  const begun: Activity = {
    groupId,
    taskId: null,
    sessionId: null,
    head: null,
    detail: null,
    since: at,
    until: null,
    isWait: false,
    ...activity,
  }
  return { ...model, activities: [...endAll(model, groupId).activities, begun] }
}

/** The same wait, said again, has lasted since it was first said. */
function beginWait(model: ViewModel, place: Place, what: string, until: number | null): ViewModel {
  const before = model.activities.find((a) => a.isWait && a.groupId === place.groupId && a.what === what)
  return begin(model, { ...place, at: before?.since ?? place.at }, { what, until, isWait: true })
}

function endAll(model: ViewModel, groupId: string | null): ViewModel {
  return { ...model, activities: model.activities.filter((activity) => activity.groupId !== groupId) }
}

function endWait(model: ViewModel, groupId: string): ViewModel {
  const ends = (activity: Activity) => activity.groupId === groupId && activity.isWait
  return { ...model, activities: model.activities.filter((activity) => !ends(activity)) }
}

function endCi(model: ViewModel, head: string): ViewModel {
  return { ...model, activities: model.activities.filter((activity) => activity.head !== head) }
}

function endSession(model: ViewModel, sessionId: string): ViewModel {
  return { ...model, activities: model.activities.filter((activity) => activity.sessionId !== sessionId) }
}

function withDetail(model: ViewModel, sessionId: string, detail: string): ViewModel {
  const activities = model.activities.map((a) => (a.sessionId === sessionId ? { ...a, detail } : a))
  return { ...model, activities }
}

function withGroup(model: ViewModel, id: string, change: Partial<ViewGroup>): ViewModel {
  return { ...model, groups: model.groups.map((group) => (group.id === id ? { ...group, ...change } : group)) }
}

function withTaskDone(model: ViewModel, id: string): ViewModel {
  const groups = model.groups.map((group) => ({
    ...group,
    tasks: group.tasks.map((task) => (task.id === id ? { ...task, done: true } : task)),
  }))
  return { ...model, groups }
}
