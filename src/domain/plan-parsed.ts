/** A plan as somebody wrote it: a person in plan.md, or the planner in an update. Ids may be missing, repeated or made up. */
import type { GroupId, TaskId } from './ids.ts'
import type { Complexity, Criterion } from './plan.ts'

export type ParsedTask = {
  readonly id: TaskId | null
  /** null = not said: it stays as it is. */
  readonly checked: boolean | null
  readonly title: string
  readonly details: string
  readonly complexity: Complexity
}

export type ParsedDependency = {
  /** As written, for messages: `PR 1`. */
  readonly label: string
  /** Position in `groups`; null when no group there is meant. */
  readonly index: number | null
  /** The group it meant when the file was written, also when it is gone from the file. */
  readonly id: GroupId | null
}

export type ParsedGroup = {
  readonly id: GroupId | null
  /** As written in the heading. */
  readonly number: number | null
  /** Empty when there is no heading, or only a number. */
  readonly title: string
  readonly why: string
  readonly dependsOn: readonly ParsedDependency[]
  readonly touches: readonly string[] | null
  readonly releaseChecks: readonly string[]
  readonly tasks: readonly ParsedTask[]
}

/** `source` null = not marked: a criterion known to the plan keeps its source, a new one is the person's. */
export type ParsedCriterion = Omit<Criterion, 'source'> & { readonly source: Criterion['source'] | null }

export type ParsedPlan = {
  readonly groups: readonly ParsedGroup[]
  /** null = there is no such section. */
  readonly criteria: readonly ParsedCriterion[] | null
  /** What was read differently from how it may have been meant; `line` counts from 1. */
  readonly problems: readonly { readonly line: number; readonly problem: string }[]
}
