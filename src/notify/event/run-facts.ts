/** What notifications say that no single event carries: the order of the plan, the options, where things are. Pure. */
import type { GroupId, TaskId } from '../../domain/ids.ts'
import { allTasks } from '../../domain/plan.ts'
import type { RunState } from '../../domain/run.ts'

export type GroupFacts = {
  readonly title: string | null
  readonly headBranch: string
  readonly tasks: number
  readonly pr: { readonly number: number; readonly url: string } | null
}

export type RunFacts = {
  readonly goal: string
  readonly workingDirectory: string
  readonly targetBranch: string
  readonly maxSessions: number | null
  readonly autoMerge: boolean
  readonly prPerTask: boolean
  /** In the order of the plan. */
  readonly tasks: readonly { readonly id: TaskId; readonly title: string; readonly done: boolean }[]
  readonly groups: Readonly<Record<GroupId, GroupFacts>>
}

export function toRunFacts(state: RunState, workingDirectory: string): RunFacts {
  const { options, plan } = state
  const groups = Object.entries(state.groups).map(([id, memory]) => {
    const planned = plan?.groups.find((group) => group.id === id)
    return [
      id,
      {
        title: planned?.title ?? null,
        headBranch: memory.headBranch,
        tasks: planned?.tasks.length ?? 0,
        pr: memory.pr,
      },
    ] as const
  })
  return {
    goal: state.goal,
    workingDirectory,
    targetBranch: options.targetBranch,
    maxSessions: options.maxSessions,
    autoMerge: options.autoMerge,
    prPerTask: options.prPerTask,
    tasks: (plan === null ? [] : allTasks(plan)).map(({ id, title }) => ({
      id,
      title,
      done: state.tasks[id] !== undefined,
    })),
    groups: Object.fromEntries(groups) as Record<GroupId, GroupFacts>,
  }
}
