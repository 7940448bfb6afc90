/** How far a run is, for lists. */
import { spentUsd } from '../../domain/budget.ts'
import { allTasks } from '../../domain/plan.ts'
import type { RunState } from '../../domain/run.ts'
import type { RunProgress } from '../../operations/catalog/run-desk.ts'
import type { RunSummary } from '../../store/store.ts'

export function progressOf(state: RunState): RunProgress {
  const tasks = state.plan === null ? [] : allTasks(state.plan)
  return {
    tasksDone: tasks.filter((task) => state.tasks[task.id] !== undefined).length,
    tasksTotal: tasks.length,
    sessions: state.sessions.length,
    costUsd: spentUsd(state.sessions),
    tokens: state.sessions.reduce((sum, { usage }) => sum + tokensIn(usage), 0),
    pullRequests: (state.plan?.groups ?? []).flatMap((group) => {
      const memory = state.groups[group.id]
      if (memory === undefined || memory.pr === null) return []
      const { number, url } = memory.pr
      return [{ number, url, title: group.title, isMerged: memory.merged !== null }]
    }),
  }
}

function tokensIn(usage: RunState['sessions'][number]['usage']): number {
  return Object.values(usage).reduce(
    (sum, { inputTokens, outputTokens, cacheReadTokens, cacheWriteTokens }) =>
      sum + inputTokens + outputTokens + cacheReadTokens + cacheWriteTokens,
    0,
  )
}

/** What the history's line says, where the state itself is not kept. */
export function progressOfSummary(summary: RunSummary, before: RunProgress): RunProgress {
  const { tasksDone, tasksTotal, sessions, costUsd, merged } = summary
  return {
    tasksDone,
    tasksTotal,
    sessions,
    costUsd,
    tokens: before.tokens,
    pullRequests: merged.map(({ title, pr }) => ({
      number: pr,
      url: before.pullRequests.find((known) => known.number === pr)?.url ?? null,
      title,
      isMerged: true,
    })),
  }
}
