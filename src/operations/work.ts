/** A run at work in this process: from the lock to its release, whatever happens in between. Shared by start and resume. */
import { spentUsd } from '../domain/budget.ts'
import type { RunEventBody } from '../domain/events.ts'
import { allTasks } from '../domain/plan.ts'
import type { RunState } from '../domain/run.ts'
import { type Control, createControl, watchRequests } from '../engine/control.ts'
import { type RunEnd as EngineEnd, runEngine } from '../engine/engine.ts'
import type { Notifier } from '../notify/notifier.ts'
import type { RunLock } from '../store/store.ts'
import type { RunParts } from './run-parts.ts'
import type { RunEnd, RunObserver } from './run-request.ts'
import { summarize } from './run-summary.ts'

const EXIT_CODES = { success: 0, blocked: 1, failed: 1, paused: 2, stopped: 2, planning: 1, working: 1 } as const

/** Deliveries of webhooks are waited for this long at the end of a run (as in the original), if they can succeed at all. */
const WEBHOOK_PATIENCE_MS = 10_000

export async function work(
  run: RunParts,
  { lock, observer: watcher, webhookPort }: { lock: RunLock; observer: RunObserver; webhookPort: number | null },
  begin: () => Promise<{ state: RunState; resumed: boolean; notes: readonly string[] }>,
): Promise<RunEnd> {
  const control = createControl()
  watcher.onControl(controlFor(run, control))
  const leftovers = await run.endLeftovers()
  const { state, resumed, notes } = await begin()
  let observer = watcher
  const emit = async (body: RunEventBody) => observer.onEvent(await run.store.append(lock, state.runId, body))
  const opened = await run.open(lock, state.options, {
    emit: (body) => void emit(body).catch(() => {}),
    webhookPort,
  })
  const notifier = await run.webhooks.open({
    state,
    report: (message) => void emit({ type: 'warning', message }).catch(() => {}),
  })
  observer = bothOf(watcher, notifier)
  const ended = new AbortController()
  const watching = watchRequests(run.store, control, ended.signal)
  try {
    observer.onState(state)
    const { protection, account, forge, warnings } = opened
    await emit({
      type: 'run.started',
      goal: state.goal,
      resumed,
      protection,
      account,
      targetBranch: state.options.targetBranch,
      forge,
    })
    for (const message of [...warnings, ...notes]) await emit({ type: 'warning', message })
    if (leftovers > 0) await emit({ type: 'recovered', sessions: 0, processesEnded: leftovers, adopted: 0 })
    const end = await runEngine({ ...opened.parts, observer }, state, control)
    await emit(completion(end, run.now()))
    await notifier.settle()
    if (end.status === 'success')
      await run.store.archive(lock, summarize(end.state, run.now(), run.store.logFile(state.runId)))
    return { exitCode: EXIT_CODES[end.status], status: end.status, reason: end.reason, command: end.command }
  } finally {
    ended.abort()
    await watching
    await opened.parts.forge.close()
    await notifier.close(WEBHOOK_PATIENCE_MS)
  }
}

function bothOf(watcher: RunObserver, notifier: Notifier): RunObserver {
  return {
    ...watcher,
    onEvent(event) {
      watcher.onEvent(event)
      notifier.onEvent(event)
    },
    onState(state) {
      watcher.onState(state)
      notifier.onState(state)
    },
  }
}

function controlFor(run: RunParts, control: Control) {
  return {
    requestStop: () => control.halt('interrupt'),
    requestPause: () => control.halt('pause'),
    forceStop: () => run.exitNow(2),
  }
}

function completion(end: EngineEnd, now: number): RunEventBody {
  const { state } = end
  const tasks = state.plan === null ? [] : allTasks(state.plan)
  return {
    type: 'run.completed',
    result:
      end.status === 'success'
        ? 'success'
        : EXIT_CODES[end.status] === 2
          ? 'interrupted'
          : end.status === 'failed'
            ? 'failed'
            : 'blocked',
    exitCode: EXIT_CODES[end.status],
    reason: end.reason,
    tasksDone: tasks.filter((task) => state.tasks[task.id] !== undefined).length,
    tasksTotal: tasks.length,
    sessions: state.sessions.length,
    prsMerged: Object.values(state.groups).filter((group) => group.merged !== null).length,
    costUsd: spentUsd(state.sessions),
    durationMs: now - state.createdAt,
  }
}
