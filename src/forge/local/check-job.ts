/** One check in its own clean checkout of one commit. Knows nothing of pull requests. */
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { CheckRun } from '../../domain/run.ts'
import type { InstallReport, Workspaces } from '../../workspace/workspace.ts'
import type { CheckRecord } from './pr-record.ts'

export type Checkouts = Pick<Workspaces, 'withCheckout' | 'install' | 'findChecks' | 'runCommand'>

export type InstallAttempt = Exclude<InstallReport, { kind: 'nothing' }>

export type CheckOutcome = Pick<CheckRecord, 'description' | 'cause'> & {
  readonly status: 'passed' | 'failed'
  /** The whole log. */
  readonly log: string
}

export type CheckJob = {
  readonly head: CommitSha
  readonly command: string
  /** It failed before on this commit and was started again. */
  readonly isRerun: boolean
  readonly signal: AbortSignal
  readonly onInstall: (report: InstallAttempt) => void
}

/** Never throws; what an aborted job says is worth nothing. */
export async function runCheckJob(checkouts: Checkouts, job: CheckJob): Promise<CheckOutcome> {
  try {
    return await checkouts.withCheckout(job.head, job.signal, async (slot) => {
      const installed = await checkouts.install(slot, job.signal)
      if (installed.kind !== 'nothing') job.onInstall(installed)
      if (installed.kind === 'failed') return notInstalled(installed, job.isRerun)
      return toOutcome(await checkouts.runCommand(slot, job.command, job.signal), installed)
    })
  } catch (error) {
    return neverStarted(error)
  }
}

export function neverStarted(error: unknown): CheckOutcome {
  const { message } = toFailure(error)
  return { status: 'failed', cause: 'infrastructure', description: `could not start: ${message}`, log: `${message}\n` }
}

/** A registry that does not answer goes away with a re-run; what stays may be the commit's own doing (a stale lockfile). */
function notInstalled(report: InstallAttempt, isRerun: boolean): CheckOutcome {
  return {
    status: 'failed',
    cause: isRerun ? 'unknown' : 'infrastructure',
    description: `dependencies could not be installed: ${report.command}`,
    log: section(report.command, report.tail, 'failed'),
  }
}

function toOutcome(run: CheckRun, installed: InstallReport): CheckOutcome {
  const setup = installed.kind === 'installed' ? section(installed.command, installed.tail, 'done') : ''
  const end = describeEnd(run)
  return {
    status: run.exitCode === 0 ? 'passed' : 'failed',
    cause: causeOf(run),
    description: end,
    log: setup + section(run.command, run.tail, end),
  }
}

/** Without an exit code and not by our time limit: it could not be started, or the machine ended it. */
function causeOf(run: CheckRun): CheckRecord['cause'] {
  if (run.exitCode === 0) return 'unknown'
  return run.timedOut || run.exitCode !== null ? 'code' : 'infrastructure'
}

function describeEnd(run: CheckRun): string {
  const seconds = (run.durationMs / 1000).toFixed(1)
  if (run.timedOut) return `took too long and was ended after ${seconds} s`
  if (run.exitCode === null) return `could not start, or was ended from outside after ${seconds} s`
  return `exit code ${run.exitCode} after ${seconds} s`
}

function section(command: string, output: string, end: string): string {
  return `$ ${command}\n${output === '' ? '' : `${output.trimEnd()}\n`}[${end}]\n`
}
