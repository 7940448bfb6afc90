/**
 * A pull request that somebody merged early: what was not part of it yet is not forgotten, but ships in a pull request of
 * its own. Pure.
 */
import type { CommitSha, GroupId, TaskId } from '../domain/ids.ts'
import { findGroup } from '../domain/plan.ts'
import { applyPlanEdit } from '../domain/plan-edit.ts'
import { parsePlanMarkdown, renderPlan } from '../domain/plan-markdown.ts'
import type { RunState, TaskEvidence } from '../domain/run.ts'
import { applyEdit, closedGroups } from './plan-file.ts'

export type LeftOver = {
  readonly state: RunState
  /** Sentences for people: what goes where. */
  readonly notes: readonly string[]
}

/** `id` is a closed group; `unshipped` are commits of it that the merge did not contain. */
export function moveLeftOverTasks(
  state: RunState,
  { id, unshipped, now }: { id: GroupId; unshipped: readonly CommitSha[]; now: number },
): LeftOver {
  const group = state.plan === null ? undefined : findGroup(state.plan, id)
  if (state.plan === null || group === undefined) return { state, notes: [] }
  const isLeftOver = (id: string) => {
    const commit = state.tasks[id as TaskId]?.commit ?? null
    return commit !== null && unshipped.includes(commit)
  }
  const tasks: Readonly<Record<string, TaskEvidence>> = Object.fromEntries(
    Object.entries(state.tasks).filter(([id]) => !isLeftOver(id)),
  )
  if (group.tasks.every((task) => tasks[task.id] !== undefined)) return { state, notes: [] }
  const done = new Set(Object.keys(tasks) as TaskId[])
  const reopened = { ...state, tasks }
  const edit = applyPlanEdit({
    plan: state.plan,
    done,
    closedGroups: closedGroups(state),
    parsed: parsePlanMarkdown(renderPlan(state.plan, done)),
    nextTaskNumber: state.nextTaskNumber,
    nextGroupNumber: state.nextGroupNumber,
  })
  return edit.kind === 'rejected'
    ? { state, notes: [`open tasks of "${group.title}" are not shipped: ${edit.problem}`] }
    : { state: applyEdit(reopened, edit, now), notes: edit.notes }
}
