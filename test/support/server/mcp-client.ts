/** The official client of the Model Context Protocol, and what it was told of progress. */
import { Client } from '@modelcontextprotocol/sdk/client/index.js'
import { StreamableHTTPClientTransport } from '@modelcontextprotocol/sdk/client/streamableHttp.js'
import type { Transport } from '@modelcontextprotocol/sdk/shared/transport.js'
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import type { Loose } from './api.ts'

export type ToolAnswer = { readonly isError: boolean; readonly body: Loose; readonly structured: Loose }

export type McpClient = {
  readonly client: Client
  /** Lists first, as real clients do: answers are held against the schemas of the list. */
  call(
    tool: string,
    args?: Record<string, unknown>,
    onProgress?: (message: string, progress: number) => void,
  ): Promise<ToolAnswer>
  close(): Promise<void>
}

export async function connectMcp(transport: Transport): Promise<McpClient> {
  const client = new Client({ name: 'a test', version: '1.0.0' })
  await client.connect(transport)
  await client.listTools()
  return {
    client,
    async call(name, args = {}, onProgress) {
      const result = (await client.callTool({ name, arguments: args }, undefined, {
        timeout: 60_000,
        resetTimeoutOnProgress: true,
        ...(onProgress !== undefined && {
          onprogress: ({ message, progress }) => onProgress(message ?? '', progress),
        }),
      })) as CallToolResult
      const [first] = result.content
      const body = first?.type === 'text' ? JSON.parse(first.text) : null
      return { isError: result.isError === true, body, structured: result.structuredContent }
    },
    close: () => client.close(),
  }
}

export function overHttp(url: string, password: string | null): Transport {
  const headers: Record<string, string> = password === null ? {} : { Authorization: `Bearer ${password}` }
  // Its optional fields are typed less strictly than ours.
  return new StreamableHTTPClientTransport(new URL('/mcp', url), { requestInit: { headers } }) as Transport
}
