/**
 * Operations on one task, for people who name none. The original knew one task at a time and its interface has no ids:
 * its routes and tools are these, made from the same operations.
 */
import { basename, dirname } from 'node:path'
import { z } from 'zod'
import { stateDirectory } from '../../config/paths.ts'
import { Failure } from '../../domain/failure.ts'
import type { OperationContext } from './context.ts'
import { inField } from './field.ts'
import type { Operation, StreamOperation } from './operation.ts'
import type { CardId } from './run-desk.ts'
import { words } from './wire/options.ts'
import { taskId } from './wire/task.ts'

const STATE_DIRECTORY = basename(stateDirectory('/'))

export const whichTask = z.strictObject({
  id: taskId
    .nullish()
    .describe('Left out: the task at work in the repository, else the next in the queue, else the newest'),
  state_dir: words(4_096)
    .nullish()
    .describe('State directory of a repository below an allowed root; left out: the repository served by default'),
})

export type WhichTask = z.output<typeof whichTask>

type OfTask = { readonly id: CardId }

/** The same operation; which task is found when none is named. */
export function ofCurrent<Input extends OfTask, Output>(
  operation: Operation<Input, Output>,
): Operation<Omit<Input, 'id'> & WhichTask, Output> {
  return {
    ...operation,
    input: withWhichTask<Input>(operation.input),
    perform: async (context, input) => operation.perform(context, await named<Input>(context, input)),
  }
}

export function streamOfCurrent<Input extends OfTask, Item>(
  operation: StreamOperation<Input, Item>,
): StreamOperation<Omit<Input, 'id'> & WhichTask, Item> {
  return {
    ...operation,
    input: withWhichTask<Input>(operation.input),
    open: async (context, input, signal) => operation.open(context, await named<Input>(context, input), signal),
  }
}

/** Whether it is about one task that has to be named, so that `ofCurrent` can be made of it. */
export function isOfTask(operation: Operation | StreamOperation): boolean {
  const { input } = operation
  return input instanceof z.ZodObject && 'id' in input.shape && !('state_dir' in input.shape)
}

function withWhichTask<Input>(schema: z.ZodType): z.ZodType<Omit<Input, 'id'> & WhichTask> {
  if (!(schema instanceof z.ZodObject)) throw new Failure('internal', 'the input of an operation is an object')
  return schema.extend(whichTask.shape) as unknown as z.ZodType<Omit<Input, 'id'> & WhichTask>
}

async function named<Input>(context: OperationContext, input: Omit<Input, 'id'> & WhichTask): Promise<Input> {
  const { state_dir: _, ...rest } = input
  return { ...rest, id: await findTask(context, input) } as Input
}

/** Throws `run_missing` when there is none, `path_refused`. */
export async function findTask(context: OperationContext, { id, state_dir }: WhichTask): Promise<CardId> {
  if (id != null) return id
  const repository = await findRepository(context, state_dir ?? null)
  const current = await context.runs.current(repository)
  if (current === null) throw noTask(repository)
  const { card } = await context.runs.open(current)
  // What was put away unfinished is no task any more, as where the original removed its files.
  if (card.isPutAway && card.status !== 'success') throw noTask(repository)
  return current
}

/** Of a state directory; without one the repository served by default; null = that is none. Throws `path_refused`. */
export async function findRepository(
  { home, repositories }: OperationContext,
  given: string | null,
): Promise<string | null> {
  if (given === null) return home
  return inField('state_dir', repositories.resolve(basename(given) === STATE_DIRECTORY ? dirname(given) : given))
}

/** Throws `input_invalid` when no repository is named and none is served by default. */
export async function requireRepository(context: OperationContext, given: string | null): Promise<string> {
  const repository = await findRepository(context, given)
  if (repository !== null) return repository
  throw new Failure('input_invalid', 'say which repository: none is served by default here', {
    facts: { field: 'repository' },
  })
}

function noTask(repository: string | null): Failure {
  return new Failure('run_missing', repository === null ? 'there is no task' : `there is no task in ${repository}`)
}
