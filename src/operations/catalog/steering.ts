/** Reaching into a run: pause, resume, stop, a message, an answer, other options. */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import { MAX_PRIORITY, MAX_SENDER_CHARS } from '../mailbox.ts'
import { PLAIN_RESUME } from '../run-request.ts'
import { defineOperation } from './operation.ts'
import { originalNames, refuseUnbuilt, toOriginalOptions } from './original/options.ts'
import type { Steered } from './run-desk.ts'
import { changes, message, reason, toOptionChanges, words } from './wire/options.ts'
import { task, taskId, taskStatus, toTask } from './wire/task.ts'

/** As the original's, with the task. */
const controlled = z
  .object({
    success: z.literal(true),
    message: z.string(),
    operation: z.string(),
    previous_status: taskStatus,
    new_status: taskStatus,
    details: z.record(z.string(), z.unknown()).nullable(),
    task,
  })
  .meta({ id: 'ControlResponse' })

function answer(
  operation: string,
  { card, before }: Steered,
  words: string,
  details: Record<string, unknown> | null = null,
): z.input<typeof controlled> {
  return {
    success: true,
    message: words,
    operation,
    previous_status: before,
    new_status: card.status,
    details,
    task: toTask(card),
  }
}

export const pauseTask = defineOperation({
  name: 'pause_task',
  summary: 'End the session that runs now and keep everything; a queued task is held back',
  changes: true,
  input: z.strictObject({ id: taskId, reason }),
  output: controlled,
  async perform({ runs }, { id, reason: why }) {
    const steered = await runs.pause(id, why ?? null)
    const words = steered.card.isAtWork ? 'It is asked to pause' : 'It does not work'
    return answer('pause', steered, words, { reason: why ?? null })
  },
})

export const stopTask = defineOperation({
  name: 'stop_task',
  summary: 'As pause, for good: only resume goes on',
  changes: true,
  input: z.strictObject({
    id: taskId,
    reason,
    cleanup: z.boolean().default(false).describe('Put the task away once it has stopped'),
  }),
  output: controlled,
  async perform({ runs }, { id, reason: why, cleanup }) {
    const steered = await runs.stop(id, { reason: why ?? null, cleanup })
    return answer('stop', steered, steered.card.isAtWork ? 'It is asked to stop' : 'It does not work', {
      cleanup,
      reason: why ?? null,
    })
  },
})

export const resumeTask = defineOperation({
  name: 'resume_task',
  summary: 'Go on with a task; by force every attempt that was used up is given back',
  changes: true,
  input: z.strictObject({
    id: taskId,
    message: message.nullish().describe('What to change about the plan'),
    reason,
    force: z.boolean().default(false),
    auto_merge: z.boolean().optional(),
    admin: z.boolean().optional(),
    max_cost_usd: z.number().positive().max(1_000_000).optional().describe('From here on'),
    max_sessions: z.int().min(1).max(1_000).optional().describe('From here on'),
  }),
  output: controlled,
  async perform({ runs }, { id, ...given }) {
    const steered = await runs.resume(id, {
      ...PLAIN_RESUME,
      message: given.message ?? null,
      force: given.force,
      autoMerge: given.auto_merge ?? null,
      admin: given.admin ?? null,
      maxCostUsd: given.max_cost_usd ?? null,
      maxSessions: given.max_sessions ?? null,
    })
    return answer('resume', steered, 'It goes on as soon as there is room', { reason: given.reason ?? null })
  },
})

export const messageFields = {
  content: message,
  sender: words(MAX_SENDER_CHARS).default('anonymous'),
  priority: z.int().min(0).max(MAX_PRIORITY).default(1).describe('The highest is read first'),
  metadata: z.record(z.string(), z.unknown()).nullish().describe('Is told to the task with the message'),
} as const

export const sendMessage = defineOperation({
  name: 'send_message',
  summary: 'Tell a task something; at its next step the plan is changed accordingly',
  changes: true,
  input: z.strictObject({ id: taskId, ...messageFields }),
  output: z
    .object({ success: z.literal(true), message: z.string(), message_id: z.string(), task })
    .meta({ id: 'MessageSent' }),
  async perform({ runs }, { id, content, sender, priority, metadata }) {
    const text = [content, ...facts(metadata)].join('\n\n')
    const { card, messageId } = await runs.tell(id, { text, sender, priority })
    const words = card.isAtWork ? 'It reads this at its next step' : 'It reads this when it goes on'
    return { success: true, message: words, message_id: messageId, task: toTask(card) }
  },
})

function facts(metadata: Record<string, unknown> | null | undefined): readonly string[] {
  return metadata == null || Object.keys(metadata).length === 0 ? [] : [JSON.stringify(metadata)]
}

const ANSWERABLE: ReadonlySet<string> = new Set(['blocked', 'paused', 'stopped', 'failed', 'held'])

export const answerTask = defineOperation({
  name: 'answer_task',
  summary: 'Answer what a task is blocked on, and let it go on',
  changes: true,
  input: z.strictObject({
    id: taskId,
    answer: message.describe('In words: the plan is changed accordingly'),
    force: z.boolean().default(true).describe('Give back every attempt that was used up'),
  }),
  output: controlled,
  async perform({ runs }, { id, answer: words, force }) {
    const { card } = await runs.open(id)
    if (!ANSWERABLE.has(card.status)) {
      throw new Failure('not_waiting', `task ${id} does not wait for an answer: it is ${card.status}`)
    }
    const steered = await runs.resume(id, { ...PLAIN_RESUME, message: words, force })
    return answer('answer', steered, 'It goes on with this as soon as there is room')
  },
})

export const updateConfig = defineOperation({
  name: 'update_config',
  summary: 'Change options of a task while it lives',
  changes: true,
  input: z.strictObject({ id: taskId, ...changes.shape, ...originalNames }),
  output: controlled,
  async perform({ runs }, { id, ...given }) {
    const { enable_verification: verify, ...named } = given
    if (Object.values(given).every((value) => value === undefined)) {
      throw new Failure('usage', 'no option is given to change')
    }
    refuseUnbuilt(given)
    const wanted = toOptionChanges({ ...named, ...(verify != null && { verify }) })
    const steered = await runs.configure(id, wanted)
    const { state } = await runs.open(id)
    // A run at work takes them over at its next step: they are shown as if it had.
    const current = state === null ? null : toOriginalOptions({ ...state.options, ...wanted })
    return answer('update_config', steered, 'The options are changed', { updated: given, current })
  },
})
