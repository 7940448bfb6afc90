/**
 * The desk of runs without a server: the state directories are its registry, and each run is a process of its own that
 * outlives who asked for it. There is no queue: a repository has one run at a time.
 */
import { Failure } from '../../domain/failure.ts'
import type { RunId } from '../../domain/ids.ts'
import {
  CARD_STATUSES,
  type CardId,
  type OpenedCard,
  type RunCard,
  type RunDesk,
  type Steered,
} from '../../operations/catalog/run-desk.ts'
import { changeOptions } from '../../operations/change-options.ts'
import { cleanRun } from '../../operations/clean.ts'
import { clearLetters, waitingLetters } from '../../operations/mailbox.ts'
import { pauseRun } from '../../operations/pause.ts'
import type { RunParts } from '../../operations/run-parts.ts'
import { stopRun } from '../../operations/stop.ts'
import type { Mailbox } from '../../store/mailbox.ts'
import type { RunView, Store } from '../../store/store.ts'
import { isOf, toCard, toPastCard } from './card.ts'
import { argumentsOf, type LaunchProcess, type RunProcess, resumeArguments } from './run-process.ts'

export type EmbeddedDeskParts = {
  /** The repository it was started in; null = in none. */
  readonly home: string | null
  /** Checkouts below the allowed roots in which a run was ever started. */
  readonly findRepositories: () => Promise<readonly string[]>
  readonly openStore: (repository: string) => Store
  readonly openArchived: (repository: string, runId: RunId) => RunView
  readonly openMailbox: (repository: string) => Mailbox
  /** What is wrong with the repository, the account or the options is known before a process is started. */
  readonly openRun: (repository: string) => Promise<RunParts>
  readonly removeWorkspaces: (repository: string) => Promise<void>
  readonly launch: LaunchProcess
  readonly now: () => number
  readonly sleep: (ms: number, signal?: AbortSignal) => Promise<void>
}

const LOOK_EVERY_MS = 200
/** Taking the lock and looking at the forge takes seconds; what takes longer is said to take longer. */
const BEGIN_WITHIN_MS = 60_000
/** As `claudetm stop`. */
const RELEASE_WITHIN_MS = 30_000

export function createEmbeddedDesk(parts: EmbeddedDeskParts): RunDesk {
  const { home, openStore, openMailbox, now, sleep } = parts
  const keys = new Map<string, { readonly order: string; readonly id: CardId }>()

  async function repositories(): Promise<readonly string[]> {
    return [...new Set([...(home === null ? [] : [home]), ...(await parts.findRepositories())])]
  }

  async function cardsOf(repository: string): Promise<readonly RunCard[]> {
    const store = openStore(repository)
    const [state, owner, history] = await Promise.all([store.load(), store.owner(), store.history()])
    const past = history.filter((summary) => summary.runId !== state?.runId)
    const cards = past.map((summary) => toPastCard(repository, summary))
    return state === null ? cards : [toCard(repository, state, owner !== null), ...cards]
  }

  async function cards(repository: string | null): Promise<readonly RunCard[]> {
    const of = repository === null ? await repositories() : [repository]
    const found = (await Promise.all(of.map(cardsOf))).flat()
    return found.toSorted((a, b) => b.createdAt - a.createdAt)
  }

  async function find(id: CardId): Promise<RunCard> {
    const candidates = (await repositories()).filter((repository) => isOf(id, repository))
    const found = (await Promise.all(candidates.map(cardsOf))).flat().find((card) => card.id === id)
    if (found === undefined) throw new Failure('run_missing', `there is no task ${id}`, { facts: { task: id } })
    return found
  }

  /** The one that lies in the repository, which alone can be reached. Throws `run_finished` for others. */
  async function findPresent(id: CardId): Promise<RunCard> {
    const card = await find(id)
    if (!card.isPutAway) return card
    const how = card.status === 'success' ? 'has ended in success' : 'was put away'
    throw new Failure('run_finished', `task ${id} ${how}`)
  }

  async function open(id: CardId): Promise<OpenedCard> {
    const card = await find(id)
    const { repository } = card
    const runId = card.runId as RunId
    const store = openStore(repository)
    const view = card.isPutAway ? parts.openArchived(repository, runId) : store
    const [state, owner] = await Promise.all([view.load(), card.isPutAway ? null : store.owner()])
    return { card, view, state, owner, logFile: store.logFile(runId) }
  }

  /** `isSo` is asked again and again, until it holds or the process has ended without. */
  async function begun(process: RunProcess, isSo: () => Promise<boolean>): Promise<void> {
    const deadline = now() + BEGIN_WITHIN_MS
    while (now() < deadline) {
      const ended = process.ended()
      if (await isSo()) return process.letGo()
      if (ended !== null) throw new Failure('start_failed', ended.problem || `it ended with ${ended.exitCode}`)
      await sleep(LOOK_EVERY_MS)
    }
    throw new Failure('timeout', 'it has not begun yet; look again later', { facts: { command: 'claudetm' } })
  }

  async function halted(id: CardId, halt: (store: Store, card: RunCard) => Promise<unknown>): Promise<Steered> {
    const before = await findPresent(id)
    await halt(openStore(before.repository), before)
    return { card: await find(id), before: before.status }
  }

  return {
    async add({ repository, order, key }) {
      const digest = JSON.stringify([repository, order])
      const known = key === null ? undefined : keys.get(key)
      if (known !== undefined) {
        if (known.order === digest) return { card: await find(known.id), isNew: false }
        throw new Failure('key_reused', 'this idempotency key came with another request before', { facts: { key } })
      }
      const store = openStore(repository)
      const existing = await store.load()
      if (existing !== null) {
        throw new Failure('run_exists', `run ${existing.runId} is not finished (${existing.status}): ${existing.goal}`)
      }
      if (order.kind === 'start') await (await parts.openRun(repository)).preflight(order.request)
      const before = (await store.history())[0]?.runId
      await begun(
        parts.launch(repository, argumentsOf(order)),
        async () => (await store.load()) !== null || (await store.history())[0]?.runId !== before,
      )
      const [newest] = await cardsOf(repository)
      if (newest === undefined) throw new Failure('start_failed', 'it has left nothing behind')
      if (key !== null) keys.set(key, { order: digest, id: newest.id })
      return { card: newest, isNew: true }
    },
    async list({ status, repository, limit, cursor }) {
      const wanted = (await cards(repository)).filter((card) => status === null || status.includes(card.status))
      const from = cursor === null ? 0 : Number(cursor)
      const page = wanted.slice(from, from + limit)
      const next = from + limit < wanted.length ? String(from + limit) : null
      return { cards: page, total: wanted.length, next }
    },
    async current(repository) {
      const found = await cards(repository)
      return (found.find((card) => card.isAtWork) ?? found[0])?.id ?? null
    },
    open,
    async *watch(id, afterSeq, signal) {
      let after = afterSeq
      while (!signal.aborted) {
        const { card, view } = await open(id)
        for await (const event of view?.events(after) ?? []) {
          if (signal.aborted) return
          if (event.runId !== card.runId) continue
          after = event.seq
          yield event
        }
        if (!card.isAtWork) return
        await sleep(LOOK_EVERY_MS, signal).catch(() => {})
      }
    },
    pause: (id, reason) => halted(id, (store) => pauseRun({ store, reason })),
    stop: (id, { reason, cleanup }) =>
      halted(id, async (store, { repository }) => {
        const removeWorkspaces = () => parts.removeWorkspaces(repository)
        const releaseTimeoutMs = RELEASE_WITHIN_MS
        const stopped = await stopRun({ store, reason, cleanup, now, sleep, removeWorkspaces, releaseTimeoutMs })
        if (stopped.cleanup?.kind === 'still_running') {
          throw new Failure('run_locked', 'it has not stopped yet, so nothing was put away')
        }
      }),
    async resume(id, request) {
      const before = await findPresent(id)
      if (before.isAtWork) throw new Failure('run_locked', `task ${id} is at work`)
      const store = openStore(before.repository)
      const revision = (await store.load())?.revision
      await begun(
        parts.launch(before.repository, resumeArguments(request)),
        async () => (await store.load())?.revision !== revision,
      )
      return { card: await find(id), before: before.status }
    },
    async tell(id, words) {
      const card = await findPresent(id)
      const runId = card.runId as RunId
      return {
        card,
        messageId: await openMailbox(card.repository).put({ kind: 'message', runId, ...words }),
      }
    },
    async letters(id) {
      const { repository, isPutAway, runId } = await find(id)
      return isPutAway ? [] : waitingLetters(openMailbox(repository), runId as RunId)
    },
    async clearLetters(id) {
      const { repository, isPutAway, runId } = await find(id)
      return isPutAway ? 0 : clearLetters(openMailbox(repository), runId as RunId)
    },
    configure: (id, changes) =>
      halted(id, (store, { repository, runId }) =>
        changeOptions({
          store,
          mailbox: openMailbox(repository),
          runId: runId as RunId,
          changes,
          by: 'a client of claudetm mcp',
        }),
      ),
    async remove(id) {
      const card = await findPresent(id)
      const { repository } = card
      const store = openStore(repository)
      await cleanRun({ store, now, removeWorkspaces: () => parts.removeWorkspaces(repository) })
      return card
    },
    async counts() {
      const found = await cards(null)
      const count = (status: string) => found.filter((card) => card.status === status && !card.isPutAway).length
      const byStatus = Object.fromEntries(CARD_STATUSES.map((status) => [status, count(status)]))
      return {
        atWork: found.filter((card) => card.isAtWork).length,
        queued: 0,
        maxAtWork: 1,
        byStatus: byStatus as Record<(typeof CARD_STATUSES)[number], number>,
      }
    },
  }
}
