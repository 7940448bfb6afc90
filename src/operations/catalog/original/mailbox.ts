/** What was said to the current task and not taken up yet. */
import { z } from 'zod'
import { Failure } from '../../../domain/failure.ts'
import { MAX_MESSAGE_CHARS, previewOf, type WaitingLetter } from '../../mailbox.ts'
import { findTask, ofCurrent, whichTask } from '../current.ts'
import { defineOperation } from '../operation.ts'
import { messageFields, sendMessage } from '../steering.ts'
import { instant } from '../wire/task.ts'
import { toIso } from '../wire/time.ts'

const send = ofCurrent(sendMessage)

/** As in the original, blanks are no message, but no malformed one either. */
export const sendToCurrent = defineOperation({
  ...send,
  input: whichTask.extend({
    ...messageFields,
    content: z.string().min(1).max(MAX_MESSAGE_CHARS).meta({ pattern: '\\S' }),
  }),
  async perform(context, input) {
    if (input.content.trim() === '') throw new Failure('usage', 'the message is blank')
    return send.perform(context, input)
  },
})

const preview = z.object({
  id: z.string(),
  sender: z.string(),
  content_preview: z.string(),
  priority: z.int(),
  timestamp: instant,
})

export const checkMailbox = defineOperation({
  name: 'check_mailbox',
  summary: 'The messages that the current task has not taken up yet',
  changes: false,
  input: whichTask,
  output: z
    .object({
      success: z.literal(true),
      count: z.int(),
      messages: z.array(preview),
      previews: z.array(preview).describe('The same, as MCP of the original calls it'),
      last_checked: instant.nullable().describe('When the task last came to a step at which it looks'),
      total_messages_received: z.int().describe('With those that are being worked into the plan'),
    })
    .meta({ id: 'Mailbox' }),
  async perform(context, input) {
    const id = await findTask(context, input)
    const [letters, { state }] = await Promise.all([context.runs.letters(id), context.runs.open(id)])
    const messages = letters.map(toPreview)
    return {
      success: true,
      count: messages.length,
      messages,
      previews: messages,
      last_checked: state === null ? null : toIso(state.updatedAt),
      total_messages_received: messages.length + (state?.messages.length ?? 0),
    }
  },
})

function toPreview(letter: WaitingLetter): z.input<typeof preview> {
  const { id, sender, priority, at } = letter
  return { id, sender, content_preview: previewOf(letter), priority, timestamp: toIso(at) }
}

export const clearMailbox = defineOperation({
  name: 'clear_mailbox',
  summary: 'Take back the messages that the current task has not taken up yet',
  changes: true,
  input: whichTask,
  output: z
    .object({ success: z.literal(true), messages_cleared: z.int(), message: z.string() })
    .meta({ id: 'MailboxCleared' }),
  async perform(context, input) {
    const count = await context.runs.clearLetters(await findTask(context, input))
    return { success: true, messages_cleared: count, message: `Cleared ${count} message(s) from mailbox` }
  },
})
