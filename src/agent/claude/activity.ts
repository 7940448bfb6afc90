/** What the agent does now, one line each: for people who watch. */

import { isAbsolute, relative } from 'node:path'
import type { SDKMessage } from '@anthropic-ai/claude-agent-sdk'
import { toPlainText } from '../../lib/plain-text.ts'
import type { AgentActivity } from '../agent.ts'

const MAX_CHARS = 250

/** `cwd`: paths below it are shown relative to it. The SDK's types are its promise: another shape shows nothing. */
export function toActivities(message: SDKMessage, cwd: string): AgentActivity[] {
  try {
    return readActivities(message, cwd)
  } catch {
    return []
  }
}

function readActivities(message: SDKMessage, cwd: string): AgentActivity[] {
  if (message.type === 'assistant') return fromAnswer(message, cwd)
  if (message.type !== 'system') return []
  const { subtype } = message as { subtype: string }
  if (message.subtype === 'api_retry') {
    return [{ kind: 'retrying', attempt: message.attempt, delayMs: message.retry_delay_ms, error: message.error }]
  }
  if (message.subtype === 'permission_denied') {
    return [{ kind: 'denied', tool: message.tool_name, text: toLine(message.message) }]
  }
  // Not in the SDK's types.
  if (subtype === 'model_fallback') return fromFallback(message)
  return []
}

function fromAnswer(message: Extract<SDKMessage, { type: 'assistant' }>, cwd: string): AgentActivity[] {
  if (message.error !== undefined || message.message.model === '<synthetic>') return []
  const subagent = message.parent_tool_use_id === null ? null : (message.subagent_type ?? 'subagent')
  return message.message.content.flatMap((block): AgentActivity[] => {
    if (block.type === 'text' && block.text.trim() !== '') return [{ kind: 'text', text: toLine(block.text), subagent }]
    if (block.type !== 'tool_use' || block.name === 'StructuredOutput') return []
    return [{ kind: 'tool', tool: toLine(block.name), text: toLine(toTellingArgument(block.input, cwd)), subagent }]
  })
}

function fromFallback(message: object): AgentActivity[] {
  const { original_model, fallback_model } = message as { original_model?: unknown; fallback_model?: unknown }
  return [{ kind: 'model_fallback', from: toLine(String(original_model)), to: toLine(String(fallback_model)) }]
}

const TELLING = ['command', 'file_path', 'notebook_path', 'pattern', 'url', 'query', 'skill', 'path', 'description']

function toTellingArgument(input: unknown, cwd: string): string {
  if (typeof input !== 'object' || input === null) return ''
  const values: Record<string, unknown> = { ...input }
  const telling = TELLING.map((name) => values[name]).find((value) => typeof value === 'string')
  const text = telling ?? Object.values(values).find((value) => typeof value === 'string') ?? ''
  return typeof text === 'string' ? toShortPath(text, cwd) : ''
}

function toShortPath(text: string, cwd: string): string {
  if (!isAbsolute(text) || !text.startsWith(`${cwd}/`)) return text
  return relative(cwd, text)
}

function toLine(text: string): string {
  return toPlainText(text, { singleLine: true, maxLength: MAX_CHARS })
}
