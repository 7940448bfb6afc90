/** A planner's answer -> Plan, or the sentence that goes back to the planner. An invalid plan is never put in force. */
import type { GroupId, TaskId } from './ids.ts'
import type { Plan, PrGroup } from './plan.ts'
import { type DraftGroup, draftPlan, type PlanDraft, splitPerTask } from './plan-answer.ts'
import { joinCriteria, toUserCriterion } from './plan-criteria.ts'
import type { PlanOutput } from './plan-output.ts'

export type { PlanOutput } from './plan-output.ts'

export type BuiltPlan =
  | { readonly kind: 'plan'; readonly plan: Plan; readonly nextTaskNumber: number; readonly nextGroupNumber: number }
  | { readonly kind: 'invalid'; readonly problem: string }

export type PlanRequest = {
  readonly maxPrs: number | null
  readonly prPerTask: boolean
  readonly userCriteria: readonly string[]
}

/** Far beyond any plan that can be reviewed: a list that was restated or ran away stops here. */
const MAX_GROUPS = 100
const MAX_TASKS = 500
const MAX_CRITERIA = 100

export function buildPlan(output: PlanOutput, request: PlanRequest): BuiltPlan {
  const draft = draftPlan(output, new Set())
  const groups = request.prPerTask ? splitPerTask(draft.groups) : draft.groups
  const problem = findProblem(output, draft) ?? findTooManyPrs(groups.length, request)
  if (problem !== null) return { kind: 'invalid', problem }
  return {
    kind: 'plan',
    plan: {
      criteria: joinCriteria([...request.userCriteria.map(toUserCriterion), ...draft.criteria]),
      groups: withIds(groups),
    },
    nextTaskNumber: countTasks(draft) + 1,
    nextGroupNumber: groups.length + 1,
  }
}

function withIds(groups: readonly DraftGroup[]): readonly PrGroup[] {
  let tasks = 0
  return groups.map((group, index) => ({
    ...group,
    id: toGroupId(index),
    dependsOn: group.dependsOn.map(toGroupId),
    tasks: group.tasks.map((task) => {
      tasks += 1
      return { ...task, id: `t${tasks}` as TaskId }
    }),
  }))
}

function toGroupId(index: number): GroupId {
  return `g${index + 1}` as GroupId
}

/** What is wrong with an answer, first plan or update, as a sentence for the planner; null = nothing. */
export function findProblem(output: PlanOutput, draft: PlanDraft): string | null {
  return findWrongSize(draft) ?? findWrongCommand(output) ?? findWrongGroup(draft.groups) ?? findRepeatedTask(draft)
}

function findWrongSize(draft: PlanDraft): string | null {
  const { groups, criteria } = draft
  const tasks = countTasks(draft)
  if (tasks === 0) return 'the plan has no task; it needs at least one'
  if (groups.length > MAX_GROUPS) return `the plan has ${groups.length} groups; at most ${MAX_GROUPS} are allowed`
  if (tasks > MAX_TASKS) return `the plan has ${tasks} tasks; at most ${MAX_TASKS} are allowed`
  if (criteria.length <= MAX_CRITERIA) return null
  return `the plan has ${criteria.length} success criteria; at most ${MAX_CRITERIA} are allowed`
}

function countTasks(draft: PlanDraft): number {
  return draft.groups.reduce((count, group) => count + group.tasks.length, 0)
}

function findWrongCommand(output: PlanOutput): string | null {
  const wrong = output.criteria.find(({ command }) => /[\r\n]/.test((command ?? '').trim()))
  return wrong === undefined ? null : `the command of the criterion "${wrong.text}" must be one line`
}

function findWrongGroup(groups: readonly DraftGroup[]): string | null {
  for (const [index, group] of groups.entries()) {
    const name = `group ${index}${group.title === '' ? '' : ` "${group.title}"`}`
    if (group.title === '') return `${name} has no title`
    if (group.tasks.length === 0) return `${name} has no task; leave it out or give it one`
    const blank = group.tasks.findIndex((task) => task.title === '')
    if (blank !== -1) return `task ${blank} of ${name} has no title`
    const wrong = group.dependsOn.find((other) => !Number.isInteger(other) || other < 0 || other >= index)
    if (wrong !== undefined)
      return `${name} depends on group ${wrong}; only earlier groups (counted from 0) can be named`
  }
  return null
}

/** A planner that restates its list would have everything done twice. */
function findRepeatedTask(draft: PlanDraft): string | null {
  const seen = new Set<string>()
  for (const { id, title, details } of draft.groups.flatMap((group) => group.tasks)) {
    const text = JSON.stringify([id, title, details])
    if (seen.has(text)) return `the task "${title}" is in the plan twice; list every task once`
    seen.add(text)
  }
  return null
}

function findTooManyPrs(prs: number, { maxPrs, prPerTask }: PlanRequest): string | null {
  if (maxPrs === null || prs <= maxPrs) return null
  const advice = prPerTask
    ? 'every task is its own group here, so plan fewer tasks'
    : 'put tasks together into fewer groups'
  return `the plan has ${prs} groups (pull requests); at most ${maxPrs} are allowed: ${advice}`
}
