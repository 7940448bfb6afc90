/** Every operation of the catalog is a tool. */
import { z } from 'zod'
import { CATALOG } from '../../operations/catalog/catalog.ts'
import { isOfTask, ofCurrent } from '../../operations/catalog/current.ts'
import type { Operation, StreamOperation } from '../../operations/catalog/operation.ts'
import { describe, type Tool } from './tool.ts'
import { watchTool } from './watch.ts'

function toTool(operation: Operation | StreamOperation): Tool {
  if (operation.kind === 'stream') return watchTool(operation)
  const offered = offer(operation)
  return {
    operation,
    input: offered.input,
    listed: describe(offered, offered.input, offered.output),
    call: async ({ operations }, input) => toStructured(await offered.perform(operations, input)),
  }
}

function offer(operation: Operation): Operation {
  if (isOfTask(operation)) return ofCurrent(operation as Operation<{ id: string }>) as Operation
  return EVERYWHERE.has(operation.name) ? indifferent(operation) : operation
}

/** Every tool of the original takes the state directory, also where it says nothing. */
const EVERYWHERE: ReadonlySet<string> = new Set(['health_check', 'clone_repo', 'setup_repo', 'plan_repo'])

function indifferent(operation: Operation): Operation {
  const { input } = operation
  if (!(input instanceof z.ZodObject)) return operation
  const state_dir = z.string().nullish().describe('Without effect here')
  return {
    ...operation,
    input: input.extend({ state_dir }).transform(({ state_dir: _, ...rest }) => rest),
  }
}

/** What the original has at the top of its results lies in the details of REST's. */
function toStructured(output: unknown): Record<string, unknown> {
  const answer = output as Record<string, unknown>
  const details = typeof answer.details === 'object' ? answer.details : null
  return { ...details, ...answer }
}

export const TOOLS: ReadonlyMap<string, Tool> = new Map(
  Object.values(CATALOG).map((operation) => [operation.name, toTool(operation)]),
)
