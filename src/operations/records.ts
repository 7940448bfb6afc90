/** The whole state of a run, for who wants to see its sessions or its evidence: present or put away. */
import { Failure } from '../domain/failure.ts'
import type { RunId } from '../domain/ids.ts'
import type { RunState } from '../domain/run.ts'
import type { RunView, Store } from '../store/store.ts'
import { noRun } from './status.ts'

export type RecordPlace = {
  readonly store: Store
  /** A run that was put away; empty where nothing is kept of it. */
  readonly openArchived: (runId: RunId) => RunView
}

export type Records = { readonly state: RunState; readonly isAtWork: boolean }

/**
 * null: the run that is here, else the last one that ended. Throws `run_missing` when there is none, `usage` for an id
 * that is no run of this repository.
 */
export async function readRecords({ store, openArchived }: RecordPlace, runId: string | null): Promise<Records> {
  const present = await store.load()
  if (present !== null && (runId === null || runId === present.runId)) {
    return { state: present, isAtWork: (await store.owner()) !== null }
  }
  const ended = (await store.history()).find((run) => runId === null || run.runId === runId)
  if (ended === undefined) {
    if (runId === null) throw noRun()
    throw new Failure('usage', `no run ${runId} is here or has ended here; claudetm history lists them`)
  }
  const state = await openArchived(ended.runId).load()
  if (state === null) throw new Failure('run_missing', `of run ${ended.runId} only its line in the history is left`)
  return { state, isAtWork: false }
}
