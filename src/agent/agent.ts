/**
 * The agent: one session in, one result out. Sessions read, write, run and commit inside their workspace; they hold no
 * forge credential and cannot push, merge or touch another branch.
 */

import type { Failure } from '../domain/failure.ts'
import type { ConversationId, SessionId } from '../domain/ids.ts'
import type { TokenUsage } from '../domain/run.ts'
import type { SessionKind } from '../domain/stage.ts'

export type Effort = 'low' | 'medium' | 'high' | 'xhigh' | 'max'

/** What git inside the session may write; everything else of the repository is read-only where the sandbox is in force. */
export type GitAccess = {
  /** The repository's common git directory. */
  readonly commonDir: string
  /** The worktree's own directory below `<commonDir>/worktrees/`. */
  readonly worktreeDir: string
  /** The branch checked out there, e.g. `claudetm/20260101-120000/g1`; null when detached (then git is read-only). */
  readonly branch: string | null
  /** Author and committer of what the session commits. */
  readonly identity: { readonly name: string; readonly email: string }
}

export type SessionRequest = {
  readonly sessionId: SessionId
  readonly kind: SessionKind
  /** `new` starts the conversation under exactly this id; `continue` goes on with it. */
  readonly conversation: { readonly mode: 'new' | 'continue'; readonly id: ConversationId }
  readonly cwd: string
  readonly git: GitAccess
  /** `read`: only tools that cannot change anything are there at all. */
  readonly access: 'read' | 'write'
  /** A conflict session may rewrite the history of its own branch. */
  readonly mayRewriteHistory: boolean
  /** Fixed text, byte-identical across sessions of a kind; appended to the agent's own system prompt. */
  readonly instructions: string
  /** The variable text. */
  readonly prompt: string
  readonly model: string
  /** Tried in order when the model is overloaded or does not exist; never contains `model`. */
  readonly fallbackModels: readonly string[]
  readonly effort: Effort
  readonly maxTurns: number | null
  readonly maxBudgetUsd: number | null
  /** JSON schema the agent fills through its structured output tool. */
  readonly outputSchema: Readonly<Record<string, unknown>>
}

export type AgentActivity =
  | { readonly kind: 'tool'; readonly tool: string; readonly text: string; readonly subagent: string | null }
  | { readonly kind: 'text'; readonly text: string; readonly subagent: string | null }
  | { readonly kind: 'retrying'; readonly attempt: number; readonly delayMs: number; readonly error: string }
  | { readonly kind: 'denied'; readonly tool: string; readonly text: string }
  | { readonly kind: 'model_fallback'; readonly from: string; readonly to: string }

/** Charged to the ledger whatever the outcome. Cost and tokens are of this session alone, not of the conversation. */
export type SessionSpend = {
  readonly costUsd: number
  readonly usage: Readonly<Record<string, TokenUsage>>
  readonly turns: number
  readonly durationMs: number
  /** Size of the conversation's context after the last answer (tokens): what continuing it would send again. */
  readonly contextTokens: number
}

export type SessionResult = SessionSpend &
  (
    | { readonly outcome: 'completed'; readonly output: unknown }
    | { readonly outcome: 'cut_off'; readonly by: 'turns' | 'budget' }
    /** An account condition: wait, charge no task. `resetsAt` in epoch ms when the service said it. */
    | { readonly outcome: 'refused'; readonly resetsAt: number | null; readonly why: string }
    | { readonly outcome: 'failed'; readonly failure: Failure }
    | { readonly outcome: 'aborted' }
  )

/** What is known about a session whose process is gone without telling us how it ended. */
export type RecalledSession =
  /** No conversation under this id: nothing was sent, nothing was spent; start it as new. */
  | { readonly kind: 'absent' }
  /** It got some way; continue the conversation. */
  | { readonly kind: 'unfinished'; readonly spend: SessionSpend }
  /** It had ended with a valid structured answer: nothing to pay for again. */
  | { readonly kind: 'finished'; readonly output: unknown; readonly spend: SessionSpend }

export type Agent = {
  /**
   * Never throws for what the service or the agent does: that is the result. Throws a Failure only for a defect here.
   * When it returns, nothing the session started is still running. Aborting ends it within seconds.
   */
  run(
    request: SessionRequest,
    context: { signal: AbortSignal; onActivity: (activity: AgentActivity) => void },
  ): Promise<SessionResult>
  /**
   * Reads what the transcript of an interrupted session proves. `startedAt` (epoch ms) bounds the spend to what came
   * after it, since earlier sessions may share the conversation. Safe to call at any time.
   */
  recall(request: { conversationId: ConversationId; cwd: string; startedAt: number }): Promise<RecalledSession>
  describe(): { readonly protection: string; readonly account: string }
}
