/** `resume`: a person says "go on", perhaps with a message, perhaps by force. */
import { chargedSessions, spentUsd } from '../domain/budget.ts'
import { Failure } from '../domain/failure.ts'
import { liftBlock, type Waiver } from '../domain/group-state.ts'
import type { GroupId } from '../domain/ids.ts'
import { describeFinding } from '../domain/integrity/open-findings.ts'
import type { GroupState, RunOptions, RunState } from '../domain/run.ts'
import type { WebhookTarget } from '../notify/hooks/run-hook.ts'
import type { RunLock } from '../store/store.ts'
import { takeOptions } from './change-options.ts'
import { newWaivers } from './findings.ts'
import { withLock } from './run-lock.ts'
import type { RunParts } from './run-parts.ts'
import type { ResumeRequest, RunEnd, RunObserver } from './run-request.ts'
import { work } from './work.ts'

export async function resumeRun(run: RunParts, request: ResumeRequest, observer: RunObserver): Promise<RunEnd> {
  const target = run.webhooks.target(request.webhook)
  await loadResumable(run)
  const { webhookPort } = request
  return withLock(run, { fromOtherHosts: request.force }, (lock) =>
    work(run, { lock, observer, webhookPort }, async () => ({
      ...(await goOn(run, lock, { ...request, target })),
      resumed: true,
    })),
  )
}

async function loadResumable(run: RunParts): Promise<RunState> {
  const state = await run.store.load()
  if (state === null) throw new Failure('run_missing', 'there is no run here to resume')
  return state
}

async function goOn(
  run: RunParts,
  lock: RunLock,
  request: ResumeRequest & { target: WebhookTarget | null },
): Promise<{ state: RunState; notes: readonly string[] }> {
  // Requests from before the resume are answered by it.
  await run.store.clearControl((await run.store.controlRequests()).map((control) => control.id))
  const { store, mailbox } = run
  // Options that a killed process did not hear were said before this: they do not come after it.
  const state = await takeOptions({ store, mailbox, lock }, await loadResumable(run))
  run.webhooks.add(state.runId, request.target)
  const person = { by: await run.person(), at: run.now() }
  const next = await run.store.save(lock, resumed(state, request, person))
  const waived = newWaivers(state, next)
  for (const { groupId, finding } of waived) {
    await run.store.append(lock, state.runId, { type: 'integrity.let_through', groupId, finding })
  }
  return { state: next, notes: waived.map(({ finding }) => `--force let through: ${describeFinding(finding)}`) }
}

type GoOn = Omit<ResumeRequest, 'webhookPort'>

/** What a person's `resume` makes of a run that rests. Pure. */
export function resumed(state: RunState, request: GoOn, person: Waiver): RunState {
  const groups = Object.fromEntries(
    Object.entries(state.groups).map(([id, group]) => [id, liftBlock(group, request.force, person)]),
  ) as Readonly<Record<GroupId, GroupState>>
  const lifted: RunState = {
    ...state,
    status: state.plan === null ? 'planning' : 'working',
    reason: null,
    block: null,
    groups,
    options: changedOptions(state.options, request),
    messages: request.message === null ? state.messages : [...state.messages, request.message],
    attempt: retryAttempt(state, request.force),
  }
  return withCaps(request.force ? byForce(lifted) : lifted, request)
}

/** A cap that is given anew, or by force, counts from here on. */
function withCaps(state: RunState, request: GoOn): RunState {
  const { capsSince, sessions } = state
  const costUsd = request.force || request.maxCostUsd !== null ? spentUsd(sessions) : capsSince.costUsd
  const count = request.force || request.maxSessions !== null ? chargedSessions(sessions) : capsSince.sessions
  return { ...state, capsSince: { costUsd, sessions: count } }
}

function changedOptions(options: RunOptions, request: GoOn): RunOptions {
  return {
    ...options,
    autoMerge: request.autoMerge ?? options.autoMerge,
    admin: request.admin ?? options.admin,
    maxCostUsd: request.maxCostUsd ?? options.maxCostUsd,
    maxSessions: request.maxSessions ?? options.maxSessions,
  }
}

/** What failed for good is tried once more: the person has seen it. Counted answers come back only by force. */
function retryAttempt({ attempt }: RunState, force: boolean): RunState['attempt'] {
  if (attempt === null) return null
  const last = attempt.last?.kind === 'failed' ? ({ kind: 'interrupted' } as const) : attempt.last
  return force ? { ...attempt, last, failures: 0, invalid: 0 } : { ...attempt, last, failures: 0 }
}

/** Every spent budget is given back: attempts, waits, verification rounds. */
function byForce(state: RunState): RunState {
  return { ...state, usageLimitUntil: null, usageLimitWaits: 0, verification: null }
}
