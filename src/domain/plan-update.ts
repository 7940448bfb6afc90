/** A planner's answer to "change the plan": worked in by the same rules as an edit of plan.md. */
import type { GroupId, TaskId } from './ids.ts'
import { allTasks, type Plan } from './plan.ts'
import { type DraftGroup, draftPlan, type PlanDraft, splitPerTask } from './plan-answer.ts'
import { joinCriteria } from './plan-criteria.ts'
import { applyPlanEdit, type PlanEdit, type PlanEditRequest } from './plan-edit.ts'
import type { PlanOutput } from './plan-output.ts'
import type { ParsedGroup, ParsedPlan } from './plan-parsed.ts'
import { findProblem } from './plan-validate.ts'

export type ReplanRequest = Omit<PlanEditRequest, 'parsed'> & {
  readonly output: PlanOutput
  readonly maxPrs: number | null
  readonly prPerTask: boolean
}

export function replanTasks(request: ReplanRequest): PlanEdit {
  const { output, plan, prPerTask } = request
  const draft = withRestatedIds(draftPlan(output, taskIds(plan)), request)
  const problem = findProblem(output, draft)
  if (problem !== null) return { kind: 'rejected', problem }
  const groups = prPerTask ? splitPerTask(draft.groups, (task) => task.id !== null) : draft.groups
  const edit = applyPlanEdit({ ...request, parsed: toParsed({ ...draft, groups }, plan) })
  const tooMany = edit.kind === 'applied' ? findTooManyPrs(edit.plan, request) : null
  return tooMany === null ? edit : { kind: 'rejected', problem: tooMany }
}

/** A finished task that is restated word for word without its id is that task: it is not done twice. */
function withRestatedIds(draft: PlanDraft, { plan, done }: ReplanRequest): PlanDraft {
  const kept = new Set(draft.groups.flatMap((group) => group.tasks.map((task) => task.id)))
  const finished = new Map(
    allTasks(plan).flatMap((task) => (done.has(task.id) && !kept.has(task.id) ? [[task.title, task.id] as const] : [])),
  )
  const restated = (title: string): TaskId | null => {
    const id = finished.get(title) ?? null
    finished.delete(title)
    return id
  }
  const groups = draft.groups.map((group) => ({
    ...group,
    tasks: group.tasks.map((task) => (task.id === null ? { ...task, id: restated(task.title) } : task)),
  }))
  return { ...draft, groups }
}

function taskIds(plan: Plan): ReadonlySet<TaskId> {
  return new Set(allTasks(plan).map((task) => task.id))
}

/** The user's criteria survive every update; an answer without any says nothing about the others either. */
function toParsed(draft: PlanDraft, plan: Plan): ParsedPlan {
  const users = plan.criteria.filter((criterion) => criterion.source === 'user')
  return {
    groups: draft.groups.map(toParsedGroup),
    criteria: draft.criteria.length === 0 ? plan.criteria : joinCriteria([...users, ...draft.criteria]),
    problems: [],
  }
}

function toParsedGroup(group: DraftGroup, index: number, groups: readonly DraftGroup[]): ParsedGroup {
  return {
    ...group,
    id: null,
    number: index + 1,
    dependsOn: group.dependsOn.map((other) => ({
      label: `PR ${other + 1}`,
      index: groups[other] === undefined ? null : other,
      id: null,
    })),
    tasks: group.tasks.map((task) => ({ ...task, checked: null })),
  }
}

/** Merged PRs count too, but what is asked for after the last one may always have a PR of its own. */
function findTooManyPrs(plan: Plan, { plan: before, closedGroups, maxPrs }: ReplanRequest): string | null {
  if (maxPrs === null) return null
  const closed = plan.groups.filter((group) => closedGroups.has(group.id)).length
  const allowed = Math.max(1, maxPrs - closed, countOpen(before, closedGroups))
  const open = countOpen(plan, closedGroups)
  if (open <= allowed) return null
  return `the plan has ${open} open groups (pull requests); at most ${allowed} are allowed now: put tasks together`
}

function countOpen(plan: Plan, closedGroups: ReadonlySet<GroupId>): number {
  return plan.groups.filter((group) => !closedGroups.has(group.id)).length
}
