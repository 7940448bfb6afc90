/** What a transcript proves about a session whose process is gone. Pure. */
import type { RecalledSession, SessionSpend } from '../agent.ts'
import { chargeAnswers, countAnswers, toContextTokens } from './spend.ts'
import { hasPrompt, isAnswer, type Transcript } from './transcript.ts'

/** `entries`: null when there is no transcript. `startedAt` in epoch ms. */
export function recallSession(entries: Transcript | null, startedAt: number): RecalledSession {
  if (!hasPrompt(entries)) return { kind: 'absent' }
  const own = entries.filter((item) => 'timestamp' in item && Date.parse(item.timestamp) >= startedAt)
  const spend = toSpend(entries, own, startedAt)
  const answer = findAcceptedAnswer(own)
  return answer === null ? { kind: 'unfinished', spend } : { kind: 'finished', output: answer.data, spend }
}

/** The last accepted answer, unless the conversation went on after it. */
export function findAcceptedAnswer(entries: Transcript): { readonly data: unknown } | null {
  const at = entries.findLastIndex((item) => item.type === 'attachment')
  const accepted = entries[at]
  if (accepted?.type !== 'attachment' || entries.slice(at + 1).some(isAnswer)) return null
  return { data: accepted.attachment.data }
}

function toSpend(all: Transcript, own: Transcript, startedAt: number): SessionSpend {
  const last = own.flatMap((item) => ('timestamp' in item ? [Date.parse(item.timestamp)] : [])).at(-1)
  return {
    ...chargeAnswers(own),
    turns: countAnswers(own),
    durationMs: last === undefined ? 0 : Math.max(0, last - startedAt),
    contextTokens: toContextTokens(all),
  }
}
