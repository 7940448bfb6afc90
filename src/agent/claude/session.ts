/** One session from its request to its result. The order of the file is the order of time. */
import { realpath } from 'node:fs/promises'
import type { Query } from '@anthropic-ai/claude-agent-sdk'
import type { Environment } from '../../lib/environment.ts'
import type { Sandbox } from '../../workspace/sandbox.ts'
import type { AgentActivity, SessionRequest, SessionResult, SessionSpend } from '../agent.ts'
import { toActivities } from './activity.ts'
import { classifySession, type Ending } from './classify.ts'
import { prepareConfinement } from './confinement.ts'
import { SESSION_MARK, toSessionEnvironment } from './environment.ts'
import { createGuardHook } from './guard/guard-hook.ts'
import { resolveRealPath } from './guard/real-path.ts'
import type { SessionLimits } from './limits.ts'
import { createMessageReader, type MessageReader } from './message-stream.ts'
import { toQueryOptions } from './query-options.ts'
import { createSessionProcess, type SessionProcess } from './session-process.ts'
import { addMessage, NOTHING_SEEN, type SessionView } from './session-view.ts'
import { type Charge, chargeAnswers, chargeTotals, findSavedTotals, toContextTokens } from './spend.ts'
import type { ToolSettings } from './tools.ts'
import { hasPrompt, readTranscript, removeEmptyTranscript, type Transcript } from './transcript.ts'

export type SessionParts = {
  readonly sandbox: Sandbox
  readonly environment: Environment
  readonly credentials: Readonly<Record<string, string>>
  readonly claudeDirectory: string
  readonly homeDir: string
  readonly now: () => number
  /** Ends every process whose environment carries the mark. */
  readonly endProcesses: (mark: { readonly name: string; readonly value: string }) => Promise<number>
  readonly tools: ToolSettings
  readonly limits: SessionLimits
}

export type SessionContext = {
  readonly signal: AbortSignal
  readonly onActivity: (activity: AgentActivity) => void
}

export async function runSession(
  parts: SessionParts,
  request: SessionRequest,
  context: SessionContext,
): Promise<SessionResult> {
  const startedAt = parts.now()
  const before = await findConversation(parts, request)
  const process = createSessionProcess(parts.sandbox, await prepareConfinement({ ...parts, session: request }))
  const { view, ending } = await converse({ parts, request, context, before, process })
  const spend: SessionSpend = {
    ...(await toCharge(parts, request, view, before)),
    turns: view.answers.size,
    durationMs: parts.now() - startedAt,
    contextTokens: view.contextTokens || toContextTokens(before),
  }
  return { ...spend, ...classifySession({ view, ending, model: request.model, stderr: process.stderr() }) }
}

type Session = {
  readonly parts: SessionParts
  readonly request: SessionRequest
  readonly context: SessionContext
  /** The conversation so far; empty when it is new. */
  readonly before: Transcript
  readonly process: SessionProcess
}

async function findConversation(
  { claudeDirectory }: SessionParts,
  { conversation }: SessionRequest,
): Promise<Transcript> {
  const transcript = await readTranscript(claudeDirectory, conversation.id)
  if (hasPrompt(transcript)) return transcript
  await removeEmptyTranscript(claudeDirectory, conversation.id)
  return []
}

/** When it returns, nothing the session started is still running, whatever happened. */
async function converse(session: Session): Promise<{ readonly view: SessionView; readonly ending: Ending }> {
  const { parts, request, context, process } = session
  if (context.signal.aborted) return { view: NOTHING_SEEN, ending: { kind: 'aborted' } }
  let view = NOTHING_SEEN
  let exitMs = HASTY_EXIT_MS
  const messages = await startQuery(session)
  const reader = createMessageReader(messages, {
    idleMs: () => toPatienceMs(view, parts.limits),
    onMessage: (message) => {
      view = addMessage(view, message)
      for (const activity of toActivities(message, request.cwd)) context.onActivity(activity)
    },
  })
  try {
    const ending = await reader.read(context.signal)
    if (ending.kind === 'aborted' || ending.kind === 'stalled') await interrupt(messages, reader)
    else exitMs = EXIT_MS
    return { view, ending: withStartError(ending, process) }
  } finally {
    await process.end(exitMs)
    messages.close()
    await parts.endProcesses({ name: SESSION_MARK, value: request.sessionId })
  }
}

async function startQuery({ parts, request, context, before, process }: Session): Promise<Query> {
  const { query } = await import('@anthropic-ai/claude-agent-sdk') // heavy: loaded when used
  const rules = {
    cwd: await realpath(request.cwd),
    mayRewriteHistory: request.mayRewriteHistory,
    resolvePath: resolveRealPath,
  }
  return query({
    prompt: request.prompt,
    options: toQueryOptions({
      session: request,
      exists: before.length > 0,
      environment: toSessionEnvironment({ ...parts, session: request }),
      tools: parts.tools,
      guard: createGuardHook(rules, ({ tool, reason }) => context.onActivity({ kind: 'denied', tool, text: reason })),
      spawn: process.spawn,
    }),
  })
}

/** Once the answer is given, silence means that the process does not end, not that something is still worked on. */
function toPatienceMs({ result, accepted }: SessionView, limits: SessionLimits): number {
  return result === null && accepted === null ? limits.streamIdleTimeoutMs : limits.postCompletionIdleTimeoutMs
}

/** How long the last result, with what the session cost, may take after an interruption. */
const LAST_RESULT_MS = 1_000
/** For writing down the conversation and leaving, when nobody waits for it and when somebody does. */
const EXIT_MS = 5_000
const HASTY_EXIT_MS = 500

/** Also ends the command that runs right now, which killing the process would leave behind (measured). */
async function interrupt(messages: Query, reader: MessageReader): Promise<void> {
  messages.interrupt().catch(() => {}) // the process may be gone
  await reader.read(AbortSignal.timeout(LAST_RESULT_MS))
}

function withStartError(ending: Ending, process: SessionProcess): Ending {
  const error = process.startError()
  return error === null ? ending : { kind: 'threw', error }
}

/** Without a result the transcript says what was answered; it is complete once the process is gone. */
async function toCharge(
  parts: SessionParts,
  request: SessionRequest,
  { result }: SessionView,
  before: Transcript,
): Promise<Charge> {
  const charge = chargeTotals(result?.modelUsage ?? {}, findSavedTotals(before))
  if (charge.costUsd > 0) return charge
  const after = (await readTranscript(parts.claudeDirectory, request.conversation.id)) ?? []
  return chargeAnswers(after.slice(before.length))
}
