/** Asking for runs, and finding them again. */
import { z } from 'zod'
import { wholeNumber } from '../../lib/query-values.ts'
import { requireRepository } from './current.ts'
import { defineOperation } from './operation.ts'
import { goal, startOptions, toStartRequest, words } from './wire/options.ts'
import { instant, task, taskId, taskStatus, toTask } from './wire/task.ts'
import { taskDetail, toTaskDetail } from './wire/task-detail.ts'

export const repository = words(2_048).describe(
  'A checkout below an allowed root, as an absolute path, or an address to clone; left out: the one served by default',
)

export const idempotencyKey = z
  .string()
  .regex(/^[\x21-\x7e]{1,255}$/, 'must be 1 to 255 printable characters without blanks')
  .nullish()
  .describe('The same key again gives the task of the first time')

export const startTask = defineOperation({
  name: 'start_task',
  summary: 'Queue a goal for a repository; it is planned, worked on, merged and verified',
  changes: true,
  input: z.strictObject({
    goal,
    repository: repository.nullish(),
    ...startOptions.shape,
    idempotency_key: idempotencyKey,
  }),
  output: z
    .object({ success: z.literal(true), message: z.string(), created: z.boolean(), task })
    .meta({ id: 'TaskStarted' }),
  async perform(context, { goal: text, repository: where, idempotency_key: key, ...options }) {
    const { card, isNew } = await context.runs.add({
      repository: where == null ? await requireRepository(context, null) : await context.repositories.resolve(where),
      goal: text,
      order: { kind: 'start', request: toStartRequest(text, options) },
      key: key ?? null,
    })
    const message = isNew ? 'The task is queued' : 'This key was used before: this is the task of that time'
    return { success: true, message, created: isNew, task: toTask(card) }
  },
})

/** In a query everything is text. */
const statusFilter = z
  .union([taskStatus, z.array(taskStatus)])
  .optional()
  .describe('Only tasks of this status; may be repeated')

export const findTasks = defineOperation({
  name: 'find_tasks',
  summary: 'List tasks, newest first',
  changes: false,
  input: z.strictObject({
    status: statusFilter,
    repository: z.string().min(1).max(2_048).optional().describe('Only tasks of this checkout'),
    limit: wholeNumber({ min: 1, max: 500 }).default(50),
    cursor: z
      .string()
      .regex(/^\d{1,15}$/)
      .optional()
      .describe('`next` of the page before'),
  }),
  output: z
    .object({ success: z.literal(true), tasks: z.array(task), total: z.int(), next: z.string().nullable() })
    .meta({ id: 'TaskList' }),
  async perform({ runs }, { status, repository: wanted, limit, cursor }) {
    const page = await runs.list({
      status: status === undefined ? null : [status].flat(),
      repository: wanted ?? null,
      limit,
      cursor: cursor ?? null,
    })
    return { success: true, tasks: page.cards.map(toTask), total: page.total, next: page.next }
  },
})

export const oneTask = z.strictObject({ id: taskId })

export const getTask = defineOperation({
  name: 'get_task',
  summary: 'Where a task is, and what it needs',
  changes: false,
  input: oneTask,
  output: taskDetail,
  perform: async ({ runs }, { id }) => toTaskDetail(await runs.open(id)),
})

export const removeTask = defineOperation({
  name: 'remove_task',
  summary: 'Put a task away that nobody works on; branches, commits and its history stay',
  changes: true,
  input: oneTask,
  output: z
    .object({ success: z.literal(true), message: z.string(), task, removed_at: instant })
    .meta({ id: 'TaskRemoved' }),
  async perform({ runs, now }, { id }) {
    const card = await runs.remove(id)
    return {
      success: true,
      message: 'The task is put away; its branches and its history stay',
      task: toTask(card),
      removed_at: new Date(now()).toISOString(),
    }
  },
})
