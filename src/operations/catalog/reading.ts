/** What is written down about a run: its plan, documents, log, sessions, cost and evidence, and the stream of events. */
import { z } from 'zod'
import type { RunEvent } from '../../domain/events.ts'
import { Failure } from '../../domain/failure.ts'
import { wholeNumber } from '../../lib/query-values.ts'
import { readLog } from '../logs.ts'
import { defineOperation, defineStream } from './operation.ts'
import type { OpenedCard } from './run-desk.ts'
import { oneTask } from './tasks.ts'
import { plan, toPlan } from './wire/plan.ts'
import { cost, evidence, sessions, toCost, toEvidence, toSessions } from './wire/records.ts'
import { taskId } from './wire/task.ts'

export const getPlan = defineOperation({
  name: 'get_plan',
  summary: 'The plan of a task, with what is done',
  changes: false,
  input: oneTask,
  output: plan,
  async perform({ runs }, { id }) {
    const opened = await runs.open(id)
    const markdown = (await opened.view?.readDocument('plan.md')) ?? null
    if (markdown === null && opened.state?.plan == null) throw missing(opened, 'no plan yet')
    return toPlan(opened.state, markdown)
  },
})

export const getProgress = defineOperation({
  name: 'get_progress',
  summary: 'What was done so far, as Markdown',
  changes: false,
  input: oneTask,
  output: z.object({ success: z.literal(true), progress: z.string().nullable() }).meta({ id: 'Progress' }),
  perform: async ({ runs }, { id }) => ({
    success: true,
    progress: await readDocument(await runs.open(id), 'progress.md'),
  }),
})

export const getContext = defineOperation({
  name: 'get_context',
  summary: 'What the sessions of a task learned, as Markdown',
  changes: false,
  input: oneTask,
  output: z.object({ success: z.literal(true), context: z.string().nullable() }).meta({ id: 'Context' }),
  perform: async ({ runs }, { id }) => ({
    success: true,
    context: await readDocument(await runs.open(id), 'context.md'),
  }),
})

function readDocument({ view }: OpenedCard, name: 'progress.md' | 'context.md'): Promise<string | null> {
  return view === null ? Promise.resolve(null) : view.readDocument(name)
}

export const getLogs = defineOperation({
  name: 'get_logs',
  summary: 'The last lines of the readable log of a task',
  changes: false,
  input: z.strictObject({ id: taskId, tail: wholeNumber({ min: 1, max: 10_000 }).default(100) }),
  output: z
    .object({ success: z.literal(true), log_content: z.string(), log_file: z.string().nullable() })
    .meta({ id: 'Logs' }),
  async perform({ runs }, { id, tail }) {
    const { logFile } = await runs.open(id)
    if (logFile === null) return { success: true, log_content: '', log_file: null }
    const { lines } = await readLog(logFile, tail)
    return { success: true, log_content: lines.join('\n'), log_file: logFile }
  },
})

export const getSessions = defineOperation({
  name: 'get_sessions',
  summary: 'Every session of the agent, with what it cost',
  changes: false,
  input: oneTask,
  output: sessions,
  perform: async ({ runs }, { id }) => toSessions(await runs.open(id)),
})

export const getCost = defineOperation({
  name: 'get_cost',
  summary: 'What a task cost so far, by model and by kind of session',
  changes: false,
  input: oneTask,
  output: cost,
  perform: async ({ runs }, { id }) => toCost(await runs.open(id)),
})

export const getEvidence = defineOperation({
  name: 'get_evidence',
  summary: 'What proves that the work is done: commits, merges, checks, verdicts on the success criteria',
  changes: false,
  input: oneTask,
  output: evidence,
  perform: async ({ runs }, { id }) => toEvidence(await runs.open(id)),
})

export const watchTask = defineStream({
  name: 'watch_task',
  summary:
    'Everything that happens to a task, from its first event on or after a given one, until nobody works on it any more',
  changes: false,
  input: z.strictObject({
    id: taskId,
    after: wholeNumber({ min: 0, max: Number.MAX_SAFE_INTEGER })
      .default(0)
      .describe('Number of the last event that is known'),
    types: z
      .string()
      .regex(/^[a-z._,*]{1,500}$/)
      .optional()
      .describe('Only these types, with commas; `ci.*` is every type that begins so'),
  }),
  async open({ runs }, { id, after, types }, signal) {
    await runs.open(id) // says at once when there is none
    return filtered(runs.watch(id, after, signal), types)
  },
})

async function* filtered(events: AsyncIterable<RunEvent>, types: string | undefined): AsyncGenerator<RunEvent> {
  const wanted = types?.split(',').filter((type) => type !== '')
  for await (const event of events) {
    if (wanted === undefined || wanted.some((type) => matches(event.type, type))) yield event
  }
}

function matches(type: string, wanted: string): boolean {
  return wanted.endsWith('*') ? type.startsWith(wanted.slice(0, -1)) : type === wanted
}

function missing({ card }: OpenedCard, what: string): Failure {
  return new Failure('run_missing', `task ${card.id} has ${what} (${card.status})`)
}
