/** Boxes a person ticked or unticked. */
import type { GroupId, TaskId } from './ids.ts'
import type { PrGroup } from './plan.ts'
import type { ParsedTask } from './plan-parsed.ts'

export type Ticks = {
  readonly ticked: readonly TaskId[]
  readonly reopened: readonly TaskId[]
  readonly notes: readonly string[]
}

export function readTicks(request: {
  readonly done: ReadonlySet<TaskId>
  readonly closedGroups: ReadonlySet<GroupId>
  readonly homes: ReadonlyMap<TaskId, PrGroup>
  readonly tasks: ReadonlyMap<ParsedTask, TaskId>
}): Ticks {
  const { done, closedGroups, homes } = request
  const tasks = [...request.tasks]
  const ticked = tasks.filter(([task, id]) => task.checked === true && !done.has(id))
  const unticked = tasks.filter(([task, id]) => task.checked === false && done.has(id))
  const hasShipped = (id: TaskId) => closedGroups.has(homes.get(id)?.id as GroupId)
  return {
    ticked: ticked.map(([, id]) => id),
    reopened: unticked.filter(([, id]) => !hasShipped(id)).map(([, id]) => id),
    notes: unticked
      .filter(([, id]) => hasShipped(id))
      .map(([task, id]) => `${id} "${task.title}" has shipped and stays done; add a new task instead`),
  }
}
