/**
 * MCP over HTTP at `/mcp`, behind every guard of the server. No sessions: each request stands for itself, so that a server
 * which was started again has forgotten nobody, and nothing is kept for clients that do not come back.
 */
import { WebStandardStreamableHTTPServerTransport } from '@modelcontextprotocol/sdk/server/webStandardStreamableHttp.js'
import { CATALOG } from '../../operations/catalog/catalog.ts'
import type { OperationContext } from '../../operations/catalog/context.ts'
import type { Audit } from '../guard/audit.ts'
import { NEEDS_PASSWORD, refuseOthers } from '../rest/app.ts'
import type { Mount } from '../rest/create-app.ts'
import { Refusal } from '../rest/problem.ts'
import { ROUTES } from '../rest/routes.ts'
import { type Called, createMcpServer } from './mcp-server.ts'

const MCP_PATH = '/mcp'

export type McpHttpParts = {
  readonly context: OperationContext
  readonly hasPassword: boolean
  readonly audit: Audit
  /** Aborted when the server ends: calls that wait end with it. */
  readonly closing: AbortSignal
  readonly report: (message: string) => void
}

export function mountMcp({ context, hasPassword, audit, closing, report }: McpHttpParts): Mount {
  return (app) => {
    app.post(MCP_PATH, async (c) => {
      const transport = new WebStandardStreamableHTTPServerTransport()
      const request = { request: c.get('requestId'), address: c.get('address'), method: 'POST', path: MCP_PATH }
      const server = createMcpServer({
        context,
        report,
        refusal: (tool) => (!hasPassword && NEEDING_PASSWORD.has(tool) ? new Refusal(NEEDS_PASSWORD) : null),
        onCall(call) {
          if (!isAudited(call)) return
          audit
            .write({ at: new Date(context.now()).toISOString(), ...request, ...call })
            .catch((error: unknown) => report(`audit: ${String(error)}`))
        },
      })
      const end = () => {
        closing.removeEventListener('abort', end)
        void server.close()
      }
      await server.connect(transport)
      closing.addEventListener('abort', end)
      c.req.raw.signal.addEventListener('abort', end)
      return ending(await transport.handleRequest(c.req.raw), end)
    })
    // Without sessions there is nothing to listen to, and nothing to end.
    refuseOthers(app, MCP_PATH, ['POST'])
  }
}

const NEEDING_PASSWORD: ReadonlySet<string> = new Set(
  ROUTES.filter((route) => route.needsPassword === true).map((route) => route.operation.name),
)

const CHANGES: ReadonlySet<string> = new Set(
  Object.values(CATALOG)
    .filter((operation) => operation.changes)
    .map((operation) => operation.name),
)

function isAudited({ operation, status }: Called): boolean {
  return CHANGES.has(operation) || status === 403
}

/** The same answer; `end` is called when all of it was sent. */
function ending(response: Response, end: () => void): Response {
  if (response.body === null) {
    end()
    return response
  }
  const body = response.body.pipeThrough(new TransformStream({ flush: end }))
  return new Response(body, response)
}
