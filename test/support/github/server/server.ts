/** The HTTP server: takes a request, lets faults meet it, has it answered, and writes it down. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import type { AddressInfo } from 'node:net'
import type { World } from '../model.ts'
import { createRestRouter } from '../rest/router.ts'
import { type Address, enterpriseUrls, parseAddress } from './addresses.ts'
import type { Answer } from './answers.ts'
import { errorAnswer, toErrorAnswer } from './answers.ts'
import { answerApi } from './api.ts'
import { identify } from './authentication.ts'
import type { FaultTaker } from './faults.ts'
import { answerGit } from './git-http.ts'
import { nameOperation } from './graphql.ts'
import { createJobLogs } from './job-logs.ts'
import { createRateLimits, describeLimits } from './rate-limits.ts'
import type { LoggedRequest, RequestLog } from './request-log.ts'
import { insteadOf, spoil, staleWorld } from './troubles.ts'

export type ServerParts = {
  readonly world: World
  readonly faults: FaultTaker
  readonly log: RequestLog
  /** Where the bare repositories are. */
  readonly directory: string
  /** Requests per hour and token. */
  readonly rateLimit: number
}

export function createGithubServer(parts: ServerParts): Server {
  const { world, log } = parts
  const limits = createRateLimits(world, parts.rateLimit)
  const jobLogs = createJobLogs()
  const router = createRestRouter({
    logUrl: jobLogs.urlOf,
    rateLimit: ({ viewer }) => describeLimits(limits.state(viewer, 'core'), limits.state(viewer, 'graphql')),
  })

  const server = createServer((message, response) => {
    handle(message, response).catch((error: unknown) => {
      if (response.headersSent) response.destroy()
      else write(response, toErrorAnswer(error))
    })
  })
  // An https address cannot be served by this proxy; say so instead of hanging.
  server.on('connect', (_message, socket) => socket.end('HTTP/1.1 502 Bad Gateway\r\n\r\n'))
  return server

  async function handle(message: IncomingMessage, response: ServerResponse): Promise<void> {
    const address = parseAddress(message, enterpriseUrls(originOf(server)))
    const text = address.area === 'git' ? '' : await readText(message)
    const call = describeCall(message, address, text)
    log.add(call.logged)
    const fault = parts.faults.take({ ...call.logged, body: call.body, reading: call.reading })
    const trouble = fault?.trouble ?? null
    call.logged.fault = trouble?.kind ?? null
    if (trouble?.kind === 'delay') await fault?.released
    if (trouble?.kind === 'reset') {
      message.socket.destroy()
      return
    }
    const view = { ...staleWorld(world, trouble), urls: address.urls }
    const viewer = call.identity.kind === 'viewer' ? call.identity.viewer : null
    const instead = insteadOf(trouble, { world, area: address.area, viewer })
    if (instead === null && address.area === 'git') {
      const dropAnswer = trouble?.kind === 'reset_after'
      const git = { world: { ...world, urls: address.urls }, address, message, response, dropAnswer }
      call.logged.status = await answerGit({ ...git, directory: parts.directory })
      return
    }
    const answer = instead ?? spoil(await answerAny(view, message, address, text), trouble)
    if (trouble?.kind === 'reset_after') {
      message.socket.destroy()
      return
    }
    call.logged.status = answer.status
    call.logged.notModified = answer.status === 304
    write(response, message.method === 'HEAD' ? { ...answer, body: null } : answer)
  }

  function describeCall(message: IncomingMessage, address: Address, text: string) {
    const method = message.method ?? 'GET'
    const operation = address.area === 'graphql' ? nameOperation(text) : null
    const identity = identify(world, message.headers)
    const name = operation?.name ?? (address.area === 'rest' ? router.nameOf(method, address.path) : null)
    const login = identity.kind === 'viewer' ? identity.viewer.login : null
    const about = { at: world.now(), method, path: address.path, area: address.area, name, login }
    const logged: LoggedRequest = { ...about, status: null, notModified: false, fault: null }
    return { logged, identity, body: parseLoosely(text), reading: operation?.reading ?? method === 'GET' }
  }

  function answerAny(view: World, message: IncomingMessage, address: Address, text: string): Answer | Promise<Answer> {
    if (address.area === 'log') return jobLogs.answer(view, address)
    if (address.area !== 'rest' && address.area !== 'graphql') return errorAnswer(404, 'Not Found')
    const { headers, method = 'GET' } = message
    const identity = identify(view, headers)
    return answerApi({ router, limits }, { world: view, method, address, headers, text, identity })
  }
}

export function originOf(server: Server): string {
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`
}

async function readText(message: IncomingMessage): Promise<string> {
  const chunks: Buffer[] = []
  for await (const chunk of message) chunks.push(chunk as Buffer)
  return Buffer.concat(chunks).toString('utf8')
}

function parseLoosely(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function write(response: ServerResponse, answer: Answer): void {
  response.writeHead(answer.status, answer.headers)
  response.end(answer.body ?? undefined)
}
