/** Which conversation a session continues: sessions of one PR group go on with one another while that is cheaper. */
import type { Route } from '../agent/routing.ts'
import type { SessionAsk } from '../domain/decision.ts'
import type { ConversationId } from '../domain/ids.ts'
import type { GroupState } from '../domain/run.ts'

export type ConversationChoice = { readonly mode: 'new' | 'continue'; readonly id: ConversationId }

/** Share of the context window up to which a conversation is continued; beyond it a cold start is cheaper and clearer. */
const FULL = 0.6
/** Another model reads the whole conversation uncached once: worth it only while that is less than reading the code again. */
const SMALL_TOKENS = 40_000

/** These ask about the very session before: they go on with it unless it would not fit. */
const SAME_SUBJECT: ReadonlySet<SessionAsk['why']> = new Set([
  'interrupted',
  'cut_off',
  'retry',
  'undelivered',
  'refuted',
  'leftovers',
  'gate_failed',
  'integrity',
])

export function chooseConversation(
  conversation: GroupState['conversation'],
  ask: SessionAsk['why'],
  route: Route,
  newId: () => string,
): ConversationChoice {
  const fresh: ConversationChoice = { mode: 'new', id: newId() as ConversationId }
  if (conversation === null) return fresh
  const { contextTokens, model, id } = conversation
  const limit = model === route.model || SAME_SUBJECT.has(ask) ? route.contextWindow * FULL : SMALL_TOKENS
  return contextTokens <= limit ? { mode: 'continue', id } : fresh
}
