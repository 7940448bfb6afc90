/** An answer as the server-sent events of the Messages API. */
import type { Answer, AnswerBlock } from './answer.ts'

/** Complete events in order; joined they are the body of the response. */
export function toEvents(answer: Answer): string[] {
  const { content, usage, stop_reason, stop_sequence, ...envelope } = answer
  const start = {
    ...envelope,
    content: [],
    stop_reason: null,
    stop_sequence: null,
    usage: { ...usage, output_tokens: 1 },
  }
  return [
    toEvent('message_start', { message: start }),
    ...content.flatMap(toBlockEvents),
    toEvent('message_delta', { delta: { stop_reason, stop_sequence }, usage }),
    toEvent('message_stop', {}),
  ]
}

function toBlockEvents(block: AnswerBlock, index: number): string[] {
  const { empty, deltas } = toDeltas(block)
  return [
    toEvent('content_block_start', { index, content_block: empty }),
    ...deltas.map((delta) => toEvent('content_block_delta', { index, delta })),
    toEvent('content_block_stop', { index }),
  ]
}

function toDeltas(block: AnswerBlock): { empty: object; deltas: object[] } {
  switch (block.type) {
    case 'text':
      return { empty: { type: 'text', text: '' }, deltas: [{ type: 'text_delta', text: block.text }] }
    case 'thinking':
      return {
        empty: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          { type: 'thinking_delta', thinking: block.thinking },
          { type: 'signature_delta', signature: block.signature },
        ],
      }
    case 'tool_use':
      return {
        empty: { ...block, input: {} },
        deltas: [{ type: 'input_json_delta', partial_json: JSON.stringify(block.input) }],
      }
  }
}

function toEvent(type: string, data: object): string {
  return `event: ${type}\ndata: ${JSON.stringify({ type, ...data })}\n\n`
}
