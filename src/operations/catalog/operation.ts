/**
 * One thing a person can ask for, described once: its name, what goes in, what comes out, whether it changes anything.
 * The command line, REST and MCP are faces over these; `test/server/parity.test.ts` asks each operation for each face.
 */
import type { z } from 'zod'
import type { OperationContext } from './context.ts'

type Described<Input> = {
  /** As MCP names its tools: `start_task`. */
  readonly name: string
  /** One sentence for people who read a list of them. */
  readonly summary: string
  /** Calls of it are written into the audit log. */
  readonly changes: boolean
  /** Of an object; `Input` is what it makes of what a person gave. */
  readonly input: z.ZodType<Input>
}

type Call<Input, Output> = Described<Input> & {
  readonly output: z.ZodType<unknown, Output>
  /** Throws a Failure. Safe to call twice unless its summary says otherwise. */
  perform(context: OperationContext, input: Input): Promise<Output>
}

type Stream<Input, Item> = Described<Input> & {
  /** The first item comes at once when there is one. Throws a Failure before the first item only. */
  open(context: OperationContext, input: Input, signal: AbortSignal): Promise<AsyncIterable<Item>>
}

export type Operation<Input = unknown, Output = unknown> = Call<Input, Output> & { readonly kind: 'call' }

/** Answers with one item after the other until it is over or `signal` is aborted. */
export type StreamOperation<Input = unknown, Item = unknown> = Stream<Input, Item> & { readonly kind: 'stream' }

export function defineOperation<Input, Output>(operation: Call<Input, Output>): Operation<Input, Output> {
  return { kind: 'call', ...operation }
}

export function defineStream<Input, Item>(operation: Stream<Input, Item>): StreamOperation<Input, Item> {
  return { kind: 'stream', ...operation }
}
