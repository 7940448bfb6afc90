/** Answers of tools, as clients read them. */
import type { CallToolResult } from '@modelcontextprotocol/sdk/types.js'
import { type Problem, toProblem } from '../rest/problem.ts'

export function toResult(structured: Record<string, unknown>): CallToolResult {
  return { content: [{ type: 'text', text: JSON.stringify(structured, null, 2) }], structuredContent: structured }
}

/** As in the original, a failure is an answer. Not structured: clients hold that against the schema of good answers. */
export function toFailedResult(error: unknown): { readonly result: CallToolResult; readonly problem: Problem } {
  const problem = toProblem(error)
  const { code, message, suggestion, errors } = problem
  const body = {
    success: false,
    error: code,
    message,
    ...(suggestion != null && { suggestion }),
    ...(errors !== undefined && { errors }),
  }
  return { problem, result: { content: [{ type: 'text', text: JSON.stringify(body, null, 2) }], isError: true } }
}
