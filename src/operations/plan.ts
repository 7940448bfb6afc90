/** The plan as people read it, and as programs do. */
import type { Criterion, PrGroup, Task } from '../domain/plan.ts'
import type { RunState } from '../domain/run.ts'
import type { Stage } from '../domain/stage.ts'
import type { Store } from '../store/store.ts'
import { noRun } from './status.ts'

export type PlanReport = {
  readonly runId: string
  /** plan.md as it lies there, with edits that are not taken over yet. */
  readonly markdown: string | null
  readonly criteria: readonly Criterion[]
  readonly groups: readonly (Omit<PrGroup, 'tasks'> & {
    readonly stage: Stage
    readonly tasks: readonly (Task & { readonly done: boolean })[]
  })[]
}

/** Throws `run_missing`. Before planning is over there are no groups and no markdown. */
export async function readPlan(store: Store): Promise<PlanReport> {
  const [state, markdown] = await Promise.all([store.load(), store.readDocument('plan.md')])
  if (state === null) throw noRun()
  return { runId: state.runId, markdown, criteria: state.plan?.criteria ?? [], groups: toGroups(state) }
}

function toGroups(state: RunState): PlanReport['groups'] {
  return (state.plan?.groups ?? []).map((group) => ({
    ...group,
    stage: state.groups[group.id]?.stage ?? 'pending',
    tasks: group.tasks.map((task) => ({ ...task, done: state.tasks[task.id] !== undefined })),
  }))
}
