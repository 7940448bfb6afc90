/** Which PR groups may be worked on now: a graph of dependencies, not a list. */
import type { GroupId } from '../ids.ts'
import type { Plan } from '../plan.ts'
import type { GroupState } from '../run.ts'

type Groups = Readonly<Record<GroupId, GroupState>>

/** In the order of the plan: not finished, not blocked, and everything they depend on is merged. */
export function runnableGroups(plan: Plan, groups: Groups): readonly GroupId[] {
  const isDone = (id: GroupId) => groups[id]?.stage === 'done'
  const known = new Set(plan.groups.map((group) => group.id))
  return plan.groups
    .filter((group) => !isDone(group.id) && (groups[group.id]?.block ?? null) === null)
    .filter((group) => group.dependsOn.every((id) => !known.has(id) || isDone(id)))
    .map((group) => group.id)
}

/** Those of the ready ones to start beside the active ones. */
export function groupsToStart(
  ready: readonly GroupId[],
  active: ReadonlySet<GroupId>,
  concurrency: number,
): readonly GroupId[] {
  return ready.filter((id) => !active.has(id)).slice(0, Math.max(0, concurrency - active.size))
}
