/** The operations as a server of the Model Context Protocol, for any transport. Made anew for each connection; it holds nothing. */
import { Server } from '@modelcontextprotocol/sdk/server/index.js'
import type { RequestHandlerExtra } from '@modelcontextprotocol/sdk/shared/protocol.js'
import {
  type CallToolRequest,
  CallToolRequestSchema,
  type CallToolResult,
  ErrorCode,
  ListResourcesRequestSchema,
  ListResourceTemplatesRequestSchema,
  ListToolsRequestSchema,
  McpError,
  ReadResourceRequestSchema,
  type ServerNotification,
  type ServerRequest,
} from '@modelcontextprotocol/sdk/types.js'
import { toFailure } from '../../domain/failure.ts'
import type { OperationContext } from '../../operations/catalog/context.ts'
import { toProblem } from '../rest/problem.ts'
import { createProgress } from './progress.ts'
import { RESOURCE_TEMPLATES, RESOURCES, readResource } from './resources.ts'
import { toFailedResult, toResult } from './result.ts'
import { TOOLS } from './tools.ts'

export type McpParts = {
  readonly context: OperationContext
  /** Thrown when it may not be called here; null = it may. */
  readonly refusal: (tool: string) => Error | null
  /** After each call of a tool. */
  readonly onCall: (call: Called) => void
  /** Defects, for the log of the server. */
  readonly report: (message: string) => void
}

/** `status`: as REST would have answered. */
export type Called = { readonly operation: string; readonly task: string | null; readonly status: number }

type Extra = RequestHandlerExtra<ServerRequest, ServerNotification>

const RESOURCE_NOT_FOUND = -32_002

const INSTRUCTIONS = `Claude Task Master takes a goal in words and works until it is merged and verified.
start_task (or initialize_task) begins; watch_task waits for what happens, with progress notifications; get_status and
get_task say where it is. Tools about a task mean the current one when no id is given.`

export function createMcpServer(parts: McpParts): Server {
  const { context } = parts
  const server = new Server(
    { name: 'claude-task-master', title: 'Claude Task Master', version: context.version },
    { capabilities: { tools: {}, resources: {} }, instructions: INSTRUCTIONS },
  )
  const tools = [...TOOLS.values()].map((tool) => tool.listed)
  server.setRequestHandler(ListToolsRequestSchema, async () => ({ tools }))
  server.setRequestHandler(CallToolRequestSchema, (request, extra) => callTool(parts, request, extra))
  server.setRequestHandler(ListResourcesRequestSchema, async () => ({ resources: [...RESOURCES] }))
  server.setRequestHandler(ListResourceTemplatesRequestSchema, async () => ({
    resourceTemplates: [...RESOURCE_TEMPLATES],
  }))
  server.setRequestHandler(ReadResourceRequestSchema, ({ params }) => read(parts, params.uri))
  return server
}

async function callTool(parts: McpParts, { params }: CallToolRequest, extra: Extra): Promise<CallToolResult> {
  const tool = TOOLS.get(params.name)
  if (tool === undefined) throw new McpError(ErrorCode.InvalidParams, `there is no tool ${params.name.slice(0, 100)}`)
  const given = params.arguments ?? {}
  const tell = (status: number) => parts.onCall({ operation: params.name, task: taskOf(given), status })
  try {
    const refusal = parts.refusal(params.name)
    if (refusal !== null) throw refusal
    const progress = createProgress(extra)
    const called = { operations: parts.context, signal: extra.signal, ...progress }
    const structured = await tool.call(called, tool.input.parse(given))
    tell(200)
    return toResult(structured)
  } catch (error) {
    const { problem, result } = toFailedResult(error)
    if (problem.code === 'internal_error') parts.report(`${params.name}: ${stackOf(error)}`)
    tell(problem.status)
    return result
  }
}

async function read(parts: McpParts, uri: string) {
  try {
    return await readResource(parts.context, uri)
  } catch (error) {
    const { code, message } = toProblem(error)
    if (code === 'internal_error') parts.report(`${uri}: ${stackOf(error)}`)
    throw new McpError(code === 'not_found' ? RESOURCE_NOT_FOUND : ErrorCode.InternalError, message, { uri })
  }
}

function taskOf({ id }: Record<string, unknown>): string | null {
  return typeof id === 'string' ? id.slice(0, 100) : null
}

function stackOf(error: unknown): string {
  const failure = toFailure(error)
  return failure.stack ?? failure.message
}
