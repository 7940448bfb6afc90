/**
 * CI of the local forge: which pull request's checks run now. One run per PR, of its newest head, however often it is
 * asked for; what a killed process left without a result is run again, what has one is not.
 */
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import { type CiDependencies, runChecks } from './ci-run.ts'
import { checksOf, type PrRecord } from './pr-record.ts'

export type Ci = {
  /** Starts what has no result for the head of an open PR; ends what runs for another head, or once it is not open. */
  ensure(record: PrRecord): void
  /** Why results could not be recorded, since it was last asked; null = no trouble. */
  takeTrouble(number: PrNumber): string | null
  /** Ends everything and waits for it; nothing is started any more. */
  close(): Promise<void>
}

type CiRun = {
  readonly head: CommitSha
  readonly abort: AbortController
  /** Asked for while it was running: it looks once more before it ends. */
  again: boolean
}

/** `onTrouble`: an observation of this PR has something new to tell. */
export function createCi(deps: CiDependencies & { onTrouble: (number: PrNumber) => void }): Ci {
  const runs = new Map<PrNumber, CiRun>()
  const underWay = new Set<Promise<void>>()
  const troubles = new Map<PrNumber, string>()
  let closed = false

  function start(number: PrNumber, head: CommitSha): void {
    const run: CiRun = { head, abort: new AbortController(), again: false }
    runs.set(number, run)
    const done = follow(number, run).finally(() => underWay.delete(done))
    underWay.add(done)
  }

  function stop(number: PrNumber): void {
    runs.get(number)?.abort.abort()
    runs.delete(number)
  }

  /** Never rejects: nobody waits for it. */
  async function follow(number: PrNumber, run: CiRun): Promise<void> {
    const { signal } = run.abort
    try {
      do {
        run.again = false
        await runChecks(deps, { number, head: run.head, signal })
      } while (run.again && !signal.aborted)
    } catch (error) {
      if (!signal.aborted) troubles.set(number, toFailure(error).message)
    }
    if (runs.get(number) === run) runs.delete(number)
    if (troubles.has(number)) deps.onTrouble(number)
  }

  return {
    ensure(record) {
      const { number, head } = record
      const running = runs.get(number)
      if (closed || record.status.state !== 'open') stop(number)
      else if (running?.head === head) running.again = true
      else {
        stop(number)
        if (hasWork(record)) start(number, head)
      }
    },
    takeTrouble(number) {
      const trouble = troubles.get(number) ?? null
      troubles.delete(number)
      return trouble
    },
    async close() {
      closed = true
      for (const number of [...runs.keys()]) stop(number)
      await Promise.all(underWay)
    },
  }
}

function hasWork(record: PrRecord): boolean {
  return checksOf(record, record.head)?.some((check) => check.status === 'pending') ?? true
}
