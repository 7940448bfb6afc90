/** What stays of a run in the history. */
import { spentUsd } from '../domain/budget.ts'
import { allTasks } from '../domain/plan.ts'
import type { RunState } from '../domain/run.ts'
import type { RunSummary } from '../store/store.ts'
import { listLetThrough } from './findings.ts'

export function summarize(state: RunState, endedAt: number, log: string): RunSummary {
  const tasks = state.plan === null ? [] : allTasks(state.plan)
  return {
    runId: state.runId,
    goal: state.goal,
    status: state.status,
    reason: state.reason,
    createdAt: state.createdAt,
    endedAt,
    tasksDone: tasks.filter((task) => state.tasks[task.id] !== undefined).length,
    tasksTotal: tasks.length,
    sessions: state.sessions.length,
    costUsd: spentUsd(state.sessions),
    merged: (state.plan?.groups ?? []).flatMap((group) => {
      const memory = state.groups[group.id]
      return memory === undefined || memory.merged === null || memory.pr === null
        ? []
        : [{ title: group.title, pr: memory.pr.number, commit: memory.merged.commit }]
    }),
    log,
    criteria: state.verification?.results ?? [],
    letThrough: listLetThrough(state),
  }
}
