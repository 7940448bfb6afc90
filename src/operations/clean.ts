/** Putting a run away: its state goes to the history. Branches, commits and uncommitted work are not touched. */
import { Failure } from '../domain/failure.ts'
import type { RunId } from '../domain/ids.ts'
import type { RunState } from '../domain/run.ts'
import type { RunSummary, Store } from '../store/store.ts'
import { summarize } from './run-summary.ts'

export type CleanOutcome =
  | { readonly kind: 'nothing' }
  /** `branches` hold commits that were not merged. */
  | { readonly kind: 'cleaned'; readonly runId: string; readonly branches: readonly string[] }

export type CleanRequest = {
  readonly store: Store
  readonly now: () => number
  /** Removes the worktrees that hold nothing uncommitted. */
  readonly removeWorkspaces: () => Promise<void>
}

/** Throws `run_locked` while a process works on the run. A state that cannot be read is put away like any other. */
export async function cleanRun({ store, now, removeWorkspaces }: CleanRequest): Promise<CleanOutcome> {
  if ((await loadLeniently(store)) === null) return { kind: 'nothing' }
  const lock = await store.acquire()
  try {
    const state = await loadLeniently(store)
    if (state === null) return { kind: 'nothing' }
    const summary =
      state === 'unreadable' ? unreadableSummary(now()) : summarize(state, now(), store.logFile(state.runId))
    await store.archive(lock, summary)
    await removeWorkspaces()
    return { kind: 'cleaned', runId: summary.runId, branches: state === 'unreadable' ? [] : unmergedBranches(state) }
  } finally {
    await lock.release()
  }
}

async function loadLeniently(store: Store): Promise<RunState | 'unreadable' | null> {
  try {
    return await store.load()
  } catch (error) {
    if (error instanceof Failure && error.kind === 'state_corrupt') return 'unreadable'
    throw error
  }
}

function unmergedBranches(state: RunState): readonly string[] {
  return Object.values(state.groups)
    .filter((group) => group.base !== null && group.merged === null && group.emptyAt === null)
    .map((group) => group.branch)
}

function unreadableSummary(now: number): RunSummary {
  return {
    runId: `unreadable-${now}` as RunId,
    goal: '(the state of this run could not be read)',
    status: 'failed',
    reason: 'its state could not be read',
    createdAt: now,
    endedAt: now,
    tasksDone: 0,
    tasksTotal: 0,
    sessions: 0,
    costUsd: 0,
    merged: [],
    log: '',
    criteria: [],
    letThrough: [],
  }
}
