/** What a client is told of an operation, and what calling it is given. */
import type { Tool as ListedTool } from '@modelcontextprotocol/sdk/types.js'
import { z } from 'zod'
import type { RunEvent } from '../../domain/events.ts'
import type { OperationContext } from '../../operations/catalog/context.ts'
import type { Operation, StreamOperation } from '../../operations/catalog/operation.ts'

/** What of a call goes beyond its arguments. */
export type CallContext = {
  readonly operations: OperationContext
  /** Aborted when nobody waits for the answer any more. */
  readonly signal: AbortSignal
  /** Tells who called how far it is; does nothing when they did not ask for that. */
  readonly onEvent: (event: RunEvent) => void
  /** It goes on, though nothing happens. */
  readonly onPatience: () => void
}

export type Tool = {
  readonly operation: Operation | StreamOperation
  readonly listed: ListedTool
  readonly input: z.ZodType
  call(context: CallContext, input: unknown): Promise<Record<string, unknown>>
}

export function describe(
  { name, summary, changes }: Operation | StreamOperation,
  input: z.ZodType,
  output: z.ZodType,
): ListedTool {
  return {
    name,
    title: toTitle(name),
    description: summary,
    inputSchema: toSchema(input),
    outputSchema: toSchema(output),
    annotations: {
      title: toTitle(name),
      readOnlyHint: !changes,
      destructiveHint: DESTRUCTIVE.has(name),
      openWorldHint: OPEN_WORLD.has(name),
    },
  }
}

/** What they take away does not come back by itself. */
const DESTRUCTIVE: ReadonlySet<string> = new Set([
  'remove_task',
  'clean_task',
  'stop_task',
  'clear_mailbox',
  'delete_coding_style',
  'delete_webhook',
])

const OPEN_WORLD: ReadonlySet<string> = new Set([
  'clone_repo',
  'setup_repo',
  'test_webhook',
  'start_task',
  'resume_task',
])

function toTitle(name: string): string {
  const words = name.replaceAll('_', ' ')
  return words.charAt(0).toUpperCase() + words.slice(1)
}

/**
 * Without a dialect, so that every client reads it in its own: what we say means the same in all of them. `io: 'input'` also
 * for outputs: what is sent is what goes into a schema, and more fields than it names are allowed.
 */
function toSchema(schema: z.ZodType): ListedTool['inputSchema'] {
  const { $schema: _, ...root } = z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' })
  return unwrap(root) as ListedTool['inputSchema']
}

/** A schema that has a name is a reference to itself; clients want to see an object. */
function unwrap({ $ref, $defs, ...rest }: z.core.JSONSchema.BaseSchema): unknown {
  if ($ref === undefined) return { ...rest, ...($defs !== undefined && { $defs }) }
  const name = $ref.replace('#/$defs/', '')
  const { [name]: root, ...parts } = $defs ?? {}
  return { ...root, ...rest, ...(Object.keys(parts).length > 0 && { $defs: parts }) }
}
