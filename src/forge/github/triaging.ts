/** Why failed checks failed is looked up once for each run of a check, and again while the answer is not known yet. */
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { RawCheck, Triage } from './checks.ts'
import { createTimedCache } from './timed-cache.ts'

export type TriageLookUp = (request: {
  readonly head: CommitSha
  /** The newest commit of the target branch; null when that is not known. */
  readonly baseHead: CommitSha | null
  readonly failed: readonly RawCheck[]
}) => Promise<ReadonlyMap<string, Triage>>

export type Triaging = {
  /** By name, for the failed ones among these checks. Throws a Failure. */
  triage(head: CommitSha, baseHead: CommitSha | null, checks: readonly RawCheck[]): Promise<ReadonlyMap<string, Triage>>
}

const KNOWN_FOR_MS = 60 * 60_000
/** The target branch's own checks may still run, a log may come late. */
const UNKNOWN_FOR_MS = 30_000

export function createTriaging(lookUp: TriageLookUp, now: () => number): Triaging {
  const looked = createTimedCache<ReadonlyMap<string, Triage>>({
    keepMs: (found) => (found.size > 0 && [...found.values()].every(isKnown) ? KNOWN_FOR_MS : UNKNOWN_FOR_MS),
    now,
  })
  return {
    async triage(head, baseHead, checks) {
      const failed = checks.filter((check) => check.status === 'failed')
      if (failed.length === 0) return new Map()
      const key = JSON.stringify([head, baseHead, ...failed.map(identify)])
      return looked.get(key, () => lookUp({ head, baseHead, failed }).catch(unlessUnreachable))
    },
  }
}

/** A token that may not read logs leaves the cause unknown, and stops nothing. */
function unlessUnreachable(error: unknown): ReadonlyMap<string, Triage> {
  if (error instanceof Failure && !error.isRetryable) return new Map()
  throw error
}

/** A re-run has a new id or a new start. */
function identify({ name, databaseId, conclusion, startedAt }: RawCheck): readonly unknown[] {
  return [name, databaseId, conclusion, startedAt]
}

function isKnown({ cause, onBase }: Triage): boolean {
  return cause !== 'unknown' && onBase !== 'unknown'
}
