/** A person lets through what the diff guard found: recorded with who, when and why, and shown in the pull request. */
import { WAIVE } from '../domain/decide/integrity.ts'
import { Failure } from '../domain/failure.ts'
import { waive } from '../domain/integrity/guard.ts'
import { openFindings } from '../domain/integrity/open-findings.ts'
import type { Block, GroupState, RunState } from '../domain/run.ts'
import type { RunLock, Store } from '../store/store.ts'
import { type ClosedFinding, listOpen, newWaivers, type OpenFinding } from './findings.ts'
import { withLock } from './run-lock.ts'
import { noRun } from './status.ts'

export type WaiveRequest = {
  readonly store: Store
  /** Ids of findings; `all` of those that are open. */
  readonly findings: readonly string[] | 'all'
  readonly why: string
  readonly by: string
  readonly now: () => number
}

export type WaiveOutcome = {
  readonly waived: readonly ClosedFinding[]
  readonly open: readonly OpenFinding[]
  /** The command that goes on from here. */
  readonly next: string | null
}

/** Throws `run_missing`. */
export async function readOpenFindings(store: Store): Promise<readonly OpenFinding[]> {
  const state = await store.load()
  if (state === null) throw noRun()
  return listOpen(state)
}

/**
 * Throws `run_missing`, `usage` for an id that is not open, `run_locked` while a process works on the run: it would not
 * hear of it.
 */
export async function waiveFindings(request: WaiveRequest): Promise<WaiveOutcome> {
  const { store } = request
  if ((await store.load()) === null) throw noRun()
  return withLock({ store }, { fromOtherHosts: false }, (lock) => waiveUnder(lock, request))
}

async function waiveUnder(lock: RunLock, { store, findings, why, by, now }: WaiveRequest): Promise<WaiveOutcome> {
  const state = await store.load()
  if (state === null) throw noRun()
  const open = listOpen(state)
  const ids = new Set(findings === 'all' ? open.map((finding) => finding.id) : findings)
  const unknown = [...ids].filter((id) => !open.some((finding) => finding.id === id))
  if (unknown.length > 0) {
    throw new Failure('usage', `no open finding is called ${unknown.join(', ')}; claudetm waive lists them`)
  }
  if (ids.size === 0) return { waived: [], open, next: null }
  const after = withWaivers(state, ids, { by, why, at: now() })
  const waived = newWaivers(state, after)
  const saved = await store.save(lock, after)
  for (const { groupId, finding } of waived) {
    await store.append(lock, state.runId, { type: 'integrity.let_through', groupId, finding })
  }
  const left = listOpen(saved)
  return {
    waived: waived.map(({ groupId, finding }) => ({ ...finding, groupId })),
    open: left,
    next: left.length === 0 ? 'claudetm resume' : null,
  }
}

function withWaivers(
  state: RunState,
  ids: ReadonlySet<string>,
  reason: { by: string; why: string; at: number },
): RunState {
  const groups = Object.fromEntries(
    Object.entries(state.groups).map(([id, group]) => [
      id,
      withoutBlock({ ...group, guard: waive(group.guard, ids, reason) }),
    ]),
  ) as RunState['groups']
  const stillBlocked = Object.values(groups).some((group) => isAboutFindings(group.block))
  if (stillBlocked || !isAboutFindings(state.block)) return { ...state, groups }
  return { ...state, groups, block: null, status: 'paused', reason: 'what held it up was waived' }
}

function withoutBlock(group: GroupState): GroupState {
  return isAboutFindings(group.block) && openFindings(group.guard).length === 0 ? { ...group, block: null } : group
}

function isAboutFindings(block: Block | null): boolean {
  return block?.command.startsWith(WAIVE) === true
}
