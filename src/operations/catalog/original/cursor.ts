/** The original worked through its tasks with a cursor. Here each task is done or not; the cursor is what that comes to. */
import { allTasks } from '../../../domain/plan.ts'
import type { GroupState, RunState } from '../../../domain/run.ts'

/** Of the first task that is not done; the number of tasks when all are. */
export function currentIndex({ plan, tasks }: RunState): number {
  if (plan === null) return 0
  const all = allTasks(plan)
  const index = all.findIndex((task) => tasks[task.id] === undefined)
  return index < 0 ? all.length : index
}

/** The first PR group that is begun and not merged, else the last that was; null before any is begun. */
export function currentGroup({ plan, groups }: RunState): GroupState | null {
  const begun = (plan?.groups ?? []).flatMap(({ id }) => groups[id] ?? [])
  return begun.find((group) => group.merged === null && group.emptyAt === null) ?? begun.at(-1) ?? null
}
