/** `start`: everything that can be known is checked, then the run is written down, then it works. */
import { Failure } from '../domain/failure.ts'
import type { RunId } from '../domain/ids.ts'
import type { RunOptions, RunState } from '../domain/run.ts'
import type { RunLock } from '../store/store.ts'
import { initialState } from './initial-state.ts'
import type { RunParts } from './run-parts.ts'
import type { RunEnd, RunObserver, StartRequest } from './run-request.ts'
import { withLock, work } from './work.ts'

export async function startRun(run: RunParts, request: StartRequest, observer: RunObserver): Promise<RunEnd> {
  await refuseExisting(run)
  const options = await run.preflight(request)
  return withLock(run, { fromOtherHosts: false }, (lock) =>
    work(run, lock, observer, async () => {
      await refuseExisting(run)
      return { state: await create(run, lock, request.goal, options), resumed: false }
    }),
  )
}

async function refuseExisting(run: RunParts): Promise<void> {
  const existing = await run.store.load()
  if (existing === null) return
  throw new Failure('run_exists', `run ${existing.runId} is not finished (${existing.status}): ${existing.goal}`, {
    facts: { runId: existing.runId, status: existing.status },
  })
}

async function create(run: RunParts, lock: RunLock, goal: string, options: RunOptions): Promise<RunState> {
  await run.ignoreState()
  const now = run.now()
  const finished = new Set((await run.store.history()).map((summary) => summary.runId))
  const state = await run.store.save(lock, initialState(newRunId(now, finished), goal.trim(), options, now))
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
