/** Sessions, cost and evidence of a run: read from its state, also after it was put away. */
import { z } from 'zod'
import { spentUsd } from '../../../domain/budget.ts'
import type { RunState, SessionRecord, TokenUsage } from '../../../domain/run.ts'
import type { OpenedCard } from '../run-desk.ts'
import { instant } from './task.ts'
import { toIso } from './time.ts'

const tokens = z
  .object({ input: z.int(), output: z.int(), cache_read: z.int(), cache_write: z.int() })
  .meta({ id: 'Tokens' })

const session = z
  .object({
    id: z.string(),
    kind: z.string(),
    group: z.string().nullable(),
    task: z.string().nullable(),
    model: z.string(),
    outcome: z.string(),
    started_at: instant,
    ended_at: instant.nullable(),
    turns: z.int(),
    cost_usd: z.number(),
    tokens,
  })
  .meta({ id: 'Session' })

export const sessions = z.object({ success: z.literal(true), sessions: z.array(session) }).meta({ id: 'Sessions' })

export function toSessions({ state }: Pick<OpenedCard, 'state'>): z.input<typeof sessions> {
  return { success: true, sessions: (state?.sessions ?? []).map(toSession) }
}

function toSession(record: SessionRecord): z.input<typeof session> {
  return {
    id: record.id,
    kind: record.kind,
    group: record.groupId,
    task: record.taskId,
    model: record.model,
    outcome: record.outcome,
    started_at: toIso(record.startedAt),
    ended_at: record.endedAt === null ? null : toIso(record.endedAt),
    turns: record.turns,
    cost_usd: record.costUsd,
    tokens: toTokens(Object.values(record.usage)),
  }
}

function toTokens(usages: readonly TokenUsage[]): z.input<typeof tokens> {
  const sum = (pick: (usage: TokenUsage) => number) => usages.reduce((total, usage) => total + pick(usage), 0)
  return {
    input: sum((usage) => usage.inputTokens),
    output: sum((usage) => usage.outputTokens),
    cache_read: sum((usage) => usage.cacheReadTokens),
    cache_write: sum((usage) => usage.cacheWriteTokens),
  }
}

export const cost = z
  .object({
    success: z.literal(true),
    cost_usd: z.number(),
    sessions: z.int(),
    tokens,
    by_model: z.array(z.object({ model: z.string(), tokens })),
    by_kind: z.array(z.object({ kind: z.string(), sessions: z.int(), cost_usd: z.number() })),
    max_cost_usd: z.number().nullable(),
    max_sessions: z.int().nullable(),
  })
  .meta({ id: 'Cost' })

/** Of a run whose state is gone only the sums of its summary are left. */
export function toCost({ card, state }: OpenedCard): z.input<typeof cost> {
  const records = state?.sessions ?? []
  return {
    success: true,
    cost_usd: state === null ? card.progress.costUsd : spentUsd(records),
    sessions: state === null ? card.progress.sessions : records.length,
    tokens: toTokens(records.flatMap((record) => Object.values(record.usage))),
    by_model: byModel(records),
    by_kind: byKind(records),
    max_cost_usd: state?.options.maxCostUsd ?? null,
    max_sessions: state?.options.maxSessions ?? null,
  }
}

function byModel(records: readonly SessionRecord[]): z.input<typeof cost>['by_model'] {
  const usages = Map.groupBy(
    records.flatMap((record) => Object.entries(record.usage)),
    ([model]) => model,
  )
  return [...usages].map(([model, used]) => ({ model, tokens: toTokens(used.map(([, usage]) => usage)) }))
}

function byKind(records: readonly SessionRecord[]): z.input<typeof cost>['by_kind'] {
  return [...Map.groupBy(records, (record) => record.kind)].map(([kind, of]) => ({
    kind,
    sessions: of.length,
    cost_usd: spentUsd(of),
  }))
}

const verdict = z.object({
  criterion: z.string(),
  command: z.string().nullable(),
  verdict: z.enum(['confirmed', 'refuted', 'inconclusive']),
  evidence: z.string(),
  commit: z.string(),
  at: instant,
})

export const evidence = z
  .object({
    success: z.literal(true),
    tasks: z.array(
      z.object({ id: z.string(), commit: z.string().nullable(), how: z.string(), summary: z.string(), at: instant }),
    ),
    checks: z.array(z.object({ group: z.string(), commit: z.string(), outcome: z.string() })),
    merges: z.array(
      z.object({
        group: z.string(),
        number: z.int().nullable(),
        url: z.string().nullable(),
        commit: z.string(),
        head: z.string(),
        at: instant,
      }),
    ),
    criteria: z.array(verdict),
    verified_at: instant.nullable(),
  })
  .meta({ id: 'Evidence' })

export function toEvidence({ state }: Pick<OpenedCard, 'state'>): z.input<typeof evidence> {
  return {
    success: true,
    tasks: Object.entries(state?.tasks ?? {}).map(([id, found]) => ({
      id,
      commit: found.commit,
      how: found.how,
      summary: found.summary,
      at: toIso(found.at),
    })),
    checks: toChecks(state),
    merges: toMerges(state),
    criteria: (state?.verification?.results ?? []).map((result) => ({
      criterion: result.criterion,
      command: result.command,
      verdict: result.verdict,
      evidence: result.evidence,
      commit: result.commit,
      at: toIso(result.at),
    })),
    verified_at: state?.verifiedAt == null ? null : toIso(state.verifiedAt),
  }
}

function toChecks(state: RunState | null): z.input<typeof evidence>['checks'] {
  return Object.entries(state?.groups ?? {}).flatMap(([group, { gate }]) =>
    gate === null ? [] : [{ group, commit: gate.commit, outcome: gate.outcome }],
  )
}

function toMerges(state: RunState | null): z.input<typeof evidence>['merges'] {
  return Object.entries(state?.groups ?? {}).flatMap(([group, { merged, pr }]) =>
    merged === null
      ? []
      : [
          {
            group,
            number: pr?.number ?? null,
            url: pr?.url ?? null,
            commit: merged.commit,
            head: merged.head,
            at: toIso(merged.at),
          },
        ],
  )
}
