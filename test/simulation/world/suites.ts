/** CI as the world runs it: for each head one suite of checks that begin, end and turn out as the history says. */
import type { CommitSha } from '../../../src/domain/ids.ts'
import type { Check, CheckCause, ChecksObservation } from '../../../src/domain/observation.ts'
import type { Suite } from '../history.ts'
import type { Commits } from './commits.ts'
import type { Time } from './time.ts'

const MINUTE = 60_000

type Run = {
  readonly name: string
  /** When it shows, when it ends (world's time). */
  from: number
  until: number
  passes: boolean
  cause: CheckCause
  readonly canRerun: boolean
  reruns: number
}

export type Suites = {
  /** A head was pushed: its checks are on their way. */
  begin(head: CommitSha): void
  observe(head: CommitSha): ChecksObservation
  /** Since when it was first green, when it is green now. */
  greenAt(head: CommitSha): number | null
  /** Failed ones begin anew. */
  rerun(head: CommitSha): boolean
  turnRed(head: CommitSha): void
  again(head: CommitSha): void
  setBase(isRed: boolean): void
  /** The bill is paid. */
  pay(): void
  /** From now on everything that is wrong with the service itself is over. */
  calm(): void
}

export function createSuites(
  { time, commits }: { time: Time; commits: Commits },
  configured: boolean,
  coming: Suite[],
): Suites {
  const runs = new Map<CommitSha, Run[]>()
  let baseIsRed = false
  let isCalm = false
  let isPaid = false
  const firstGreen = new Map<CommitSha, number>()
  const now = () => time.elapsed()

  function plan(head: CommitSha): Run[] {
    const kind = isCalm ? 'green' : (coming.shift() ?? 'green')
    const broken = commits.get(head).flaw !== 'none' || baseIsRed
    const base: Run = {
      name: 'test',
      from: now() + 10_000,
      until: now() + 3 * MINUTE,
      passes: !broken,
      cause: 'code',
      canRerun: false,
      reruns: 0,
    }
    switch (kind) {
      case 'green':
        return [base, { ...base, name: 'lint', until: now() + MINUTE }]
      case 'red':
        return [{ ...base, passes: false }]
      case 'flake':
        return [{ ...base, passes: false, canRerun: true }]
      case 'infrastructure':
        return [{ ...base, passes: false, cause: 'infrastructure', canRerun: true }]
      case 'billing':
        return [{ ...base, passes: false, cause: 'account', canRerun: true }]
      case 'slow':
        return [{ ...base, until: now() + 90 * MINUTE }]
      case 'late':
        return [{ ...base, from: now() + 10 * MINUTE, until: now() + 15 * MINUTE }]
      case 'never':
        return []
      case 'endless':
        return [{ ...base, until: Number.POSITIVE_INFINITY }]
    }
  }

  const shown = (head: CommitSha) => (runs.get(head) ?? []).filter(({ from }) => from <= now())

  function toCheck(run: Run): Check {
    const ended = run.until <= now()
    return {
      name: run.name,
      status: !ended ? 'pending' : run.passes ? 'passed' : 'failed',
      required: true,
      description: '',
      cause: run.cause,
      onBase: baseIsRed ? 'failed' : 'passed',
      canRerun: run.canRerun,
      url: null,
    }
  }

  return {
    begin(head) {
      if (configured && !runs.has(head)) runs.set(head, plan(head))
    },
    observe(head) {
      if (!configured) return { kind: 'none_configured' }
      return { kind: 'reported', head, complete: true, items: shown(head).map(toCheck) }
    },
    greenAt(head) {
      const all = runs.get(head) ?? []
      if (all.length === 0 || all.some((run) => !run.passes || run.until > now() || run.from > now())) return null
      const known = firstGreen.get(head) ?? Math.max(...all.map(({ until }) => until))
      firstGreen.set(head, known)
      return known
    },
    rerun(head) {
      const failed = (runs.get(head) ?? []).filter((run) => run.until <= now() && !run.passes && run.canRerun)
      for (const run of failed) {
        run.reruns += 1
        if (run.cause === 'account' && !isPaid) continue
        run.cause = 'code'
        run.until = now() + 2 * MINUTE
        run.passes = commits.get(head).flaw === 'none' && !baseIsRed
      }
      return failed.length > 0
    },
    turnRed(head) {
      for (const run of runs.get(head) ?? []) if (run.until <= now()) run.passes = false
    },
    again(head) {
      for (const run of runs.get(head) ?? []) run.until = now() + 2 * MINUTE
    },
    setBase(isRed) {
      baseIsRed = isRed
    },
    pay() {
      isPaid = true
    },
    calm() {
      isPaid = true
      isCalm = true
      coming.length = 0
      baseIsRed = false
      for (const run of [...runs.values()].flat()) {
        if (run.until === Number.POSITIVE_INFINITY) run.until = now() + MINUTE
      }
    },
  }
}
