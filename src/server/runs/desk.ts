/** The desk of runs: what is asked of it goes to the registry, to the run at work, or to the state directory. */
import { createHash, randomBytes, randomUUID } from 'node:crypto'
import { setTimeout as wait } from 'node:timers/promises'
import { Failure } from '../../domain/failure.ts'
import type { RunId } from '../../domain/ids.ts'
import type { OptionChanges } from '../../domain/option-changes.ts'
import type { RunState } from '../../domain/run.ts'
import type {
  CardId,
  CardStatus,
  DeskCounts,
  OpenedCard,
  RunCard,
  RunDesk,
  RunOrder,
  Steered,
} from '../../operations/catalog/run-desk.ts'
import { CARD_STATUSES } from '../../operations/catalog/run-desk.ts'
import { changeOptions } from '../../operations/change-options.ts'
import { cleanRun } from '../../operations/clean.ts'
import { clearLetters, type WaitingLetter, type Words, waitingLetters } from '../../operations/mailbox.ts'
import type { ResumeRequest } from '../../operations/run-request.ts'
import type { RunView, Store } from '../../store/store.ts'
import type { Changes } from './changes.ts'
import type { Launcher } from './launcher.ts'
import type { Lookout } from './lookout.ts'
import { progressOf } from './progress.ts'
import type { CardRow, Registry, Want } from './registry.ts'
import type { Workshop } from './workshop.ts'

export type DeskParts = {
  readonly registry: Registry
  readonly workshop: Workshop
  readonly launcher: Launcher
  readonly changes: Changes
  readonly lookout: Lookout
  readonly maxAtWork: number
  readonly now: () => number
}

/** As `stop --cleanup` of the command line. */
const RELEASE_TIMEOUT_MS = 30_000
const RELEASE_LOOK_MS = 100

/** A run of another process tells us nothing: it is looked at this often while somebody watches. */
const FOREIGN_LOOK_MS = 1_000

/** Counted at once, for who measures. */
export type ServerDesk = Omit<RunDesk, 'counts'> & { counts(): DeskCounts }

export function createDesk(parts: DeskParts): ServerDesk {
  const { registry, workshop, launcher, changes, lookout, maxAtWork, now } = parts

  function row(id: CardId): CardRow {
    const found = registry.get(id)
    if (found === null) throw new Failure('run_missing', `there is no task ${id}`, { facts: { task: id } })
    return found
  }

  function toCard(found: CardRow, positions: ReadonlyMap<CardId, number>): RunCard {
    const state = workshop.stateOf(found.id)
    return {
      id: found.id,
      repository: found.repository,
      goal: found.goal,
      origin: found.origin,
      status: statusOf(found, state),
      isAtWork: found.phase === 'working' || lookout.isForeign(found.id),
      isPutAway: found.isPutAway,
      reason: state?.reason ?? found.reason,
      runId: found.runId,
      createdAt: found.createdAt,
      startedAt: found.startedAt,
      endedAt: found.endedAt,
      progress: state === null ? found.progress : progressOf(state),
      position: positions.get(found.id) ?? null,
      waitingFor: found.phase === 'queued' ? workshop.waitingFor(found.repository) : null,
    }
  }

  function card(id: CardId): RunCard {
    const found = row(id)
    return toCard(found, found.phase === 'queued' ? registry.positions() : NO_POSITIONS)
  }

  async function open(id: CardId): Promise<OpenedCard> {
    if (row(id).phase === 'idle') await lookout.look()
    const found = row(id)
    if (!hasBegun(found)) return { card: card(id), view: null, state: null, owner: null, logFile: null }
    const store = launcher.openStore(found.repository)
    const { view, state } = await find(store, found)
    return { card: card(id), view, state, owner: await store.owner(), logFile: store.logFile(found.runId) }
  }

  /** Where it lies: in the repository, or in the history. */
  async function find(store: Store, { id, repository, runId }: CardRow & { runId: RunId }): Promise<Found> {
    const state = workshop.stateOf(id) ?? (await store.load())
    if (state?.runId === runId) return { view: store, state }
    const view = launcher.openArchived(repository, runId)
    return { view, state: await view.load() }
  }

  function steered(id: CardId, before: CardRow): Steered {
    changes.announce(id)
    workshop.pump()
    return { card: card(id), before: statusOf(before, null) }
  }

  async function halt(id: CardId, how: 'pause' | 'stop', reason: string | null): Promise<Steered> {
    const before = requireOpen(row(id))
    switch (before.phase) {
      case 'queued':
      case 'held': {
        const why = reason ?? before.reason
        const stop = { phase: 'idle', status: 'stopped', endedAt: now() } as const
        registry.change(id, how === 'pause' ? { phase: 'held', reason: why } : { ...stop, reason: why })
        break
      }
      case 'working':
        workshop.halt(id, how, reason)
        break
      case 'idle':
        await haltForeign(before, how, reason)
    }
    return steered(id, before)
  }

  /** Somebody else may be at work on it. */
  async function haltForeign(before: CardRow, how: 'pause' | 'stop', reason: string | null): Promise<void> {
    const store = launcher.openStore(before.repository)
    const [owner, state] = await Promise.all([store.owner(), store.load()])
    if (owner !== null && state !== null && state.runId === before.runId) await store.requestControl(how, reason)
  }

  async function resume(id: CardId, request: ResumeRequest): Promise<Steered> {
    await lookout.look()
    const before = requireOpen(row(id))
    if (before.phase === 'working' || lookout.isForeign(id)) throw new Failure('run_locked', `task ${id} is at work`)
    const again = hasBegun(before) ? null : before.want
    const messages =
      again === null || request.message === null
        ? before.messages
        : [...before.messages, letterOf({ text: request.message, sender: 'anonymous', priority: 1 }, now())]
    const want = again ?? { kind: 'resume' as const, request }
    registry.change(id, { phase: 'queued', want, messages, endedAt: null, reason: null })
    return steered(id, before)
  }

  /** Another process that was asked to stop ends its session first; one that does not is found at work by the lock. */
  async function released(store: Store): Promise<void> {
    for (const deadline = now() + RELEASE_TIMEOUT_MS; now() < deadline; await wait(RELEASE_LOOK_MS)) {
      if ((await store.owner()) === null) return
    }
  }

  async function putAway(before: CardRow): Promise<void> {
    if (before.runId === null) return
    const store = launcher.openStore(before.repository)
    const state = await store.load()
    if (state?.runId !== before.runId) return
    await released(store)
    await cleanRun({ store, now, removeWorkspaces: () => launcher.removeWorkspaces(before.repository) })
  }

  return {
    async add({ repository, goal, order, key }) {
      const digest = digestOf(repository, order)
      const known = key === null ? null : registry.byKey(key)
      if (known !== null) {
        if (known.digest === digest) return { card: card(known.id), isNew: false }
        throw new Failure('key_reused', 'this idempotency key came with another request before', { facts: { key } })
      }
      const id = randomBytes(8).toString('hex')
      const created = {
        id,
        repository,
        goal,
        origin: 'server',
        phase: 'queued',
        status: null,
        runId: null,
        want: order,
        createdAt: now(),
      } as const
      registry.add(created, key === null ? null : { key, digest })
      workshop.pump()
      return { card: card(id), isNew: true }
    },
    async list({ status, repository, limit, cursor }) {
      await lookout.look()
      const before = cursor === null ? null : Number(cursor)
      const { rows, total } = registry.page({ status, repository, before, limit })
      const positions = rows.some((found) => found.phase === 'queued') ? registry.positions() : NO_POSITIONS
      const last = rows.length < limit ? null : (rows.at(-1)?.sequence ?? null)
      return { cards: rows.map((found) => toCard(found, positions)), total, next: last === null ? null : String(last) }
    },
    async current(repository) {
      await lookout.look()
      return registry.current(repository)
    },
    open,
    async *watch(id, afterSeq, signal) {
      let after = afterSeq
      const store = launcher.openStore(row(id).repository)
      for (;;) {
        const look = changes.look(id)
        if (registry.get(id)?.phase === 'idle') await lookout.look()
        const found = registry.get(id)
        if (found === null) return // it was removed meanwhile
        const isForeign = lookout.isForeign(id)
        const isOver = found.phase === 'idle' && !isForeign
        if (hasBegun(found)) {
          const { view } = await find(store, found)
          for await (const event of view.events(after)) {
            if (signal.aborted) return
            if (event.runId !== found.runId) continue
            after = event.seq
            yield event
          }
        }
        if (isOver || signal.aborted) return
        await look.changed(signal, isForeign ? FOREIGN_LOOK_MS : undefined)
      }
    },
    pause: (id, reason) => halt(id, 'pause', reason),
    async stop(id, { reason, cleanup }) {
      const stopped = await halt(id, 'stop', reason)
      if (cleanup) {
        await workshop.ended(id)
        await putAway(row(id))
        registry.change(id, { isPutAway: true })
        changes.announce(id)
        workshop.pump()
      }
      return { ...stopped, card: card(id) }
    },
    resume,
    async tell(id, words) {
      const before = requireOpen(row(id))
      if (!hasBegun(before)) {
        const letter = letterOf(words, now())
        registry.change(id, { messages: [...before.messages, letter] })
        return { card: card(id), messageId: letter.id }
      }
      const messageId = await launcher
        .openMailbox(before.repository)
        .put({ kind: 'message', runId: before.runId, ...words })
      return { card: card(id), messageId }
    },
    async letters(id) {
      const found = row(id)
      if (!hasBegun(found)) return found.messages.toSorted((a, b) => b.priority - a.priority)
      return found.isPutAway ? [] : waitingLetters(launcher.openMailbox(found.repository), found.runId)
    },
    async clearLetters(id) {
      const found = row(id)
      if (!hasBegun(found)) {
        registry.change(id, { messages: [] })
        return found.messages.length
      }
      return found.isPutAway ? 0 : clearLetters(launcher.openMailbox(found.repository), found.runId)
    },
    async configure(id, changes) {
      const before = requireOpen(row(id))
      if (!hasBegun(before)) registry.change(id, { want: changeWant(before, changes) })
      else {
        const { repository, runId } = before
        const place = { store: launcher.openStore(repository), mailbox: launcher.openMailbox(repository) }
        await changeOptions({ ...place, runId, changes, by: 'the server' })
      }
      return steered(id, before)
    },
    async remove(id) {
      const before = row(id)
      if (before.phase === 'working' || lookout.isForeign(id))
        throw new Failure('run_locked', `task ${id} is at work; stop it first`)
      await putAway(before)
      registry.remove(id)
      changes.announce(id)
      workshop.pump()
      return toCard(before, NO_POSITIONS)
    },
    counts: () => toCounts(registry, workshop, maxAtWork),
  }
}

type Found = { readonly view: RunView; readonly state: RunState | null }

function hasBegun(card: CardRow): card is CardRow & { runId: RunId } {
  return card.runId !== null
}

function requireOpen(card: CardRow): CardRow {
  if (card.status === 'success') throw new Failure('run_finished', `task ${card.id} has ended in success`)
  if (card.isPutAway) throw new Failure('run_finished', `task ${card.id} was put away`)
  return card
}

/** Before it begins: what was asked for is asked for differently. */
function changeWant({ id, want }: CardRow, changes: OptionChanges): Want {
  if (want?.kind === 'start') return { kind: 'start', request: { ...want.request, ...changes } }
  throw new Failure('not_waiting', `the options of task ${id} can be changed once it has begun`)
}

function letterOf(words: Words, at: number): WaitingLetter {
  return { ...words, id: randomUUID(), at }
}

const NO_POSITIONS: ReadonlyMap<CardId, number> = new Map()

function statusOf({ phase, status }: CardRow, state: RunState | null): CardStatus {
  return phase === 'queued' || phase === 'held' ? phase : (state?.status ?? status ?? 'planning')
}

function digestOf(repository: string, order: RunOrder): string {
  return createHash('sha256')
    .update(JSON.stringify([repository, order]))
    .digest('hex')
}

function toCounts(registry: Registry, workshop: Workshop, maxAtWork: number): DeskCounts {
  const counted = registry.countByStatus()
  const byStatus = Object.fromEntries(CARD_STATUSES.map((status) => [status, counted.get(status) ?? 0]))
  return {
    atWork: workshop.count(),
    queued: counted.get('queued') ?? 0,
    maxAtWork,
    byStatus: byStatus as DeskCounts['byStatus'],
  }
}
