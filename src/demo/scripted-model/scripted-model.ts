/**
 * A stand-in for the Messages endpoint on loopback: plays scripts instead of thinking. Keeps no state of a conversation,
 * only how often a fault was played.
 */
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import { setTimeout as sleep } from 'node:timers/promises'
import { toAnswer } from './answer.ts'
import { type ModelBody, type ModelRequest, parseModelRequest } from './request.ts'
import { sendAnswer, sendError, sendFault, sendJson } from './respond.ts'
import { type Conversation, pickScript, pickStep, type Scenario, type Step } from './script.ts'

export type RecordedRequest = {
  readonly conversation: Conversation
  /** Index of the step this request asked for. */
  readonly step: number
  readonly stream: boolean
  readonly headers: Readonly<Record<string, string | string[] | undefined>>
  readonly body: ModelBody
  /** `answered`, the fault that was played, or why it could not be answered. */
  readonly outcome: string
}

export type ScriptedModelOptions = {
  readonly scenario: Scenario
  /** Before each answer, so that a person can follow. */
  readonly delayMs?: number
  /** Beyond it every request is refused: a client that loops must not do so for ever. */
  readonly maxRequests?: number
}

export type ScriptedModel = {
  /** What ANTHROPIC_BASE_URL must be. */
  readonly url: string
  requests(): readonly RecordedRequest[]
  /** Ends every connection, also those that hang. */
  close(): Promise<void>
}

const DEFAULT_MAX_REQUESTS = 2_000

export async function createScriptedModel(options: ScriptedModelOptions): Promise<ScriptedModel> {
  const { scenario, delayMs = 0, maxRequests = DEFAULT_MAX_REQUESTS } = options
  const requests: RecordedRequest[] = []
  const faultsPlayed = new Map<string, number>()
  const closing = new AbortController()
  const server = createServer((incoming, response) => {
    handle(incoming, response).catch((error: unknown) => refuse(response, String(error)))
  })
  server.listen(0, '127.0.0.1')
  await new Promise((resolve) => server.once('listening', resolve))

  async function handle(incoming: IncomingMessage, response: ServerResponse): Promise<void> {
    const text = await readBody(incoming)
    const path = (incoming.url ?? '').split('?')[0] ?? ''
    if (path.endsWith('/v1/messages/count_tokens')) return sendJson(response, 200, { input_tokens: text.length / 4 })
    if (incoming.method !== 'POST' || !path.endsWith('/v1/messages')) return sendElse(incoming, response)
    if (requests.length >= maxRequests) return refuse(response, `more than ${maxRequests} requests`)
    const request = parseModelRequest(text, headerOf(incoming, 'x-claude-code-session-id'))
    const outcome = await answer(request, text.length, response)
    requests.push({
      conversation: request.conversation,
      step: request.history.step,
      stream: request.body.stream === true,
      headers: incoming.headers,
      body: request.body,
      outcome,
    })
  }

  async function answer(request: ModelRequest, requestChars: number, response: ServerResponse): Promise<string> {
    const { conversation, history, body } = request
    const step = pickStep(pickScript(scenario, conversation), conversation, history)
    const stream = body.stream === true
    const problem = findProblem(step, request)
    if (problem !== null) {
      refuse(response, problem)
      return problem
    }
    const wait = step.delayMs ?? delayMs
    if (wait > 0) await sleep(wait, undefined, { signal: closing.signal })
    const message = toAnswer(step, { model: body.model, requestChars, step: history.step })
    if (step.fault !== undefined && playsFault(step.fault.times ?? 1, request)) {
      sendFault(response, step.fault, message, stream, step.headers)
      return JSON.stringify(step.fault)
    }
    sendAnswer(response, message, stream, step.headers)
    return 'answered'
  }

  function playsFault(times: number | 'always', { conversation, history }: ModelRequest): boolean {
    const key = JSON.stringify([conversation.id, conversation.prompts.length, history.step])
    const played = faultsPlayed.get(key) ?? 0
    faultsPlayed.set(key, played + 1)
    return times === 'always' || played < times
  }

  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: () => requests,
    async close() {
      closing.abort()
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}

function findProblem(step: Step, { conversation, history }: ModelRequest): string | null {
  if (step.expect === undefined) return null
  const result = history.toolResults.at(-1)?.text ?? ''
  if (new RegExp(step.expect).test(result)) return null
  return `${conversation.kind}, step ${history.step}: expected /${step.expect}/ in the last tool result, got: ${result.slice(0, 500)}`
}

/** 400 is not tried again by clients, so a broken script shows at once. */
function refuse(response: ServerResponse, why: string): void {
  if (response.headersSent || response.destroyed) return
  sendError(response, 400, 'invalid_request_error', `scripted model: ${why}`)
}

/** Clients probe the address and may ask for models; nothing of that is scripted. */
function sendElse({ method, url = '' }: IncomingMessage, response: ServerResponse): void {
  if (method !== 'GET' && method !== 'HEAD') {
    sendError(response, 404, 'not_found_error', `scripted model: ${method} ${url} is not served`)
  } else {
    sendJson(response, 200, url.includes('/v1/models') ? { data: [], has_more: false } : {})
  }
}

async function readBody(incoming: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of incoming) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function headerOf(incoming: IncomingMessage, name: string): string {
  const value = incoming.headers[name]
  return typeof value === 'string' ? value : ''
}
