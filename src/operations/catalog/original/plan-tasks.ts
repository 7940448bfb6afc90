/** `list_tasks`: the tasks of the plan in their order. */
import { z } from 'zod'
import { Failure } from '../../../domain/failure.ts'
import { allTasks } from '../../../domain/plan.ts'
import { findTask, whichTask } from '../current.ts'
import { defineOperation } from '../operation.ts'
import { currentIndex } from './cursor.ts'

export const listTasks = defineOperation({
  name: 'list_tasks',
  summary: 'The tasks of the plan of the current task, with what is done',
  changes: false,
  input: whichTask,
  output: z
    .object({
      success: z.literal(true),
      tasks: z.array(
        z.object({
          task: z.string(),
          completed: z.boolean(),
          context: z.array(z.string()).describe('What the plan says beside the title'),
          group: z.string().nullable(),
          id: z.string(),
        }),
      ),
      total: z.int(),
      completed: z.int(),
      current_index: z.int(),
    })
    .meta({ id: 'PlanTasks' }),
  async perform(context, input) {
    const { card, state } = await context.runs.open(await findTask(context, input))
    if (state?.plan == null) throw new Failure('run_missing', `task ${card.id} has no plan yet (${card.status})`)
    const titles = new Map(state.plan.groups.flatMap((group) => group.tasks.map((task) => [task.id, group.title])))
    const tasks = allTasks(state.plan).map((task) => ({
      task: task.title,
      completed: state.tasks[task.id] !== undefined,
      context: task.details.split('\n').filter((line) => line.trim() !== ''),
      group: titles.get(task.id) ?? null,
      id: task.id,
    }))
    const completed = tasks.filter((task) => task.completed).length
    return { success: true as const, tasks, total: tasks.length, completed, current_index: currentIndex(state) }
  },
})
