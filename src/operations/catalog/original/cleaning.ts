/** Putting the current task away, and forgetting the coding style that was worked out for a repository. */
import { rm, stat } from 'node:fs/promises'
import { join } from 'node:path'
import { z } from 'zod'
import { stateDirectory } from '../../../config/paths.ts'
import { Failure } from '../../../domain/failure.ts'
import type { OperationContext } from '../context.ts'
import type { WhichTask } from '../current.ts'
import { findRepository, findTask, requireRepository, whichTask } from '../current.ts'
import { defineOperation } from '../operation.ts'

const cleaned = z
  .object({ success: z.literal(true), message: z.string(), files_removed: z.boolean() })
  .meta({ id: 'TaskCleaned' })

export const cleanTask = defineOperation({
  name: 'clean_task',
  summary: 'Put the current task away; branches, commits and its history stay',
  changes: true,
  input: whichTask.extend({ force: z.boolean().default(false).describe('Stop it first when it is at work') }),
  output: cleaned,
  async perform(context, { force, ...which }) {
    const id = await findTask(context, which)
    const { card } = await context.runs.open(id)
    if (!force && card.isAtWork) throw new Failure('run_locked', `task ${id} is at work; stop it first, or use force`)
    return putAway(context, id)
  },
})

/** `DELETE /task` has no body to say so in: it always stops the task first. */
export const deleteTask = defineOperation({
  name: 'clean_task',
  summary: 'Stop the current task and put it away; branches, commits and its history stay',
  changes: true,
  input: whichTask,
  output: cleaned,
  perform: async (context, which) => putAway(context, await findTask(context, which)),
})

async function putAway({ runs }: OperationContext, id: string): Promise<z.input<typeof cleaned>> {
  const { card } = await runs.open(id)
  if (card.isPutAway) await runs.remove(id)
  else await runs.stop(id, { reason: 'put away', cleanup: true })
  return { success: true, message: 'The task is put away; its branches and its history stay', files_removed: true }
}

export const deleteCodingStyle = defineOperation({
  name: 'delete_coding_style',
  summary: 'Forget the coding style that was worked out for a repository',
  changes: true,
  input: whichTask,
  output: z
    .object({ success: z.literal(true), message: z.string(), file_existed: z.boolean(), deleted: z.boolean() })
    .meta({ id: 'CodingStyleDeleted' }),
  async perform(context, which) {
    const directory = stateDirectory(await repositoryOf(context, which))
    const isThere = await stat(directory).then(
      () => true,
      () => false,
    )
    if (!isThere) throw new Failure('run_missing', 'no task was ever started in this repository')
    const existed = await remove(join(directory, 'coding-style.md'))
    const message = existed ? 'The coding style is forgotten' : 'There was no coding style'
    return { success: true, message, file_existed: existed, deleted: existed }
  },
})

async function repositoryOf(context: OperationContext, { id, state_dir }: WhichTask): Promise<string> {
  if (id != null) return (await context.runs.open(id)).card.repository
  const repository = await findRepository(context, state_dir ?? null)
  return repository ?? requireRepository(context, null)
}

async function remove(path: string): Promise<boolean> {
  try {
    await rm(path)
    return true
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return false
    throw error
  }
}
