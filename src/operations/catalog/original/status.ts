/** `GET /status` and `get_status` of the original: one task at a glance, in its words. */
import { z } from 'zod'
import { allTasks } from '../../../domain/plan.ts'
import type { RunState } from '../../../domain/run.ts'
import { RUN_STATUSES, STAGES } from '../../../domain/stage.ts'
import { findTask, whichTask } from '../current.ts'
import { defineOperation } from '../operation.ts'
import type { OpenedCard, RunCard } from '../run-desk.ts'
import { instant, taskId } from '../wire/task.ts'
import { toIso } from '../wire/time.ts'
import { currentGroup, currentIndex } from './cursor.ts'
import { originalOptions, toOriginalOptions } from './options.ts'

const status = z
  .object({
    success: z.literal(true),
    goal: z.string(),
    status: z
      .enum(RUN_STATUSES)
      .describe('One that waits for its turn counts as planning, or as working when it has begun'),
    model: z.string().nullable(),
    current_task_index: z.int().describe('Of the first that is not done; the number of tasks when all are'),
    session_count: z.int(),
    run_id: z.string().nullable().describe('null until it has begun'),
    current_pr: z.int().nullable(),
    workflow_stage: z.enum(STAGES).nullable(),
    options: originalOptions.nullable(),
    created_at: instant,
    updated_at: instant,
    tasks: z.object({ completed: z.int(), total: z.int(), progress: z.string() }).nullable(),
    webhooks: z.object({ total: z.int(), enabled: z.int(), disabled: z.int() }).nullable(),
    reason: z.string().nullable(),
    task_id: taskId,
    repository: z.string(),
  })
  .meta({ id: 'Status' })

export const getStatus = defineOperation({
  name: 'get_status',
  summary: 'Where the current task is, as the original says it',
  changes: false,
  input: whichTask,
  output: status,
  perform: async (context, input) => toStatus(await context.runs.open(await findTask(context, input))),
})

function toStatus({ card, state }: OpenedCard): z.input<typeof status> {
  const { progress } = card
  const group = state === null ? null : currentGroup(state)
  return {
    success: true,
    goal: card.goal,
    status: toOriginalStatus(card),
    model: state?.options.model ?? null,
    current_task_index: state === null ? 0 : currentIndex(state),
    session_count: progress.sessions,
    run_id: card.runId,
    current_pr: group?.pr?.number ?? null,
    workflow_stage: group?.stage ?? null,
    options: state === null ? null : toOriginalOptions(state.options),
    created_at: toIso(card.createdAt),
    updated_at: toIso(updatedAt(card, state)),
    tasks: hasPlan(state, card)
      ? {
          completed: progress.tasksDone,
          total: progress.tasksTotal,
          progress: `${progress.tasksDone}/${progress.tasksTotal}`,
        }
      : null,
    webhooks: null,
    reason: card.reason,
    task_id: card.id,
    repository: card.repository,
  }
}

/** Its scripts know no queue. */
export function toOriginalStatus({ status: given, runId }: RunCard): (typeof RUN_STATUSES)[number] {
  if (given === 'held') return 'paused'
  if (given === 'queued') return runId === null ? 'planning' : 'working'
  return given
}

function updatedAt({ createdAt, startedAt, endedAt }: RunCard, state: RunState | null): number {
  return state?.updatedAt ?? endedAt ?? startedAt ?? createdAt
}

function hasPlan(state: RunState | null, { progress }: RunCard): boolean {
  return (state?.plan != null && allTasks(state.plan).length > 0) || progress.tasksTotal > 0
}
