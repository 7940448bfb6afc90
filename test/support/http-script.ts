/** A real HTTP server that answers as a test says, and remembers what it was asked. */
import { createServer, type IncomingHttpHeaders, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'

export type SeenRequest = {
  readonly method: string
  readonly path: string
  readonly headers: IncomingHttpHeaders
  readonly body: string
}

export type ScriptedAnswer = {
  readonly status?: number
  readonly headers?: Readonly<Record<string, string>>
  /** Text as it is, everything else as JSON. */
  readonly body?: unknown
  /** Nothing is answered, the connection stays open or ends. */
  readonly silence?: 'hang' | 'reset'
}

export type HttpScript = {
  readonly url: string
  readonly requests: readonly SeenRequest[]
  close(): Promise<void>
}

export async function createHttpScript(
  answer: (request: SeenRequest, count: number) => ScriptedAnswer | Promise<ScriptedAnswer>,
): Promise<HttpScript> {
  const requests: SeenRequest[] = []
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = []
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk)
    const { method = '', url: path = '', headers } = request
    const seen = { method, path, headers, body: Buffer.concat(chunks).toString('utf8') }
    requests.push(seen)
    send(response, await answer(seen, requests.length))
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests,
    close() {
      server.closeAllConnections()
      return new Promise((resolve) => server.close(() => resolve()))
    },
  }
}

function send(response: ServerResponse, { status = 200, headers = {}, body, silence }: ScriptedAnswer): void {
  if (silence === 'reset') response.destroy()
  if (silence !== undefined) return
  response.writeHead(status, { 'content-type': 'application/json; charset=utf-8', ...headers })
  response.end(body === undefined ? '' : typeof body === 'string' ? body : JSON.stringify(body))
}
