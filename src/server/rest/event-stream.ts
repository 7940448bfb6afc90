/**
 * Server-sent events, pulled: the next event is read when the connection takes more, so that a slow reader costs a
 * timer, not memory, and nobody's work waits for it.
 */
import type { RunEvent } from '../../domain/events.ts'

/** Proxies close what is silent for a minute. */
const HEARTBEAT_MS = 15_000
const RETRY_MS = 2_000

export type EventStreamOptions = {
  readonly events: AsyncIterable<RunEvent>
  /** Ends the reading of `events`. */
  readonly stop: () => void
  /** Said last, when there is nothing more to come. */
  readonly closing: () => Promise<unknown>
  /** Called once, however it ends. */
  readonly onEnd: () => void
  readonly heartbeatMs?: number
}

export function toEventStream(options: EventStreamOptions): ReadableStream<Uint8Array> {
  const { events, stop, closing, onEnd, heartbeatMs = HEARTBEAT_MS } = options
  const iterator = events[Symbol.asyncIterator]()
  const encoder = new TextEncoder()
  const send = (controller: ReadableStreamDefaultController<Uint8Array>, text: string) =>
    controller.enqueue(encoder.encode(text))
  let next: Promise<IteratorResult<RunEvent>> | null = null

  return new ReadableStream<Uint8Array>({
    start: (controller) => send(controller, `retry: ${RETRY_MS}\n\n`),
    async pull(controller) {
      next ??= iterator.next()
      const result = await within(next, heartbeatMs)
      if (result === null) return send(controller, ': still here\n\n')
      next = null
      if (result.done !== true) return send(controller, toText(result.value))
      send(controller, `event: end\ndata: ${JSON.stringify(await closing())}\n\n`)
      controller.close()
      onEnd()
    },
    cancel() {
      stop()
      onEnd()
    },
  })
}

function toText(event: RunEvent): string {
  return `id: ${event.seq}\nevent: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`
}

/** null = it takes longer. */
async function within<T>(promise: Promise<T>, ms: number): Promise<T | null> {
  let timer: NodeJS.Timeout | undefined
  const late = new Promise<null>((resolve) => {
    timer = setTimeout(() => resolve(null), ms)
  })
  try {
    return await Promise.race([promise, late])
  } finally {
    clearTimeout(timer)
  }
}
