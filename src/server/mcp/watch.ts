/**
 * Watching a run from a client that asks and waits for one answer: what happens is told as progress while the call lasts,
 * and what happened is the answer. Calling again with the number of the last event goes on from there.
 */
import { z } from 'zod'
import type { RunEvent } from '../../domain/events.ts'
import { findTask, streamOfCurrent } from '../../operations/catalog/current.ts'
import type { StreamOperation } from '../../operations/catalog/operation.ts'
import { task, toTask } from '../../operations/catalog/wire/task.ts'
import { type CallContext, describe, type Tool } from './tool.ts'

/** Clients give up on a call after 60 s unless they are told otherwise or hear of progress. */
const DEFAULT_WAIT_SECONDS = 50
const MAX_WAIT_SECONDS = 3_600
const PATIENCE_MS = 15_000
/** What happens at once belongs together. */
const TOGETHER_MS = 250

const howLong = {
  until: z
    .enum(['news', 'end'])
    .default('news')
    .describe('`news`: answer as soon as something happened; `end`: when nobody works on the task any more'),
  wait_seconds: z
    .number()
    .min(0)
    .max(MAX_WAIT_SECONDS)
    .default(DEFAULT_WAIT_SECONDS)
    .describe('Answer then at the latest'),
  limit: z.int().min(1).max(1_000).default(200).describe('Events in the answer at most; with `end` the last ones'),
} as const

const waiting = z.object(howLong)

const output = z
  .object({
    success: z.literal(true),
    events: z.array(z.looseObject({ seq: z.int(), at: z.int(), type: z.string() })),
    last_event: z.int().describe('Give it as `after` to go on from here'),
    is_over: z.boolean().describe('Nobody works on the task, and every event was seen'),
    task,
  })
  .meta({ id: 'Watched' })

export function watchTool(operation: StreamOperation): Tool {
  const stream = streamOfCurrent(operation as StreamOperation<{ id: string }>)
  const input = (stream.input as unknown as z.ZodObject).extend(howLong)
  return {
    operation,
    input,
    listed: describe(operation, input, output),
    async call(context, given) {
      const { until, wait_seconds: waitSeconds, limit } = waiting.parse(given)
      const { until: _, wait_seconds: __, limit: ___, ...asked } = given as z.output<typeof waiting> & { id?: string }
      const id = await findTask(context.operations, asked)
      const known = Number((asked as { after?: number }).after ?? 0)
      const watch = (signal: AbortSignal) => stream.open(context.operations, { ...asked, id }, signal)
      const seen = await collect(context, watch as Watch, { until, waitMs: waitSeconds * 1_000, limit, known })
      const { card } = await context.operations.runs.open(id)
      return { success: true, ...seen, task: toTask(card) }
    },
  }
}

type Watch = (signal: AbortSignal) => Promise<AsyncIterable<RunEvent>>

type Seen = { readonly events: readonly RunEvent[]; readonly last_event: number; readonly is_over: boolean }

async function collect(
  { signal, onEvent, onPatience }: CallContext,
  watch: Watch,
  { until, waitMs, limit, known }: { until: 'news' | 'end'; waitMs: number; limit: number; known: number },
): Promise<Seen> {
  const enough = new AbortController()
  const patience = setInterval(onPatience, PATIENCE_MS)
  let timer = setTimeout(() => enough.abort(), waitMs)
  const events: RunEvent[] = []
  let last = known
  try {
    for await (const event of await watch(AbortSignal.any([signal, enough.signal]))) {
      last = event.seq
      events.push(event)
      onEvent(event)
      if (until === 'end' && events.length > limit) events.shift()
      if (until === 'end') continue
      if (events.length === limit) return { events, last_event: last, is_over: false }
      if (events.length > 1) continue
      clearTimeout(timer)
      timer = setTimeout(() => enough.abort(), TOGETHER_MS)
    }
    return { events, last_event: last, is_over: !enough.signal.aborted && !signal.aborted }
  } finally {
    clearTimeout(timer)
    clearInterval(patience)
    enough.abort()
  }
}
