/** Writes answers and faults to the connection. */
import type { ServerResponse } from 'node:http'
import type { Answer } from './answer.ts'
import { toEvents } from './event-stream.ts'
import type { Fault } from './script.ts'

type Headers = Readonly<Record<string, string>>

export function sendAnswer(response: ServerResponse, answer: Answer, stream: boolean, headers: Headers = {}): void {
  if (stream) {
    startStream(response, headers)
    response.end(toEvents(answer).join(''))
  } else {
    sendJson(response, 200, answer, headers)
  }
}

export function sendFault(
  response: ServerResponse,
  fault: Fault,
  answer: Answer,
  stream: boolean,
  headers: Headers = {},
): void {
  if (fault.status !== undefined) {
    const type = fault.type ?? ERROR_TYPES[fault.status] ?? 'api_error'
    sendError(response, fault.status, type, fault.message ?? `scripted ${type}`, { ...headers, ...fault.headers })
  } else if (fault.drop === 'before') {
    response.destroy()
  } else if (fault.hang !== true) {
    sendHalf(response, fault, stream ? toHalf(toEvents(answer)) : JSON.stringify(answer).slice(0, 40), headers)
  }
  // A hang leaves the connection open until the client gives up or the model is closed.
}

function sendHalf(response: ServerResponse, fault: Fault, half: string, headers: Headers): void {
  startStream(response, headers)
  response.write(half, () => {
    if (fault.drop === 'mid') response.destroy()
  })
}

export function sendJson(response: ServerResponse, status: number, body: unknown, headers: Headers = {}): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers })
  response.end(JSON.stringify(body))
}

export function sendError(
  response: ServerResponse,
  status: number,
  type: string,
  message: string,
  headers: Headers = {},
): void {
  sendJson(response, status, { type: 'error', error: { type, message } }, headers)
}

const ERROR_TYPES: Readonly<Record<number, string>> = {
  400: 'invalid_request_error',
  401: 'authentication_error',
  403: 'permission_error',
  404: 'not_found_error',
  413: 'request_too_large',
  429: 'rate_limit_error',
  500: 'api_error',
  529: 'overloaded_error',
}

function startStream(response: ServerResponse, headers: Headers): void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache', ...headers })
}

function toHalf(events: readonly string[]): string {
  return events.slice(0, Math.max(2, Math.floor(events.length / 2))).join('')
}
