/** Options of a run as a person gives them: the original's names where it has them. */
import { z } from 'zod'
import type { OptionChanges } from '../../../domain/option-changes.ts'
import { MERGE_METHODS, MODEL_TIERS } from '../../../domain/run.ts'
import { MAX_MESSAGE_CHARS } from '../../mailbox.ts'
import { FORGE_CHOICES, type StartRequest } from '../../run-request.ts'

const usd = z.number().positive().max(1_000_000)
const count = (max: number) => z.int().min(1).max(max)

/** Blanks alone are nothing; the pattern says so in the schemas that are made of it. */
export const words = (max: number) => z.string().trim().min(1).max(max).meta({ pattern: '\\S' })

export const goal = words(10_000).describe('What is to be reached')
export const message = words(MAX_MESSAGE_CHARS)
export const reason = words(1_000).nullish().describe('Why, for the record')

const model = z.enum(MODEL_TIERS).describe('Tier of planning and of the most demanding work')
const logLevel = z.enum(['quiet', 'normal', 'verbose'])
const mergeMethod = z.enum(MERGE_METHODS)

/** What may be changed while a run lives. `null` lifts a limit. */
export const changes = z
  .strictObject({
    model: model.optional(),
    auto_merge: z.boolean().optional().describe('Merge pull requests that pass everything'),
    max_sessions: count(1_000).nullable().optional(),
    max_prs: count(100).nullable().optional(),
    pause_on_pr: z.boolean().optional(),
    pr_per_task: z.boolean().optional(),
    session_budget_usd: usd.nullable().optional().describe('Most that one session may cost'),
    max_cost_usd: usd.nullable().optional().describe('Most that the whole run may cost'),
    verify: z.boolean().optional().describe('Prove the success criteria on the merged code'),
    log_level: logLevel.optional(),
    merge_method: mergeMethod.nullable().optional(),
    admin: z.boolean().optional().describe('Merge past the rules of the target branch; never past red checks or a no'),
    sync_before_merge: z.boolean().optional(),
    draft: z.boolean().optional(),
  })
  .meta({ id: 'TaskOptions' })

/** A run's name of a branch becomes an argument of git: checked by the engine again. */
export const branch = z
  .string()
  .trim()
  .min(1)
  .max(200)
  .regex(/^[^-\s\x00-\x1f\x7f][^\s\x00-\x1f\x7f]*$/, 'not the name of a branch')

export const startOptions = z.object({
  ...changes.shape,
  branch: branch.nullish().describe('Head branch of the first pull request'),
  target_branch: branch.nullish().describe('Branch that pull requests are merged into'),
  criteria: z
    .array(words(2_000))
    .max(50)
    .optional()
    .describe('What must hold at the end: a text, a `command`, or a text (`command`)'),
  sandbox: z.enum(['auto', 'on', 'off']).optional(),
  forge: z.enum(FORGE_CHOICES).optional(),
})

type StartOptions = z.output<typeof startOptions>

export function toStartRequest(text: string, options: StartOptions): StartRequest {
  return {
    goal: text,
    model: options.model ?? null,
    autoMerge: options.auto_merge ?? null,
    maxSessions: options.max_sessions ?? null,
    maxPrs: options.max_prs ?? null,
    pauseOnPr: options.pause_on_pr ?? false,
    prPerTask: options.pr_per_task ?? false,
    branch: options.branch ?? null,
    targetBranch: options.target_branch ?? null,
    sessionBudgetUsd: options.session_budget_usd ?? null,
    maxCostUsd: options.max_cost_usd ?? null,
    criteria: options.criteria ?? [],
    verify: options.verify ?? null,
    logLevel: options.log_level ?? null,
    sandbox: options.sandbox ?? null,
    forge: options.forge ?? null,
    mergeMethod: options.merge_method ?? null,
    admin: options.admin ?? null,
    syncBeforeMerge: options.sync_before_merge ?? null,
    draft: options.draft ?? null,
    webhookPort: null,
    webhook: null,
  }
}

export function toOptionChanges(given: z.output<typeof changes>): OptionChanges {
  const renamed: { readonly [Name in keyof OptionChanges]-?: OptionChanges[Name] | undefined } = {
    model: given.model,
    autoMerge: given.auto_merge,
    maxSessions: given.max_sessions,
    maxPrs: given.max_prs,
    pauseOnPr: given.pause_on_pr,
    prPerTask: given.pr_per_task,
    sessionBudgetUsd: given.session_budget_usd,
    maxCostUsd: given.max_cost_usd,
    verify: given.verify,
    logLevel: given.log_level,
    mergeMethod: given.merge_method,
    admin: given.admin,
    syncBeforeMerge: given.sync_before_merge,
    draft: given.draft,
  }
  return Object.fromEntries(Object.entries(renamed).filter(([, value]) => value !== undefined)) as OptionChanges
}
