/** The plan: success criteria and an ordered list of PR groups with their tasks. Plain data; rules live beside it. */
import type { GroupId, TaskId } from './ids.ts'

export const COMPLEXITIES = ['coding', 'quick', 'general', 'debugging-qa'] as const
export type Complexity = (typeof COMPLEXITIES)[number]

export type Criterion = {
  readonly text: string
  /** Run by the orchestrator on the merged commit; exit code 0 = met. Without one a fresh session judges. */
  readonly command: string | null
  /** `user` criteria come from `--criteria` and survive every plan update. */
  readonly source: 'plan' | 'user'
}

export type Task = {
  readonly id: TaskId
  readonly title: string
  /** Free text, may have several lines; empty when there is nothing to add. */
  readonly details: string
  readonly complexity: Complexity
}

export type PrGroup = {
  readonly id: GroupId
  readonly title: string
  readonly why: string
  readonly dependsOn: readonly GroupId[]
  /** Globs the group expects to change; null = unknown = exclusive. */
  readonly touches: readonly string[] | null
  readonly releaseChecks: readonly string[]
  readonly tasks: readonly Task[]
}

export type Plan = {
  readonly criteria: readonly Criterion[]
  readonly groups: readonly PrGroup[]
}

export function allTasks(plan: Plan): readonly Task[] {
  return plan.groups.flatMap((group) => group.tasks)
}

export function findGroup(plan: Plan, id: GroupId): PrGroup | undefined {
  return plan.groups.find((group) => group.id === id)
}
