/**
 * The runs at work in this process, never more than the bound, never two in one repository. Whose turn it is says the
 * registry; that a run has begun, how it stands and how it ended is written there before anything else relies on it, so
 * that the process may be killed at any time and the next one goes on.
 */

import type { RunEvent } from '../../domain/events.ts'
import { Failure, toFailure } from '../../domain/failure.ts'
import { explainFailure } from '../../domain/failure-sentence.ts'
import type { RunState } from '../../domain/run.ts'
import type { CardId } from '../../operations/catalog/run-desk.ts'
import { mergePr } from '../../operations/merge-pr.ts'
import { resumeRun } from '../../operations/resume.ts'
import type { RunParts } from '../../operations/run-parts.ts'
import { PLAIN_RESUME, type RunControl, type RunEnd, type RunObserver } from '../../operations/run-request.ts'
import { startRun } from '../../operations/start.ts'
import type { Store } from '../../store/store.ts'
import type { Changes } from './changes.ts'
import type { Launcher } from './launcher.ts'
import { progressOf, progressOfSummary } from './progress.ts'
import type { CardRow, Registry, Want } from './registry.ts'

/** How often repositories that are occupied by somebody else are looked at while runs wait for them. */
const OCCUPIED_LOOK_MS = 5_000

export type WorkshopListener = (card: CardRow, event: RunEvent) => void

export type Workshop = {
  /** Begins whatever there is room for. Cheap; called whenever something may have changed. */
  pump(): void
  /** The state as the engine has it; null = this process does not work on it, or it has not begun. */
  stateOf(id: CardId): RunState | null
  isAtWork(id: CardId): boolean
  /** False = this process does not work on it. */
  halt(id: CardId, how: 'pause' | 'stop', words: string | null): boolean
  /** Why the turn of this repository's runs does not come. */
  waitingFor(repository: string): string | null
  count(): number
  /** Resolves when this process does not work on it (any more). */
  ended(id: CardId): Promise<void>
  /** Every run ends its session and is gone on with by the next process. */
  close(): Promise<void>
}

type Halt = { readonly how: 'pause' | 'stop'; readonly words: string | null }

type Active = {
  state: RunState | null
  control: RunControl | null
  /** Said before the run could hear it. */
  halted: Halt | null
  readonly ended: Promise<void>
}

export type WorkshopParts = {
  readonly registry: Registry
  readonly launcher: Launcher
  readonly changes: Changes
  readonly maxAtWork: number
  readonly now: () => number
  readonly onEvent: WorkshopListener
  /** Defects, for the log of the server. */
  readonly report: (message: string) => void
}

export function createWorkshop(parts: WorkshopParts): Workshop {
  const { registry, launcher, changes, now } = parts
  const active = new Map<CardId, Active>()
  const occupied = new Map<string, string>()
  let isClosing = false
  let lookAgain: NodeJS.Timeout | null = null

  function pump(): void {
    if (isClosing || active.size >= parts.maxAtWork) return
    for (const card of registry.turns()) {
      if (active.size >= parts.maxAtWork) break
      if (!occupied.has(card.repository)) begin(card)
    }
    if (occupied.size > 0) lookAgain ??= setTimeout(lookAtOccupied, OCCUPIED_LOOK_MS).unref()
  }

  function lookAtOccupied(): void {
    lookAgain = null
    occupied.clear()
    pump()
  }

  function begin(queued: CardRow): void {
    const card = registry.change(queued.id, { phase: 'working', startedAt: queued.startedAt ?? now(), endedAt: null })
    const { promise: ended, resolve } = Promise.withResolvers<void>()
    const job: Active = { state: null, control: null, halted: null, ended }
    active.set(card.id, job)
    work(card, job)
      .catch((error: unknown) => parts.report(`task ${card.id}: ${toFailure(error).message}`))
      .finally(() => {
        active.delete(card.id)
        changes.announce(card.id)
        resolve()
        pump()
      })
  }

  async function work(card: CardRow, job: Active): Promise<void> {
    try {
      const run = await launcher.openRun(card.repository)
      const want = await nextWant(run.store, card)
      if (want === null) return
      settle(card.id, await carryOut(run, want, observe(card, job)))
    } catch (error) {
      await fail(card.id, toFailure(error))
    }
  }

  /** Looks before it begins again: a process that was killed may have begun, or even ended, without writing it here. */
  async function nextWant(store: Store, card: CardRow): Promise<Want | null> {
    const state = await store.load()
    const { want, runId, startedAt } = card
    if (
      state !== null &&
      (state.runId === runId || (card.isInterrupted && runId === null && state.createdAt >= (startedAt ?? 0)))
    ) {
      return want?.kind === 'resume' ? want : { kind: 'resume', request: PLAIN_RESUME }
    }
    const summary = (await store.history()).find((past) =>
      runId === null ? card.isInterrupted && past.createdAt >= (startedAt ?? 0) : past.runId === runId,
    )
    if (summary === undefined) {
      if (state !== null) refuseOfAnother(card, state)
      return want ?? { kind: 'resume', request: PLAIN_RESUME }
    }
    registry.change(card.id, {
      phase: 'idle',
      status: summary.status,
      reason: summary.reason,
      runId: summary.runId,
      want: null,
      isInterrupted: false,
      isPutAway: true,
      endedAt: summary.endedAt,
      progress: progressOfSummary(summary, card.progress),
    })
    return null
  }

  /** It holds its repository until it is resumed or put away: going on with it is for who asks for that very task. */
  function refuseOfAnother(card: CardRow, { runId, status, goal }: RunState): void {
    const holder = registry.byRun(card.repository, runId)
    if (holder === null || holder.id === card.id) return
    throw new Failure('run_exists', `task ${holder.id} is not finished (${status}): ${goal}`, {
      facts: { runId, status },
    })
  }

  function carryOut(run: RunParts, want: Want, observer: RunObserver): Promise<RunEnd> {
    switch (want.kind) {
      case 'start':
        return startRun(run, want.request, observer)
      case 'merge-pr':
        return mergePr(run, want.request, observer)
      case 'resume':
        return resumeRun(run, want.request, observer)
    }
  }

  function observe(card: CardRow, job: Active): RunObserver {
    return {
      onControl(control) {
        job.control = control
        if (isClosing) control.requestStop()
      },
      onState(state) {
        const before = job.state
        job.state = state
        if (before === null) tellWhatWasSaid(card.id, job)
        if (before?.status === state.status && before.reason === state.reason) return
        const begun = {
          runId: state.runId,
          want: { kind: 'resume' as const, request: PLAIN_RESUME },
          isInterrupted: false,
        }
        registry.change(card.id, {
          status: state.status,
          reason: state.reason,
          progress: progressOf(state),
          ...(before === null && begun),
        })
        changes.announce(card.id)
      },
      onEvent(event) {
        changes.announce(card.id)
        parts.onEvent(card, event)
      },
    }
  }

  /** The run can hear it from now on. */
  function tellWhatWasSaid(id: CardId, { halted, state }: Active): void {
    if (halted !== null) ask(id, halted)
    const card = registry.get(id)
    if (card === null || state === null || card.messages.length === 0) return
    const { runId } = state
    const mailbox = launcher.openMailbox(card.repository)
    const letters = card.messages.map(
      ({ text, sender, priority }) => ({ kind: 'message', runId, text, sender, priority }) as const,
    )
    Promise.all(letters.map((letter) => mailbox.put(letter)))
      .then(() => registry.change(id, { messages: [] }))
      .catch((error: unknown) => parts.report(`task ${id}: ${toFailure(error).message}`))
  }

  /** As any other process would ask: the words of the person are kept with it. */
  function ask(id: CardId, { how, words }: Halt): void {
    const repository = registry.get(id)?.repository
    if (repository === undefined) return
    launcher
      .openStore(repository)
      .requestControl(how, words)
      .catch((error: unknown) => parts.report(`task ${id}: ${toFailure(error).message}`))
  }

  function settle(id: CardId, end: RunEnd): void {
    const state = active.get(id)?.state ?? null
    const wasInterrupted = isClosing && end.reason === 'interrupted'
    registry.change(id, {
      phase: wasInterrupted ? 'queued' : 'idle',
      isInterrupted: wasInterrupted,
      want: wasInterrupted ? { kind: 'resume', request: PLAIN_RESUME } : null,
      status: end.status,
      reason: end.reason,
      isPutAway: end.status === 'success',
      endedAt: wasInterrupted ? null : now(),
      ...(state !== null && { progress: progressOf(state) }),
    })
  }

  async function fail(id: CardId, failure: Failure): Promise<void> {
    const card = registry.get(id)
    if (card === null) return
    if (failure.kind === 'run_exists' || failure.kind === 'run_locked') return putBack(card, failure)
    const { sentence } = explainFailure(failure)
    if (failure.kind === 'internal') parts.report(`task ${id}: ${failure.stack ?? failure.message}`)
    registry.change(id, { phase: 'idle', status: 'failed', reason: sentence, endedAt: now(), isInterrupted: false })
  }

  /** Somebody else works there, or left a run that is not finished: a person decides about that. */
  function putBack(card: CardRow, failure: Failure): void {
    occupied.set(card.repository, explainFailure(failure).sentence)
    registry.change(card.id, { phase: 'queued', startedAt: null })
  }

  return {
    pump,
    stateOf: (id) => active.get(id)?.state ?? null,
    isAtWork: (id) => active.has(id),
    halt(id, how, words) {
      const job = active.get(id)
      if (job === undefined) return false
      if (job.state === null) job.halted ??= { how, words }
      else ask(id, { how, words })
      return true
    },
    waitingFor: (repository) => occupied.get(repository) ?? null,
    count: () => active.size,
    ended: (id) => active.get(id)?.ended ?? Promise.resolve(),
    async close() {
      isClosing = true
      if (lookAgain !== null) clearTimeout(lookAgain)
      const jobs = [...active.values()]
      for (const job of jobs) job.control?.requestStop()
      await Promise.all(jobs.map((job) => job.ended))
    },
  }
}
