/** What the messages of a session have said so far: all that its outcome is judged by. */
import type {
  SDKAssistantMessageError,
  SDKMessage,
  SDKRateLimitInfo,
  SDKResultMessage,
} from '@anthropic-ai/claude-agent-sdk'

export type SessionView = {
  /** The last one: there may be several, and none is lost by an error that follows it. */
  readonly result: SDKResultMessage | null
  /** The latest refusal of the account. */
  readonly rejection: SDKRateLimitInfo | null
  /** Of the latest answer, which then is a note of the process, not of the model. */
  readonly error: { readonly kind: SDKAssistantMessageError; readonly text: string } | null
  /** The structured answer that was accepted, as long as nothing followed it. */
  readonly accepted: { readonly output: unknown } | null
  /** Ids of the model's answers. */
  readonly answers: ReadonlySet<string>
  readonly contextTokens: number
  /** A structured answer that waits to be accepted, by its tool use. */
  readonly offered: ReadonlyMap<string, unknown>
}

export const NOTHING_SEEN: SessionView = {
  result: null,
  rejection: null,
  error: null,
  accepted: null,
  answers: new Set(),
  contextTokens: 0,
  offered: new Map(),
}

/** The SDK's types are its promise: a message of another shape adds nothing, and ends neither session nor run. */
export function addMessage(view: SessionView, message: SDKMessage): SessionView {
  try {
    return withMessage(view, message)
  } catch {
    return view
  }
}

/** Only the session itself counts: what its subagents say ends nothing. */
function withMessage(view: SessionView, message: SDKMessage): SessionView {
  switch (message.type) {
    case 'result':
      return { ...view, result: message }
    case 'rate_limit_event':
      return message.rate_limit_info.status === 'rejected' ? { ...view, rejection: message.rate_limit_info } : view
    case 'assistant':
      return message.parent_tool_use_id === null ? addAnswer(view, message) : view
    case 'user':
      return message.parent_tool_use_id === null ? addToolResults(view, message.message.content) : view
    default:
      return view
  }
}

type AssistantMessage = Extract<SDKMessage, { type: 'assistant' }>

function addAnswer(view: SessionView, { message, error }: AssistantMessage): SessionView {
  if (error !== undefined) {
    const text = message.content.map((block) => (block.type === 'text' ? block.text : '')).join(' ')
    return { ...view, error: { kind: error, text } }
  }
  if (message.model === '<synthetic>') return view
  const offers = message.content.flatMap((block) =>
    block.type === 'tool_use' && block.name === 'StructuredOutput' ? [[block.id, block.input] as const] : [],
  )
  const { input_tokens, cache_read_input_tokens, cache_creation_input_tokens, output_tokens } = message.usage
  return {
    ...view,
    error: null,
    accepted: null,
    answers: new Set([...view.answers, message.id]),
    offered: new Map([...view.offered, ...offers]),
    contextTokens: input_tokens + (cache_read_input_tokens ?? 0) + (cache_creation_input_tokens ?? 0) + output_tokens,
  }
}

function addToolResults(view: SessionView, content: string | readonly { readonly type: string }[]): SessionView {
  if (typeof content === 'string') return view
  const accepted = content.find(
    (block) => isToolResult(block) && block.is_error !== true && view.offered.has(block.tool_use_id),
  )
  if (accepted === undefined || !isToolResult(accepted)) return view
  return { ...view, accepted: { output: view.offered.get(accepted.tool_use_id) } }
}

function isToolResult(block: {
  readonly type: string
}): block is { type: 'tool_result'; tool_use_id: string; is_error?: boolean } {
  return block.type === 'tool_result'
}
