/** A new run in this repository: there is at most one, and from the moment it is written down it can be resumed. */
import { Failure } from '../domain/failure.ts'
import type { RunId } from '../domain/ids.ts'
import type { RunState } from '../domain/run.ts'
import type { RunLock } from '../store/store.ts'
import type { RunParts } from './run-parts.ts'

export async function refuseExisting(run: RunParts): Promise<void> {
  const existing = await run.store.load()
  if (existing === null) return
  throw new Failure('run_exists', `run ${existing.runId} is not finished (${existing.status}): ${existing.goal}`, {
    facts: { runId: existing.runId, status: existing.status },
  })
}

/** Writes the run down; `toState` is given its id and the time. */
export async function createRun(
  run: RunParts,
  lock: RunLock,
  toState: (runId: RunId, now: number) => RunState,
): Promise<RunState> {
  await run.ignoreState()
  const now = run.now()
  const finished = new Set((await run.store.history()).map((summary) => summary.runId))
  const state = await run.store.save(lock, toState(newRunId(now, finished), now))
  await run.store.writeDocument(lock, 'goal.txt', `${state.goal}\n`)
  // Requests from before this run are not meant for it.
  await run.store.clearControl((await run.store.controlRequests()).map((request) => request.id))
  return state
}

/** Local time as in the original; a second run within the same second gets the next one. */
function newRunId(now: number, taken: ReadonlySet<string>): RunId {
  for (let at = now; ; at += 1_000) {
    const id = formatRunId(new Date(at))
    if (!taken.has(id)) return id
  }
}

function formatRunId(date: Date): RunId {
  const two = (value: number) => String(value).padStart(2, '0')
  const day = `${date.getFullYear()}${two(date.getMonth() + 1)}${two(date.getDate())}`
  return `${day}-${two(date.getHours())}${two(date.getMinutes())}${two(date.getSeconds())}` as RunId
}
