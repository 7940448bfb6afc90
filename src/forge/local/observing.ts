/** Looking at a pull request: its record is brought in line with the world, its checks are under way, and it is told. */
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { PrObservation, PushedObservation } from '../../domain/observation.ts'
import type { Identity } from '../../workspace/repository.ts'
import type { Forge } from '../forge.ts'
import { type BaseResults, readBaseResults } from './base-checks.ts'
import type { Changes } from './changes.ts'
import type { Ci } from './ci.ts'
import { judgeStanding, type Standing } from './history.ts'
import { checksOf, type PrRecord } from './pr-record.ts'
import { type RefreshDependencies, refresh } from './refresh.ts'
import { toSnapshot } from './snapshot.ts'

export type ObserveDependencies = RefreshDependencies & {
  readonly directory: string
  readonly identity: Identity
  readonly ci: Ci
  readonly changes: Changes
}

export function createObserving(deps: ObserveDependencies): Pick<Forge, 'observe' | 'observeNumber' | 'observePushed'> {
  const { upstream, records } = deps
  return {
    observe: (headBranch) => observe(deps, () => records.newest(headBranch)),
    observeNumber: (number: PrNumber) => observe(deps, () => records.find(number)),
    observePushed: (headBranch): Promise<PushedObservation> =>
      upstream.readHead(headBranch).then((head) => ({ kind: 'known', head }) as const, toUnknown),
  }
}

async function observe(deps: ObserveDependencies, find: () => Promise<PrRecord | null>): Promise<PrObservation> {
  try {
    const found = await find()
    return found === null ? { kind: 'none' } : await describe(deps, found)
  } catch (error) {
    return toUnknown(error)
  }
}

async function describe(deps: ObserveDependencies, found: PrRecord): Promise<PrObservation> {
  const { directory, identity, records, ci, changes } = deps
  const { target, ...standing } = await look(deps, found)
  changes.markSeen(found.number) // what comes after this and is not in the answer wakes who waits
  const trouble = ci.takeTrouble(found.number)
  const record = await records.get(found.number)
  const onBase = await readOnBase(deps, record, target)
  const author = identity.name || 'you'
  return { kind: 'pr', pr: toSnapshot(record, { ...standing, directory, author, trouble, onBase }) }
}

/** Brings the record up to date and its checks under way. `target` null: it is not open, and nobody asked. */
async function look(deps: ObserveDependencies, found: PrRecord): Promise<Standing & { target: CommitSha | null }> {
  const ended = { mergeability: 'unknown', behind: false, target: null } as const
  if (found.status.state !== 'open') return ended
  const { record, target } = await refresh(deps, found)
  deps.ci.ensure(record)
  return record.status.state === 'open' ? { ...(await judgeStanding(deps, target, record.head)), target } : ended
}

async function readOnBase(deps: ObserveDependencies, record: PrRecord, target: CommitSha | null): Promise<BaseResults> {
  const isRed = checksOf(record, record.head)?.some((check) => check.status === 'failed') ?? false
  return isRed && target !== null ? readBaseResults(deps, target) : new Map()
}

function toUnknown(error: unknown): { kind: 'unknown'; why: string } {
  return { kind: 'unknown', why: toFailure(error).message }
}
