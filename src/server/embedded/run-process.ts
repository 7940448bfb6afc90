/** Runs that are processes of their own: what this one asks for goes on when it ends, as if a person had typed it. */
import type { RunOrder } from '../../operations/catalog/run-desk.ts'
import type { MergePrRequest, ResumeRequest, StartRequest } from '../../operations/run-request.ts'

/** A command line at work; nobody waits for it to end. */
export type RunProcess = {
  /** null = it is at work. */
  ended(): { readonly exitCode: number | null; readonly problem: string } | null
  /** Nobody asks any more. */
  letGo(): void
}

/** `claudetm` with these arguments, in that repository. */
export type LaunchProcess = (repository: string, args: readonly string[]) => RunProcess

export function argumentsOf(order: RunOrder): readonly string[] {
  return order.kind === 'start' ? startArguments(order.request) : mergeArguments(order.request)
}

function startArguments(request: StartRequest): readonly string[] {
  return [
    'start',
    ...value('--model', request.model),
    ...toggle('auto-merge', request.autoMerge),
    ...value('--max-sessions', request.maxSessions),
    ...value('--prs', request.maxPrs),
    ...flag('--pause-on-pr', request.pauseOnPr),
    ...flag('--pr-per-task', request.prPerTask),
    ...value('--branch', request.branch),
    ...value('--target-branch', request.targetBranch),
    ...value('--budget', request.sessionBudgetUsd),
    ...value('--max-cost', request.maxCostUsd),
    ...request.criteria.map((text) => `--criteria=${text}`),
    ...toggle('verify', request.verify),
    ...value('--log-level', request.logLevel),
    ...value('--sandbox', request.sandbox),
    ...value('--forge', request.forge),
    ...value('--merge-method', request.mergeMethod),
    ...toggle('admin', request.admin),
    ...toggle('sync-before-merge', request.syncBeforeMerge),
    ...toggle('draft', request.draft),
    '--',
    request.goal,
  ]
}

export function resumeArguments(request: ResumeRequest): readonly string[] {
  return [
    'resume',
    ...flag('--force', request.force),
    ...value('--max-cost', request.maxCostUsd),
    ...value('--max-sessions', request.maxSessions),
    ...toggle('auto-merge', request.autoMerge),
    ...toggle('admin', request.admin),
    ...(request.message === null ? [] : ['--', request.message]),
  ]
}

function mergeArguments(request: MergePrRequest): readonly string[] {
  return [
    'merge-pr',
    ...(request.number === null ? [] : [String(request.number)]),
    ...value('--max-iterations', request.maxIterations),
    ...flag('--no-merge', !request.merge),
    ...flag('--create-pr', request.createPr),
    ...value('--model', request.model),
    ...value('--max-cost', request.maxCostUsd),
    ...value('--log-level', request.logLevel),
    ...value('--sandbox', request.sandbox),
    ...value('--forge', request.forge),
    ...value('--merge-method', request.mergeMethod),
    ...toggle('admin', request.admin),
  ]
}

/** As one word, so that a value which begins with a dash is no flag. */
function value(name: string, given: string | number | null): readonly string[] {
  return given === null ? [] : [`${name}=${given}`]
}

function flag(name: string, given: boolean): readonly string[] {
  return given ? [name] : []
}

function toggle(name: string, given: boolean | null): readonly string[] {
  return given === null ? [] : [given ? `--${name}` : `--no-${name}`]
}
