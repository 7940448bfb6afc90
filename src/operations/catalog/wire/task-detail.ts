/** A run with its PR groups, its options and what it needs. */
import { z } from 'zod'
import type { Block, RunOptions } from '../../../domain/run.ts'
import { STAGES } from '../../../domain/stage.ts'
import { type StatusReport, toStatusReport } from '../../status.ts'
import type { OpenedCard } from '../run-desk.ts'
import { instant, task, toTask } from './task.ts'
import { toIso } from './time.ts'

const block = z
  .object({ cause: z.string(), tried: z.string().nullable(), command: z.string(), at: instant })
  .meta({ id: 'Block', description: 'What a person has to do before it goes on' })

const group = z
  .object({
    id: z.string(),
    title: z.string(),
    stage: z.enum(STAGES),
    pull_request: z.object({ number: z.int(), url: z.string() }).nullable(),
    merged: z.string().nullable().describe('The commit on the target branch'),
    block: block.nullable(),
    tasks: z.array(z.object({ id: z.string(), title: z.string(), done: z.boolean() })),
  })
  .meta({ id: 'TaskGroup' })

const options = z
  .object({
    model: z.string(),
    auto_merge: z.boolean(),
    max_sessions: z.int().nullable(),
    max_prs: z.int().nullable(),
    pause_on_pr: z.boolean(),
    pr_per_task: z.boolean(),
    branch: z.string().nullable(),
    target_branch: z.string(),
    session_budget_usd: z.number().nullable(),
    max_cost_usd: z.number().nullable(),
    criteria: z.array(z.string()),
    verify: z.boolean(),
    log_level: z.string(),
    sandbox: z.string(),
    forge: z.string(),
    merge_method: z.string().nullable(),
    admin: z.boolean(),
    sync_before_merge: z.boolean(),
    draft: z.boolean(),
  })
  .meta({ id: 'RunOptions' })

const detail = z.object({
  owner: z.object({ pid: z.int(), host: z.string(), since: instant }).nullable().describe('The process at work'),
  updated_at: instant,
  groups: z.array(group),
  running: z
    .array(
      z.object({
        kind: z.string(),
        group: z.string().nullable(),
        task: z.string().nullable(),
        model: z.string(),
        started_at: instant,
      }),
    )
    .describe('Sessions of the agent that run now'),
  usage_limit_until: instant.nullable(),
  block: block.nullable(),
  next: z.string().nullable().describe('The command that goes on from here'),
  options,
})

export const taskDetail = z
  .object({
    success: z.literal(true),
    task,
    detail: detail.nullable().describe('null until it has begun, and when nothing but its summary is left'),
  })
  .meta({ id: 'TaskDetail' })

export function toTaskDetail({ card, state, owner }: OpenedCard): z.input<typeof taskDetail> {
  const report = state === null ? null : toStatusReport(state, owner)
  return {
    success: true,
    task: toTask(card),
    detail: state === null || report === null ? null : toDetail(report, state.options),
  }
}

function toDetail(report: StatusReport, given: RunOptions): z.input<typeof detail> {
  const { owner } = report
  return {
    owner: owner === null ? null : { pid: owner.pid, host: owner.host, since: toIso(owner.acquiredAt) },
    updated_at: toIso(report.updatedAt),
    groups: report.groups.map((each) => ({
      id: each.id,
      title: each.title,
      stage: each.stage,
      pull_request: each.pr,
      merged: each.merged,
      block: toBlock(each.block),
      tasks: [...each.tasks],
    })),
    running: report.running.map(({ kind, groupId, taskId, model, startedAt }) => ({
      kind,
      group: groupId,
      task: taskId,
      model,
      started_at: toIso(startedAt),
    })),
    usage_limit_until: report.usageLimitUntil === null ? null : toIso(report.usageLimitUntil),
    block: toBlock(report.block),
    next: report.next,
    options: toOptions(given),
  }
}

function toBlock(given: Block | null): z.input<typeof block> | null {
  return given === null ? null : { cause: given.cause, tried: given.tried, command: given.command, at: toIso(given.at) }
}

function toOptions(given: RunOptions): z.input<typeof options> {
  return {
    model: given.model,
    auto_merge: given.autoMerge,
    max_sessions: given.maxSessions,
    max_prs: given.maxPrs,
    pause_on_pr: given.pauseOnPr,
    pr_per_task: given.prPerTask,
    branch: given.branch,
    target_branch: given.targetBranch,
    session_budget_usd: given.sessionBudgetUsd,
    max_cost_usd: given.maxCostUsd,
    criteria: [...given.criteria],
    verify: given.verify,
    log_level: given.logLevel,
    sandbox: given.sandbox,
    forge: given.forge,
    merge_method: given.mergeMethod,
    admin: given.admin,
    sync_before_merge: given.syncBeforeMerge,
    draft: given.draft,
  }
}
