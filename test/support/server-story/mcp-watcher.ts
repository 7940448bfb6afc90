/** Somebody who watches a task with the official client of MCP, and asks again from where they were when the call breaks. */
import type { RunEvent } from '../../../src/domain/events.ts'
import { connectMcp, type McpClient, overHttp } from '../server/mcp-client.ts'
import type { Lives } from './lives.ts'

export type SeenOverMcp = {
  readonly events: readonly RunEvent[]
  /** Progress notifications. */
  readonly told: readonly string[]
  /** Calls of `watch_task` that were answered. */
  readonly answers: number
  readonly connections: number
}

export type McpWatcherRequest = {
  readonly lives: Lives
  readonly taskId: string
  readonly password: string
  readonly signal: AbortSignal
}

const MAX_CONNECTIONS = 20

export async function watchOverMcp({ lives, taskId, password, signal }: McpWatcherRequest): Promise<SeenOverMcp> {
  const events: RunEvent[] = []
  const told: string[] = []
  let answers = 0
  let lastError: unknown = null

  /** True when there is nothing more to come. Throws when the connection breaks. */
  async function watch(client: McpClient): Promise<boolean> {
    const asked = { id: taskId, after: events.at(-1)?.seq ?? 0, wait_seconds: 50 }
    const { isError, body } = await client.call('watch_task', asked, (message) => told.push(message))
    if (isError) throw new Error(`watch_task: ${JSON.stringify(body)}`)
    answers += 1
    events.push(...body.events)
    return body.is_over
  }

  for (let connections = 1; connections <= MAX_CONNECTIONS; connections += 1) {
    const transport = overHttp(await lives.url(), password)
    // The client itself would wait for the rest of its time, a minute, when the server is gone.
    const broken = new Promise<never>((_, reject) => {
      transport.onerror = reject
      signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    })
    broken.catch(() => {})
    try {
      const client = await Promise.race([connectMcp(transport), broken])
      while (!(await Promise.race([watch(client), broken]))) signal.throwIfAborted()
      await client.close()
      return { events, told, answers, connections }
    } catch (error) {
      if (signal.aborted) throw error
      lastError = error
      await transport.close().catch(() => {})
    }
  }
  throw new Error(`watching over MCP broke off ${MAX_CONNECTIONS} times`, { cause: lastError })
}
