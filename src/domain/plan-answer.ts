/** A planner's answer in the form of the plan, before its groups and tasks have ids. */
import type { TaskId } from './ids.ts'
import type { Criterion, PrGroup, Task } from './plan.ts'
import { joinCriteria, toPlannedCriterion } from './plan-criteria.ts'
import type { PlanOutput } from './plan-output.ts'
import { toDetails, toLine } from './plan-text.ts'

export type DraftTask = Omit<Task, 'id'> & {
  /** The task that is kept; null = a new one. */
  readonly id: TaskId | null
}

export type DraftGroup = Omit<PrGroup, 'id' | 'dependsOn' | 'tasks'> & {
  /** Positions in the list of groups. */
  readonly dependsOn: readonly number[]
  readonly tasks: readonly DraftTask[]
}

export type PlanDraft = { readonly criteria: readonly Criterion[]; readonly groups: readonly DraftGroup[] }

/** `known` are the ids an answer may keep; any other id means nothing. */
export function draftPlan(output: PlanOutput, known: ReadonlySet<string>): PlanDraft {
  return {
    criteria: joinCriteria(output.criteria.map(toPlannedCriterion)),
    groups: output.groups.map((group) => ({
      title: toLine(group.title),
      why: toLine(group.why ?? ''),
      dependsOn: [...new Set(group.dependsOn ?? [])],
      touches: toTouches(group.touches ?? []),
      releaseChecks: toLines(group.releaseChecks ?? []),
      tasks: group.tasks.map((task) => ({
        id: task.id !== undefined && known.has(task.id) ? (task.id as TaskId) : null,
        title: toLine(task.title),
        details: toDetails(task.details ?? ''),
        complexity: task.complexity ?? 'coding',
      })),
    })),
  }
}

/** Work that changes nothing is not work: an empty list is as unknown as a missing one. */
function toTouches(globs: readonly string[]): readonly string[] | null {
  const lines = toLines(globs)
  return lines.length === 0 ? null : lines
}

function toLines(texts: readonly string[]): readonly string[] {
  return texts.map(toLine).filter((text) => text !== '')
}

/**
 * One group per task. Those of one group follow each other; who depended on the group depends on its last. Tasks that are
 * kept stay together in the group they are in.
 */
export function splitPerTask(
  groups: readonly DraftGroup[],
  isKept: (task: DraftTask) => boolean = () => false,
): readonly DraftGroup[] {
  const split: DraftGroup[] = []
  const lastPart: number[] = []
  for (const group of groups) {
    const parts = partsOf(group, isKept)
    for (const [index, part] of parts.entries()) {
      const dependsOn = index === 0 ? group.dependsOn.map((old) => lastPart[old] ?? old) : [split.length - 1]
      const releaseChecks = index === parts.length - 1 ? group.releaseChecks : []
      split.push({ ...group, ...part, dependsOn, releaseChecks })
    }
    lastPart.push(split.length - 1)
  }
  return split
}

type Part = Pick<DraftGroup, 'title' | 'tasks'>

function partsOf(group: DraftGroup, isKept: (task: DraftTask) => boolean): readonly Part[] {
  const kept = group.tasks.filter(isKept)
  const parts = group.tasks.filter((task) => !isKept(task)).map((task) => ({ title: task.title, tasks: [task] }))
  return kept.length === 0 ? parts : [{ title: group.title, tasks: kept }, ...parts]
}
