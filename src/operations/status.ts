/**
 * Where the run is. People ask this all the time, so state.json is read as it lies there, with a look at its shape
 * instead of the whole schema; what does not look right goes through the store, which knows what to do about it.
 */
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { spentUsd } from '../domain/budget.ts'
import { Failure } from '../domain/failure.ts'
import {
  type Block,
  type CriterionEvidence,
  type GroupState,
  type RunState,
  type SessionRecord,
  STATE_SCHEMA_VERSION,
  type Wait,
} from '../domain/run.ts'
import type { RunStatus, SessionKind, Stage } from '../domain/stage.ts'
import type { LockOwner, Store } from '../store/store.ts'
import { type ClosedFinding, listLetThrough, listOpen, type OpenFinding } from './findings.ts'

export type TaskStatus = { readonly id: string; readonly title: string; readonly done: boolean }

export type GroupStatus = {
  readonly id: string
  readonly title: string
  readonly stage: Stage
  readonly pr: { readonly number: number; readonly url: string } | null
  readonly merged: string | null
  readonly block: Block | null
  /** While somebody works on the run. */
  readonly waiting: Wait | null
  readonly tasks: readonly TaskStatus[]
}

export type SessionStatus = {
  readonly kind: SessionKind
  readonly groupId: string | null
  readonly taskId: string | null
  readonly model: string
  readonly startedAt: number
}

export type StatusReport = {
  readonly runId: string
  readonly goal: string
  readonly status: RunStatus
  readonly reason: string | null
  readonly createdAt: number
  readonly updatedAt: number
  /** The process at work; null = nobody works on this run now. */
  readonly owner: Pick<LockOwner, 'pid' | 'host' | 'acquiredAt'> | null
  readonly targetBranch: string
  readonly autoMerge: boolean
  readonly tasksDone: number
  readonly tasksTotal: number
  readonly prsMerged: number
  readonly groups: readonly GroupStatus[]
  readonly sessions: number
  readonly maxSessions: number | null
  readonly running: readonly SessionStatus[]
  readonly costUsd: number
  readonly maxCostUsd: number | null
  readonly usageLimitUntil: number | null
  readonly block: Block | null
  /** What the diff guard found and is not let through: nothing of it is pushed. */
  readonly findings: readonly OpenFinding[]
  readonly letThrough: readonly ClosedFinding[]
  /** The success criteria as far as they were proved, each with its evidence. */
  readonly criteria: readonly CriterionEvidence[]
  /** The command that goes on from here; null while it works and when nothing is left to do. */
  readonly next: string | null
}

/** Throws `run_missing`, and what `Store.load` throws. */
export async function readStatus(request: {
  stateDirectory: string
  openStore: () => Promise<Store>
}): Promise<StatusReport> {
  const store = await request.openStore()
  const [state, owner] = await Promise.all([loadState(request.stateDirectory, store), store.owner()])
  return toStatusReport(state, owner)
}

async function loadState(stateDirectory: string, store: Store): Promise<RunState> {
  const state = (await readStateAsItIs(join(stateDirectory, 'state.json'))) ?? (await store.load())
  if (state === null) throw noRun()
  return state
}

export function noRun(): Failure {
  return new Failure('run_missing', 'there is no run in this repository')
}

async function readStateAsItIs(file: string): Promise<RunState | null> {
  try {
    const value: unknown = JSON.parse(await readFile(file, 'utf8'))
    return looksLikeState(value) ? value : null
  } catch {
    return null
  }
}

function looksLikeState(value: unknown): value is RunState {
  if (typeof value !== 'object' || value === null) return false
  const state = value as Partial<Record<keyof RunState, unknown>>
  return (
    state.schemaVersion === STATE_SCHEMA_VERSION &&
    [state.runId, state.goal, state.status].every((field) => typeof field === 'string') &&
    [state.options, state.tasks, state.groups].every((field) => typeof field === 'object' && field !== null) &&
    Array.isArray(state.sessions)
  )
}

export function toStatusReport(state: RunState, owner: LockOwner | null): StatusReport {
  const groups = toGroups(state, owner !== null)
  const tasks = groups.flatMap((group) => group.tasks)
  const block = state.block ?? groups.find((group) => group.block !== null)?.block ?? null
  return {
    runId: state.runId,
    goal: state.goal,
    status: state.status,
    reason: state.reason,
    createdAt: state.createdAt,
    updatedAt: state.updatedAt,
    owner: owner === null ? null : { pid: owner.pid, host: owner.host, acquiredAt: owner.acquiredAt },
    targetBranch: state.options.targetBranch,
    autoMerge: state.options.autoMerge,
    tasksDone: tasks.filter((task) => task.done).length,
    tasksTotal: tasks.length,
    prsMerged: groups.filter((group) => group.merged !== null).length,
    groups,
    sessions: state.sessions.length,
    maxSessions: state.options.maxSessions,
    running: owner === null ? [] : state.sessions.filter((session) => session.outcome === 'running').map(toSession),
    costUsd: spentUsd(state.sessions),
    maxCostUsd: state.options.maxCostUsd,
    usageLimitUntil: state.usageLimitUntil,
    block,
    findings: listOpen(state),
    letThrough: listLetThrough(state),
    criteria: state.verification?.results ?? [],
    next: owner === null ? nextCommand(state.status, block) : null,
  }
}

function toGroups(state: RunState, isAtWork: boolean): readonly GroupStatus[] {
  return (state.plan?.groups ?? []).map((group) => {
    const memory: GroupState | undefined = state.groups[group.id]
    return {
      id: group.id,
      title: group.title,
      stage: memory?.stage ?? 'pending',
      pr: memory?.pr ?? null,
      merged: memory?.merged?.commit ?? null,
      block: memory?.block ?? null,
      waiting: (isAtWork && memory?.waiting) || null,
      tasks: group.tasks.map((task) => ({ id: task.id, title: task.title, done: state.tasks[task.id] !== undefined })),
    }
  })
}

function toSession({ kind, groupId, taskId, model, startedAt }: SessionRecord): SessionStatus {
  return { kind, groupId, taskId, model, startedAt }
}

/** When nobody is at work. */
export function nextCommand(status: RunStatus, block: Block | null): string | null {
  if (status === 'success') return null
  if (block !== null) return block.command
  return status === 'failed' ? 'claudetm resume --force' : 'claudetm resume'
}
