/** Options under the original's names. What is not built here says so when somebody asks for it, and is never ignored. */
import { z } from 'zod'
import { Failure } from '../../../domain/failure.ts'
import type { RunOptions } from '../../../domain/run.ts'

export const originalOptions = z
  .object({
    auto_merge: z.boolean(),
    admin_merge: z.boolean(),
    enable_release: z.boolean(),
    enable_verification: z.boolean(),
    max_sessions: z.int().nullable(),
    max_prs: z.int().nullable(),
    pause_on_pr: z.boolean(),
    enable_checkpointing: z.boolean(),
    log_level: z.string(),
    log_format: z.string(),
    pr_per_task: z.boolean(),
    branch_override: z.string().nullable(),
    max_budget_usd: z.number().nullable(),
    resolve_conflicts: z.boolean(),
    sync_before_merge: z.boolean(),
    parallel: z.boolean(),
  })
  .meta({ id: 'OriginalOptions' })

export function toOriginalOptions(given: RunOptions): z.input<typeof originalOptions> {
  return {
    auto_merge: given.autoMerge,
    admin_merge: given.admin,
    enable_release: false,
    enable_verification: given.verify,
    max_sessions: given.maxSessions,
    max_prs: given.maxPrs,
    pause_on_pr: given.pauseOnPr,
    enable_checkpointing: false,
    log_level: given.logLevel,
    log_format: 'text',
    pr_per_task: given.prPerTask,
    branch_override: given.branch,
    max_budget_usd: given.sessionBudgetUsd,
    resolve_conflicts: true,
    sync_before_merge: given.syncBeforeMerge,
    parallel: false,
  }
}

/** Taken and refused in words that say why, where a schema could only say that it is wrong. */
const onlyFalse = z.boolean().meta({ const: false })

/** Names of the original that mean something else here, or nothing. */
export const originalNames = {
  enable_verification: z.boolean().nullish().describe('As `verify`'),
  enable_release: onlyFalse.nullish().describe('Not built: only false'),
  enable_checkpointing: onlyFalse.nullish().describe('Had no effect: only false'),
  log_format: z
    .enum(['text', 'json'])
    .meta({ enum: ['text'] })
    .nullish()
    .describe('Events are always kept as JSON: only text'),
  parallel: z.boolean().nullish().describe('Allows workers beside each other inside a task; a task has one here'),
} as const

type OriginalNames = { readonly [Name in keyof typeof originalNames]?: z.output<(typeof originalNames)[Name]> }

/** Throws `config_invalid` for what cannot be had. */
export function refuseUnbuilt({ enable_release: release, enable_checkpointing, log_format }: OriginalNames): void {
  if (release === true) throw notBuilt('enable_release', 'there is no verification after a release')
  if (enable_checkpointing === true) throw notBuilt('enable_checkpointing', 'every commit stays on its branch anyway')
  if (log_format === 'json') throw notBuilt('log_format', 'the log is text; the events are JSON')
}

function notBuilt(field: string, why: string): Failure {
  return new Failure('config_invalid', `${field} is not built: ${why}`, { facts: { field } })
}
