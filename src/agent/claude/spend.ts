/**
 * What one session cost. Measured (2.1.330): the totals of a result (`total_cost_usd`, `modelUsage`) go on from the last
 * `cost-state` in the transcript, so a continued conversation reports earlier sessions again, except those that were
 * killed; the usage of streamed messages is that of their first byte (output 1). Hence: totals minus the last
 * `cost-state`; without a result, the answers in the transcript at list price.
 */
import type { TokenUsage } from '../../domain/run.ts'
import type { SessionSpend } from '../agent.ts'
import { type AssistantEntry, isAnswer, type ModelTotals, type Transcript, type TranscriptUsage } from './transcript.ts'

export type Charge = Pick<SessionSpend, 'costUsd' | 'usage'>

/** Totals the next session of this conversation will go on from. */
export function findSavedTotals(entries: Transcript): ModelTotals {
  const saved = entries.findLast((item) => item.type === 'cost-state')
  return saved?.type === 'cost-state' ? saved.modelUsage : {}
}

export function chargeTotals(totals: ModelTotals, before: ModelTotals): Charge {
  const models = Object.keys(totals).map((model) => [model, subtract(totals[model], before[model])] as const)
  const spent = models.filter(
    ([, { costUsd, ...usage }]) => costUsd > 0 || Object.values(usage).some((part) => part > 0),
  )
  return {
    costUsd: spent.reduce((sum, [, { costUsd }]) => sum + costUsd, 0),
    usage: Object.fromEntries(spent.map(([model, { costUsd: _, ...usage }]) => [model, usage])),
  }
}

function subtract(after: ModelTotals[string] | undefined, before: ModelTotals[string] | undefined) {
  const difference = (key: keyof ModelTotals[string] & string) =>
    Math.max(0, Number(after?.[key] ?? 0) - Number(before?.[key] ?? 0))
  return {
    costUsd: difference('costUSD'),
    inputTokens: difference('inputTokens'),
    outputTokens: difference('outputTokens'),
    cacheReadTokens: difference('cacheReadInputTokens'),
    cacheWriteTokens: difference('cacheCreationInputTokens'),
  }
}

/** For sessions that were killed: what their answers in the transcript cost at list price. */
export function chargeAnswers(entries: Transcript): Charge {
  const answers = toAnswers(entries)
  const models = [...new Set(answers.map((answer) => answer.message.model))]
  const usage = Object.fromEntries(
    models.map((model) => [
      model,
      answers
        .filter((answer) => answer.message.model === model)
        .map((answer) => toTokenUsage(answer.message.usage))
        .reduce(addUsage),
    ]),
  )
  return { costUsd: Object.entries(usage).reduce((sum, [model, part]) => sum + toCostUsd(model, part), 0), usage }
}

export function countAnswers(entries: Transcript): number {
  return toAnswers(entries).filter((answer) => answer.isSidechain !== true).length
}

/** Size of the conversation after its last answer. */
export function toContextTokens(entries: Transcript): number {
  const last = toAnswers(entries).findLast((answer) => answer.isSidechain !== true)
  return last === undefined ? 0 : sumTokens(last.message.usage)
}

export function sumTokens(usage: TranscriptUsage): number {
  return usage.input_tokens + usage.cache_read_input_tokens + usage.cache_creation_input_tokens + usage.output_tokens
}

/** One per answer: its blocks are entries of their own. */
function toAnswers(entries: Transcript): AssistantEntry[] {
  return [...new Map(entries.filter(isAnswer).map((answer) => [answer.message.id, answer])).values()]
}

function toTokenUsage(usage: TranscriptUsage): TokenUsage {
  return {
    inputTokens: usage.input_tokens,
    outputTokens: usage.output_tokens,
    cacheReadTokens: usage.cache_read_input_tokens,
    cacheWriteTokens: usage.cache_creation_input_tokens,
  }
}

function addUsage(a: TokenUsage, b: TokenUsage): TokenUsage {
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  }
}

/** USD per million input tokens, as the process itself charged in 2.1.330; the first row that fits. */
const INPUT_PRICES: readonly (readonly [RegExp, number])[] = [
  [/fable/, 10],
  [/opus-5-5/, 4],
  [/opus/, 5],
  [/sonnet-5/, 2],
  [/sonnet/, 3],
  [/haiku/, 1],
]
/** An unknown model is charged like a dear one: a budget must not be passed unnoticed. */
const UNKNOWN_PRICE = 5

/** Relative to input tokens, the same for (nearly) all models. */
const OUTPUT_FACTOR = 5
const CACHE_READ_FACTOR = 0.1
const CACHE_WRITE_FACTOR = 1.25

function toCostUsd(model: string, usage: TokenUsage): number {
  const price = INPUT_PRICES.find(([pattern]) => pattern.test(model))?.[1] ?? UNKNOWN_PRICE
  const weighted =
    usage.inputTokens +
    usage.outputTokens * OUTPUT_FACTOR +
    usage.cacheReadTokens * CACHE_READ_FACTOR +
    usage.cacheWriteTokens * CACHE_WRITE_FACTOR
  return (weighted * price) / 1_000_000
}
