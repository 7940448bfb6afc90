/**
 * Reads a Messages request: which conversation it belongs to and how far that has come. All of it is in the request
 * itself, so retries, continued conversations and restarts of the model land on the right step.
 */
import { z } from 'zod'
import type { Conversation, ConversationKind, History, ToolResult } from './script.ts'

const block = z.looseObject({ type: z.string() })
const content = z.union([z.string(), z.array(block)])
const body = z.looseObject({
  model: z.string(),
  stream: z.boolean().optional(),
  system: content.optional(),
  messages: z.array(z.looseObject({ role: z.string(), content })),
  tools: z.array(z.looseObject({ name: z.string().optional(), input_schema: z.looseObject({}).optional() })).optional(),
})

export type ModelBody = z.output<typeof body>
export type ModelRequest = {
  readonly body: ModelBody
  readonly conversation: Conversation
  readonly history: History
}

type Block = z.output<typeof block>
type Message = { readonly role: string; readonly blocks: readonly Block[] }

export function parseModelRequest(text: string, conversationId: string): ModelRequest {
  const parsed = body.parse(JSON.parse(text))
  const messages = parsed.messages.map(({ role, content }) => ({ role, blocks: toBlocks(content) }))
  const prompts = messages.flatMap((message, index) => {
    const prompt = toPrompt(message)
    return prompt === null ? [] : [{ index, prompt }]
  })
  const present = prompts.at(-1)
  return {
    body: parsed,
    conversation: {
      kind: toKind(parsed),
      prompt: present?.prompt ?? '',
      prompts: prompts.map(({ prompt }) => prompt),
      model: parsed.model,
      id: conversationId,
      system: toBlocks(parsed.system ?? '')
        .map(textOf)
        .join('\n'),
    },
    history: toHistory(messages.slice((present?.index ?? -1) + 1)),
  }
}

/** Anything that prompts of the command line itself begin with: reminders, nudges, notes about interruptions. */
const NOT_A_PROMPT =
  /^\s*(<system-reminder>|<local-command|<command-|<task-notification>|\[Request interrupted|Output token limit hit|Stop hook feedback|You MUST call the StructuredOutput|\[structured-output-enforce\]|$)/

/** A prompt may share its message with the result of the tool before it, when a conversation is continued. */
function toPrompt(message: Message): string | null {
  if (message.role !== 'user') return null
  const texts = message.blocks.filter((part) => part.type === 'text').map(textOf)
  const prompt = texts.filter((text) => !NOT_A_PROMPT.test(text))
  return prompt.length === 0 ? null : prompt.join('\n')
}

function toHistory(messages: readonly Message[]): History {
  return {
    step: countAnswers(messages),
    toolResults: messages.flatMap(({ blocks }) => blocks.filter((part) => part.type === 'tool_result').map(toResult)),
  }
}

/** An answer with several blocks may come back as several messages in a row. */
function countAnswers(messages: readonly Message[]): number {
  const roles = messages.map(({ role }) => role).filter((role) => role !== 'system')
  return roles.filter((role, index) => role === 'assistant' && roles[index - 1] !== 'assistant').length
}

function toResult(part: Block): ToolResult {
  const { content: inner } = part
  const text = Array.isArray(inner) ? inner.map(textOf).join('\n') : String(inner ?? '')
  return { text, isError: part.is_error === true }
}

const KIND_OF_FIELD: Readonly<Record<string, ConversationKind>> = {
  groups: 'plan',
  outcome: 'work',
  threads: 'fix-review',
  verdicts: 'verify',
}

function toKind(request: ModelBody): ConversationKind {
  const schema = request.tools?.find((tool) => tool.name === 'StructuredOutput')?.input_schema
  const properties = schema?.properties
  const fields = typeof properties === 'object' && properties !== null ? Object.keys(properties) : []
  return fields.map((field) => KIND_OF_FIELD[field]).find((kind) => kind !== undefined) ?? 'other'
}

function toBlocks(value: z.output<typeof content>): readonly Block[] {
  return typeof value === 'string' ? [{ type: 'text', text: value }] : value
}

function textOf(part: unknown): string {
  if (typeof part !== 'object' || part === null || !('text' in part)) return ''
  return typeof part.text === 'string' ? part.text : ''
}
