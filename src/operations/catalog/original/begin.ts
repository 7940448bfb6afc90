/** `POST /task/init` and `initialize_task`: the original wrote down a task that nobody could run; here it is run. */
import { z } from 'zod'
import { Failure } from '../../../domain/failure.ts'
import { RUN_STATUSES } from '../../../domain/stage.ts'
import type { OperationContext } from '../context.ts'
import { requireRepository, whichTask } from '../current.ts'
import { defineOperation } from '../operation.ts'
import type { RunCard } from '../run-desk.ts'
import { until } from '../until.ts'
import { goal, startOptions, toStartRequest } from '../wire/options.ts'
import { taskId } from '../wire/task.ts'
import { originalNames, refuseUnbuilt } from './options.ts'
import { toOriginalStatus } from './status.ts'

/** What is wrong with the machine or the account shows at once; who waits for longer is told that it is planned. */
const BEGIN_WITHIN_MS = 20_000

const { auto_merge, max_sessions, max_prs, pause_on_pr, pr_per_task, log_level, model } = startOptions.shape

export const initializeTask = defineOperation({
  name: 'initialize_task',
  summary: 'Start a goal in the repository served by default; it is planned, worked on, merged and verified',
  changes: true,
  input: z.strictObject({
    goal,
    model,
    auto_merge,
    max_sessions,
    max_prs,
    pause_on_pr,
    pr_per_task,
    log_level,
    ...originalNames,
    state_dir: whichTask.shape.state_dir,
  }),
  output: z
    .object({
      success: z.literal(true),
      message: z.string(),
      run_id: z.string().nullable().describe('null while it waits for its turn'),
      status: z.enum(RUN_STATUSES),
      task_id: taskId,
    })
    .meta({ id: 'TaskInitialized' }),
  async perform(context, { goal: text, state_dir: stateDirectory, enable_verification: verify, ...options }) {
    refuseUnbuilt(options)
    const repository = await requireRepository(context, stateDirectory ?? null)
    await refuseUnfinished(context, repository)
    const request = toStartRequest(text, { ...options, ...(verify != null && { verify }) })
    const { card } = await context.runs.add({
      repository,
      goal: text,
      order: { kind: 'start', request },
      key: null,
    })
    const begun = await untilBegun(context, card)
    return {
      success: true as const,
      message: begun.runId === null ? 'Task initialized; it waits for its turn' : 'Task initialized; it is worked on',
      run_id: begun.runId,
      status: toOriginalStatus(begun),
      task_id: begun.id,
    }
  },
})

/** As in the original there is one task at a time, when asked this way. */
async function refuseUnfinished({ runs }: OperationContext, repository: string): Promise<void> {
  const current = await runs.current(repository)
  if (current === null) return
  const { card } = await runs.open(current)
  const isOver = card.status === 'success' || card.isPutAway || (card.status === 'failed' && card.runId === null)
  if (isOver) return
  throw new Failure('run_exists', `task ${card.id} is not finished (${card.status}): ${card.goal}`, {
    facts: { status: card.status },
  })
}

/** Throws `start_failed` when it ended before it had begun. */
async function untilBegun({ runs }: OperationContext, queued: RunCard): Promise<RunCard> {
  if (queued.status === 'queued') return queued
  const begun = await until({ runs, id: queued.id, withinMs: BEGIN_WITHIN_MS }, () => true)
  if (begun.runId === null && begun.status === 'failed') {
    throw new Failure('start_failed', begun.reason ?? 'it did not begin')
  }
  return begun
}
