/** What Node cannot read as a request never becomes one: it is told so in the same words as everybody else. */
import type { Duplex } from 'node:stream'
import { type Problem, toBody } from './problem.ts'

/** For `clientError` of an HTTP server, which without a listener answers with an empty body. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Duplex): void {
  if (error.code === 'ECONNRESET' || !socket.writable || hasBegunToAnswer(socket)) {
    socket.destroy(error)
    return
  }
  const problem = PROBLEMS[error.code ?? ''] ?? BROKEN
  const body = toBody(problem, undefined)
  const text = JSON.stringify(body)
  socket.end(
    [
      `HTTP/1.1 ${problem.status} ${body.title}`,
      'Connection: close',
      'Content-Type: application/problem+json',
      `Content-Length: ${Buffer.byteLength(text)}`,
      'X-Content-Type-Options: nosniff',
      'Cache-Control: no-store',
      '',
      text,
    ].join('\r\n'),
  )
}

const BROKEN: Problem = { status: 400, code: 'invalid_request', message: 'this is not a request of HTTP' }

const PROBLEMS: Readonly<Record<string, Problem>> = {
  HPE_HEADER_OVERFLOW: {
    status: 431,
    code: 'too_large',
    message: 'the address and the headers of a request may have 16384 bytes together',
  },
  HPE_CHUNK_EXTENSIONS_OVERFLOW: { status: 413, code: 'too_large', message: 'the extensions of a chunk are too large' },
  ERR_HTTP_REQUEST_TIMEOUT: { status: 408, code: 'timeout', message: 'the request did not come in time' },
}

/** Node's own name of it; a second answer into the first would be read as part of it. */
function hasBegunToAnswer(socket: Duplex): boolean {
  const { _httpMessage: message } = socket as { _httpMessage?: { headersSent?: boolean } | null }
  return message?.headersSent === true
}
