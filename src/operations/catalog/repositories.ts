/** Repositories of the machine: cloning, preparing, planning without working. */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { TaskId } from '../../domain/ids.ts'
import { renderPlan } from '../../domain/plan-markdown.ts'
import { renderCriteria } from '../../engine/documents.ts'
import { inField } from './field.ts'
import { defineOperation } from './operation.ts'
import type { OpenedCard } from './run-desk.ts'
import { until } from './until.ts'
import { branch, goal, startOptions, toStartRequest, words } from './wire/options.ts'
import { task, toTask } from './wire/task.ts'

const workDir = words(4_096).describe('A directory below an allowed root')
const address = words(2_048).describe('https:// or ssh')

export const cloneRepo = defineOperation({
  name: 'clone_repo',
  summary: 'Clone a repository below an allowed root',
  changes: true,
  input: z.strictObject({
    url: address,
    target_dir: workDir.nullish(),
    branch: branch.nullish(),
  }),
  output: z
    .object({
      success: z.literal(true),
      message: z.string(),
      repo_url: z.string(),
      target_dir: z.string(),
      branch: z.string().nullable(),
    })
    .meta({ id: 'Cloned' }),
  async perform({ repositories }, { url, target_dir: directory, branch }) {
    const cloned = await repositories.clone({ url, directory: directory ?? null, branch: branch ?? null })
    return {
      success: true,
      message: `Cloned into ${cloned.path}`,
      repo_url: cloned.url,
      target_dir: cloned.path,
      branch: cloned.branch,
    }
  },
})

export const setupRepo = defineOperation({
  name: 'setup_repo',
  summary: "Install a repository's dependencies; its own scripts run only when asked for",
  changes: true,
  input: z.strictObject({ work_dir: workDir, run_setup_scripts: z.boolean().default(false) }),
  output: z
    .object({
      success: z.boolean(),
      message: z.string(),
      work_dir: z.string(),
      steps_completed: z.array(z.string()),
      venv_path: z.string().nullable(),
      dependencies_installed: z.boolean(),
      setup_scripts_run: z.array(z.string()),
      problem: z.string().nullable().describe('The end of the output of the step that failed'),
      error: z.literal('setup_failed').nullable(),
    })
    .meta({ id: 'SetUp' }),
  async perform({ repositories }, { work_dir: directory, run_setup_scripts: runScripts }) {
    const path = await inField('work_dir', repositories.confine(directory))
    const steps = await repositories.setUp({ path, runScripts })
    const failed = steps.find((step) => !step.ok)
    const done = steps.filter((step) => step.ok)
    return {
      success: failed === undefined,
      message: failed === undefined ? `${done.length} steps are done` : `${failed.command} failed`,
      work_dir: path,
      steps_completed: done.map((step) => step.command),
      venv_path: steps.find((step) => step.venv !== null)?.venv ?? null,
      dependencies_installed: done.some((step) => step.kind === 'install'),
      setup_scripts_run: done.filter((step) => step.kind === 'script').map((step) => step.command),
      problem: failed?.tail ?? null,
      error: failed === undefined ? null : 'setup_failed',
    }
  },
})

export const planRepo = defineOperation({
  name: 'plan_repo',
  summary: 'Plan a goal without working on it: the task pauses before its first pull request',
  changes: true,
  input: z.strictObject({
    work_dir: workDir,
    goal,
    model: startOptions.shape.model,
    wait_seconds: z.number().min(0).max(3_600).default(600).describe('For the plan; after that it comes to the task'),
  }),
  output: z
    .object({
      success: z.literal(true),
      message: z.string(),
      work_dir: z.string(),
      goal: z.string(),
      plan: z.string().nullable().describe('plan.md; null when it is not there yet'),
      criteria: z.string().nullable(),
      run_id: z.string().nullable(),
      task,
    })
    .meta({ id: 'Planned' }),
  async perform({ runs, repositories }, { work_dir: directory, goal: text, model, wait_seconds: waitSeconds }) {
    const repository = await inField('work_dir', repositories.resolve(directory))
    const options = { model, auto_merge: false, pause_on_pr: true, max_sessions: 1 }
    const order = { kind: 'start' as const, request: toStartRequest(text, options) }
    const { card } = await runs.add({ repository, goal: text, order, key: null })
    const hasPlan = ({ state }: OpenedCard) => state?.plan != null
    await until({ runs, id: card.id, withinMs: waitSeconds * 1_000 }, hasPlan)
    const opened = await runs.open(card.id)
    if (!hasPlan(opened)) refuseEnded(opened)
    return {
      success: true as const,
      message: hasPlan(opened) ? 'The goal is planned' : 'The planning goes on',
      work_dir: repository,
      goal: text,
      ...documentsOf(opened),
      run_id: opened.card.runId,
      task: toTask(opened.card),
    }
  },
})

/** As the files will be: that the plan is made is known a moment before they are written. */
function documentsOf({ state }: OpenedCard): { readonly plan: string | null; readonly criteria: string | null } {
  if (state?.plan == null) return { plan: null, criteria: null }
  const done = new Set(Object.keys(state.tasks) as TaskId[])
  return { plan: renderPlan(state.plan, done, state.goal), criteria: renderCriteria(state.plan) }
}

/** Nobody plans it any more, and there is no plan. */
function refuseEnded({ card }: OpenedCard): void {
  const isOver = !card.isAtWork && card.status !== 'queued' && card.status !== 'held'
  if (isOver) throw new Failure('start_failed', card.reason ?? `the planning ended without a plan (${card.status})`)
}
const oneRepository = z.strictObject({ repository: workDir })

export const checkRepo = defineOperation({
  name: 'check_repo',
  summary: 'Check that everything a task in this repository needs is here',
  changes: false,
  input: oneRepository,
  output: z
    .object({
      success: z.boolean().describe('False: something would stop a task'),
      checks: z.array(
        z.object({
          name: z.string(),
          outcome: z.enum(['ok', 'warning', 'problem']),
          detail: z.string(),
          cure: z.string().nullable(),
        }),
      ),
    })
    .meta({ id: 'RepositoryChecks' }),
  async perform({ repositories, places }, { repository }) {
    const checks = await places.doctor(await repositories.confine(repository))
    return {
      success: checks.every((check) => check.outcome !== 'problem'),
      checks: checks.map((check) => ({ ...check })),
    }
  },
})

export const showConfig = defineOperation({
  name: 'show_config',
  summary: 'The configuration in force in a repository, and where it comes from; secrets are masked',
  changes: false,
  input: oneRepository,
  output: z
    .object({
      success: z.literal(true),
      config: z.record(z.string(), z.unknown()),
      sources: z.record(z.string(), z.string()),
      warnings: z.array(z.string()),
    })
    .meta({ id: 'Configuration' }),
  async perform({ repositories, places }, { repository }) {
    const { config, sources, warnings } = await places.showConfig(await repositories.resolve(repository))
    return { success: true as const, config: { ...config }, sources: { ...sources }, warnings: [...warnings] }
  },
})
