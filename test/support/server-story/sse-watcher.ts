/** Somebody who watches a task over server-sent events, and goes on after the last one when the connection breaks. */
import type { RunEvent } from '../../../src/domain/events.ts'
import { readSentEvents } from '../server/sse.ts'
import type { Lives } from './lives.ts'

export type SeenOverSse = {
  /** As they came; one that came twice is here twice. */
  readonly events: readonly RunEvent[]
  /** The `Last-Event-ID` of each connection; null = from the beginning. */
  readonly connections: readonly (string | null)[]
  /** What the stream said last. */
  readonly end: unknown
}

export type SseWatcherRequest = {
  readonly lives: Lives
  readonly taskId: string
  readonly password: string
  readonly signal: AbortSignal
  readonly onEvent: (event: RunEvent) => void
}

/** More would be a server that sends people away, not one that dies. */
const MAX_CONNECTIONS = 20

export async function watchOverSse(request: SseWatcherRequest): Promise<SeenOverSse> {
  const { lives, taskId, password, signal, onEvent } = request
  const events: RunEvent[] = []
  const connections: (string | null)[] = []
  let last: string | null = null
  while (connections.length < MAX_CONNECTIONS) {
    const url = await lives.url()
    connections.push(last)
    const response = await connect(`${url}/tasks/${taskId}/events`, { password, last, signal })
    if (response === null) continue
    if (response.status !== 200) throw new Error(`the events answered ${response.status}: ${await response.text()}`)
    try {
      for await (const { id, event, data } of readSentEvents(response)) {
        if (event === 'end') return { events, connections, end: data }
        last = id
        events.push(data)
        onEvent(data)
      }
    } catch (error) {
      if (signal.aborted) throw error
    }
  }
  throw new Error(`the events broke off ${MAX_CONNECTIONS} times`)
}

/** null: nobody is there. */
async function connect(
  url: string,
  { password, last, signal }: { password: string; last: string | null; signal: AbortSignal },
): Promise<Response | null> {
  const resume: Record<string, string> = last === null ? {} : { 'Last-Event-ID': last }
  try {
    return await fetch(url, { headers: { Authorization: `Bearer ${password}`, ...resume }, signal })
  } catch (error) {
    if (signal.aborted) throw error
    return null
  }
}
