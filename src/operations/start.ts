/** `start`: everything that can be known is checked, then the run is written down, then it works. */
import { initialState } from './initial-state.ts'
import { createRun, refuseExisting } from './new-run.ts'
import { withLock } from './run-lock.ts'
import type { RunParts } from './run-parts.ts'
import type { RunEnd, RunObserver, StartRequest } from './run-request.ts'
import { work } from './work.ts'

/** People are surprised by a program that merges: it says so, and how to have it otherwise. */
const MERGES_BY_ITSELF =
  'pull requests are merged without asking once every check is green and nobody objects; --no-auto-merge stops before each merge'

export async function startRun(run: RunParts, request: StartRequest, observer: RunObserver): Promise<RunEnd> {
  const target = run.webhooks.target(request.webhook)
  await refuseExisting(run)
  const { options, notes } = await run.preflight(request)
  const banner = options.autoMerge && options.forge !== 'local' ? [MERGES_BY_ITSELF] : []
  const { webhookPort } = request
  return withLock(run, { fromOtherHosts: false }, (lock) =>
    work(run, { lock, observer, webhookPort }, async () => {
      await refuseExisting(run)
      return {
        state: await createRun(run, lock, (runId, now) => {
          run.webhooks.add(runId, target)
          return initialState(runId, request.goal.trim(), options, now)
        }),
        resumed: false,
        notes: [...banner, ...notes],
      }
    }),
  )
}
