/** Every operation of the catalog is a tool. */
import { CATALOG } from '../../operations/catalog/catalog.ts'
import { isOfTask, ofCurrent } from '../../operations/catalog/current.ts'
import type { Operation, StreamOperation } from '../../operations/catalog/operation.ts'
import { describe, type Tool } from './tool.ts'
import { watchTool } from './watch.ts'

export const TOOLS: ReadonlyMap<string, Tool> = new Map(
  Object.values(CATALOG).map((operation) => [operation.name, toTool(operation)]),
)

function toTool(operation: Operation | StreamOperation): Tool {
  if (operation.kind === 'stream') return watchTool(operation)
  const offered = isOfTask(operation) ? ofCurrent(operation as Operation<{ id: string }>) : operation
  return {
    operation,
    input: offered.input,
    listed: describe(offered, offered.input, offered.output),
    call: async ({ operations }, input) => toStructured(await (offered as Operation).perform(operations, input)),
  }
}

/** What the original has at the top of its results lies in the details of REST's. */
function toStructured(output: unknown): Record<string, unknown> {
  const answer = output as Record<string, unknown>
  const details = typeof answer.details === 'object' ? answer.details : null
  return { ...details, ...answer }
}
