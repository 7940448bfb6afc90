/** Turns a step into a message of the model, with ids and a usage that a real one might have. */
import { randomUUID } from 'node:crypto'
import type { Step, ToolCall, Usage } from './script.ts'

export type AnswerBlock =
  | { readonly type: 'thinking'; readonly thinking: string; readonly signature: string }
  | { readonly type: 'text'; readonly text: string }
  | { readonly type: 'tool_use'; readonly id: string; readonly name: string; readonly input: unknown }

export type Answer = {
  readonly id: string
  readonly type: 'message'
  readonly role: 'assistant'
  readonly model: string
  readonly content: readonly AnswerBlock[]
  readonly stop_reason: string
  readonly stop_sequence: null
  readonly usage: Usage
}

/** `requestChars`: size of the request, from which the usage is estimated (four characters are about a token). */
export function toAnswer(
  step: Step,
  request: { readonly model: string; readonly requestChars: number; readonly step: number },
): Answer {
  const content = toContent(step)
  const usesTools = content.some((part) => part.type === 'tool_use')
  return {
    id: `msg_${randomUUID().replaceAll('-', '')}`,
    type: 'message',
    role: 'assistant',
    model: request.model,
    content,
    stop_reason: step.stopReason ?? (usesTools ? 'tool_use' : 'end_turn'),
    stop_sequence: null,
    usage: { ...estimateUsage(content, request), ...step.usage },
  }
}

function toContent(step: Step): AnswerBlock[] {
  return [
    ...(step.think === undefined ? [] : [{ type: 'thinking' as const, thinking: step.think, signature: 'scripted' }]),
    ...(step.say === undefined ? [] : [{ type: 'text' as const, text: step.say }]),
    ...toToolCalls(step).map((call) => ({ type: 'tool_use' as const, id: toToolId(), ...call })),
  ]
}

function toToolCalls(step: Step): ToolCall[] {
  const { read, write, edit, bash, tool, answer } = step
  return [
    ...(read === undefined ? [] : [{ name: 'Read', input: { file_path: read } }]),
    ...(write === undefined ? [] : [{ name: 'Write', input: { file_path: write.path, content: write.text } }]),
    ...(edit === undefined
      ? []
      : [{ name: 'Edit', input: { file_path: edit.path, old_string: edit.from, new_string: edit.to } }]),
    ...(bash === undefined ? [] : [{ name: 'Bash', input: { command: bash, description: 'Run a command' } }]),
    ...(tool === undefined ? [] : [tool].flat()),
    ...(answer === undefined ? [] : [{ name: 'StructuredOutput', input: answer }]),
  ]
}

function toToolId(): string {
  return `toolu_${randomUUID().replaceAll('-', '')}`
}

const CHARS_PER_TOKEN = 4

/** All but the newest part of a conversation is read from the cache, as with the real service. */
function estimateUsage(
  content: readonly AnswerBlock[],
  request: { readonly requestChars: number; readonly step: number },
): Usage {
  const contextTokens = Math.ceil(request.requestChars / CHARS_PER_TOKEN)
  const newTokens = request.step === 0 ? Math.ceil(contextTokens / 2) : Math.min(contextTokens, 600)
  return {
    input_tokens: 8,
    cache_creation_input_tokens: newTokens,
    cache_read_input_tokens: contextTokens - newTokens,
    output_tokens: Math.ceil(JSON.stringify(content).length / CHARS_PER_TOKEN),
  }
}
