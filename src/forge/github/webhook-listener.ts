/** A small HTTP server for nothing but GitHub's webhooks. */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { Failure } from '../../domain/failure.ts'
import type { WebhookIntake } from './webhook-intake.ts'

export const WEBHOOK_PATH = '/github/webhooks'
const MAX_BODY_BYTES = 1024 * 1024
const TIMEOUT_MS = 10_000

export type WebhookListener = { readonly url: string; close(): Promise<void> }

/** Throws `config_invalid` when it cannot listen there. */
export async function listen({
  host,
  port,
  intake,
}: {
  readonly host: string
  readonly port: number
  readonly intake: Pick<WebhookIntake, 'handle'>
}): Promise<WebhookListener> {
  const server = createServer({ requestTimeout: TIMEOUT_MS, headersTimeout: TIMEOUT_MS }, (request, response) => {
    answer(request, response, intake).catch(() => response.destroy())
  })
  server.setTimeout(TIMEOUT_MS, (socket) => socket.destroy())
  const { promise, resolve, reject } = Promise.withResolvers<void>()
  server.once('error', (cause: NodeJS.ErrnoException) => {
    const facts = { path: 'github.webhook_port', port, code: cause.code ?? null }
    reject(
      new Failure('config_invalid', `webhooks cannot be listened for on ${host}:${port} (${cause.code})`, {
        facts,
        cause,
      }),
    )
  })
  server.listen(port, host, resolve)
  await promise
  const { address, port: bound } = server.address() as AddressInfo
  return {
    url: `http://${address.includes(':') ? `[${address}]` : address}:${bound}${WEBHOOK_PATH}`,
    close() {
      server.closeAllConnections()
      return new Promise((done) => server.close(() => done()))
    },
  }
}

async function answer(
  request: IncomingMessage,
  response: ServerResponse,
  intake: Pick<WebhookIntake, 'handle'>,
): Promise<void> {
  const { pathname } = new URL(request.url ?? '/', 'http://localhost')
  if (pathname !== WEBHOOK_PATH) return end(request, response, { status: 404, words: 'nothing here' })
  if (request.method !== 'POST') return end(request, response, { status: 405, words: 'POST only' })
  const body = await readBody(request)
  if (body === null) return end(request, response, { status: 413, words: 'too large' })
  end(request, response, await intake.handle({ headers: request.headers, body }))
}

/** null = larger than anything GitHub's events of ours have. */
async function readBody(request: IncomingMessage): Promise<Buffer | null> {
  if (Number(request.headers['content-length'] ?? 0) > MAX_BODY_BYTES) return null
  const chunks: Buffer[] = []
  let size = 0
  for await (const chunk of request as AsyncIterable<Buffer>) {
    size += chunk.length
    if (size > MAX_BODY_BYTES) return null
    chunks.push(chunk)
  }
  return Buffer.concat(chunks)
}

/** A body that was not read to its end is not waited for. */
function end(
  request: IncomingMessage,
  response: ServerResponse,
  { status, words }: { status: number; words: string },
): void {
  response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' })
  response.end(`${words}\n`, () => {
    if (!request.complete) request.destroy()
  })
}
