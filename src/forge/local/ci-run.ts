/** The checks of one commit of one pull request: found in the commit, run side by side, recorded as each ends. */
import { join } from 'node:path'
import type { RunEventBody } from '../../domain/events.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import { toLogPaths } from '../logs/log-file.ts'
import { type CheckOutcome, type Checkouts, type InstallAttempt, neverStarted, runCheckJob } from './check-job.ts'
import type { Limit } from './limit.ts'
import { type CheckRecord, checksOf, withChecks } from './pr-record.ts'
import type { PrRecords } from './pr-records.ts'
import { writeRecord } from './record-file.ts'

export type CiDependencies = {
  readonly directory: string
  readonly records: PrRecords
  readonly checkouts: Checkouts
  readonly limit: Limit
  readonly now: () => number
  readonly emit: (event: RunEventBody) => void
}

export type CiSubject = { readonly number: PrNumber; readonly head: CommitSha; readonly signal: AbortSignal }

/** Runs what has no result yet. An abort ends it quickly and records nothing; throws when results cannot be recorded. */
export async function runChecks(deps: CiDependencies, subject: CiSubject): Promise<void> {
  const { number, head, signal } = subject
  const checks = checksOf(await deps.records.get(number), head) ?? (await findChecks(deps, subject))
  const pending = checks.filter((check) => check.status === 'pending')
  if (pending.length === 0 || signal.aborted) return
  deps.emit({ type: 'ci.started', groupId: null, head, checks: pending.map((check) => check.name) })
  const ends = pending.map((check) => deps.limit(() => runCheck(deps, subject, check)))
  await Promise.allSettled(ends) // nothing goes on behind the back of a failure
  await Promise.all(ends)
}

/** What the checks are is read from the commit itself. */
async function findChecks(deps: CiDependencies, subject: CiSubject): Promise<readonly CheckRecord[]> {
  const { number, head, signal } = subject
  const { checkouts, records } = deps
  const found = await checkouts
    .withCheckout(head, signal, (slot) => checkouts.findChecks(slot))
    .catch((error: unknown) => neverStarted(error))
  signal.throwIfAborted()
  if ('status' in found) return recordFailedSearch(deps, subject, found)
  const checks = toPendingChecks(number, head, found)
  await records.update(number, (record) => withChecks(record, head, checks))
  return checks
}

/** Shown as a failed check, so that it is re-run or reported like one. */
async function recordFailedSearch(
  deps: CiDependencies,
  { number, head }: CiSubject,
  outcome: CheckOutcome,
): Promise<readonly CheckRecord[]> {
  const checks = toPendingChecks(number, head, [{ name: 'checkout', command: null }])
  const failed = await Promise.all(checks.map((check) => withOutcome(deps, check, outcome)))
  await deps.records.update(number, (record) => withChecks(record, head, failed))
  return failed
}

async function runCheck(deps: CiDependencies, { number, head, signal }: CiSubject, check: CheckRecord): Promise<void> {
  if (signal.aborted) return
  const startedAt = deps.now()
  const outcome = await runCheckJob(deps.checkouts, {
    head,
    signal,
    command: check.command ?? '',
    isRerun: check.reruns > 0,
    onInstall: (report) => deps.emit(toInstallEvent(report)),
  })
  if (!signal.aborted) {
    const ended = await withOutcome(deps, check, outcome)
    await deps.records.update(number, (record) => {
      const known = checksOf(record, head) ?? []
      return withChecks(
        record,
        head,
        known.map((other) => (other.name === check.name ? ended : other)),
      )
    })
  }
  deps.emit({
    type: 'ci.check',
    groupId: null,
    head,
    check: check.name,
    status: signal.aborted ? 'cancelled' : outcome.status,
    durationMs: deps.now() - startedAt,
    log: join(deps.directory, check.log),
  })
}

/** The log first: a recorded result always has one. */
async function withOutcome(deps: CiDependencies, check: CheckRecord, outcome: CheckOutcome): Promise<CheckRecord> {
  const { log, ...result } = outcome
  await writeRecord(join(deps.directory, check.log), log)
  return { ...check, ...result }
}

function toPendingChecks(
  number: PrNumber,
  head: CommitSha,
  found: readonly Pick<CheckRecord, 'name' | 'command'>[],
): readonly CheckRecord[] {
  const distinct = found.filter((check, index) => found.findIndex((other) => other.name === check.name) === index)
  const logs = toLogPaths(
    number,
    head,
    distinct.map((check) => check.name),
  )
  return distinct.map(({ name, command }, index) => ({
    name,
    command,
    log: logs[index] ?? '',
    status: 'pending',
    cause: 'unknown',
    description: '',
    reruns: 0,
  }))
}

function toInstallEvent(report: InstallAttempt): RunEventBody {
  const { kind: outcome, command, durationMs, tail } = report
  return { type: 'dependencies', groupId: null, command, outcome, durationMs, tail }
}
