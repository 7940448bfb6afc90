/**
 * Runs that others work on: started with the command line in a repository below an allowed root, or one of ours that
 * somebody resumed, finished or put away there. Looked for now and then, and before anybody is told about runs.
 */
import { randomBytes } from 'node:crypto'
import type { RunId } from '../../domain/ids.ts'
import type { RunState } from '../../domain/run.ts'
import type { CardId } from '../../operations/catalog/run-desk.ts'
import type { Store } from '../../store/store.ts'
import type { Changes } from './changes.ts'
import type { Launcher } from './launcher.ts'
import { progressOf, progressOfSummary } from './progress.ts'
import type { CardRow, Registry } from './registry.ts'

export type Lookout = {
  /** Looks unless it has just been done. Never throws. */
  look(): Promise<void>
  /** Another process was at work on it at the last look. */
  isForeign(id: CardId): boolean
  close(): void
}

export type LookoutParts = {
  readonly registry: Registry
  readonly launcher: Launcher
  readonly changes: Changes
  /** Checkouts below the allowed roots that hold a state directory. */
  readonly findRepositories: () => Promise<readonly string[]>
  readonly isAtWork: (id: CardId) => boolean
  readonly now: () => number
  readonly report: (message: string) => void
}

const FRESH_MS = 1_000
const LOOK_EVERY_MS = 10_000
/** Looking for repositories walks through directories. */
const SEARCH_EVERY_MS = 15_000

export function createLookout(parts: LookoutParts): Lookout {
  const { registry, launcher, changes, now } = parts
  const foreign = new Set<CardId>()
  /** State files that were seen as they are: path to modification time and size. */
  const stamps = new Map<string, string>()
  let found: readonly string[] = []
  let searchedAt = Number.NEGATIVE_INFINITY
  let lookedAt = Number.NEGATIVE_INFINITY
  let looking: Promise<void> | null = null
  const timer = setInterval(() => void look(), LOOK_EVERY_MS).unref()

  function look(): Promise<void> {
    if (looking !== null) return looking
    if (now() - lookedAt < FRESH_MS) return Promise.resolve()
    looking = lookAround()
      .catch((error: unknown) => parts.report(`looking for runs: ${String(error)}`))
      .finally(() => {
        lookedAt = now()
        looking = null
      })
    return looking
  }

  async function lookAround(): Promise<void> {
    if (now() - searchedAt > SEARCH_EVERY_MS) {
      found = await parts.findRepositories()
      searchedAt = now()
    }
    const known = Map.groupBy(registry.present(), (card) => card.repository)
    for (const repository of new Set([...found, ...known.keys()])) {
      await lookAt(repository, known.get(repository) ?? []).catch((error: unknown) =>
        parts.report(`${repository}: ${String(error)}`),
      )
    }
  }

  async function lookAt(repository: string, cards: readonly CardRow[]): Promise<void> {
    const store = launcher.openStore(repository)
    const [stamp, owner] = await Promise.all([launcher.stampOf(repository), store.owner()])
    const isForeign = owner !== null && owner.pid !== process.pid
    for (const card of cards) if (!isForeign) foreign.delete(card.id)
    if (stamps.get(repository) === `${stamp} ${isForeign}`) return
    const state = await store.load()
    for (const card of cards) {
      if (!parts.isAtWork(card.id) && card.runId !== null && card.runId !== state?.runId)
        await lookInHistory(store, card, card.runId)
    }
    if (state !== null) take(repository, state, isForeign)
    stamps.set(repository, `${stamp} ${isForeign}`)
  }

  function take(repository: string, state: RunState, isForeign: boolean): void {
    const card =
      registry.byRun(repository, state.runId) ?? (isForeign ? add(repository, state) : addIfNobodys(repository, state))
    if (card === null || parts.isAtWork(card.id)) return
    if (isForeign) foreign.add(card.id)
    registry.change(card.id, {
      status: state.status,
      reason: state.reason,
      progress: progressOf(state),
      startedAt: card.startedAt ?? state.createdAt,
      endedAt: isForeign ? null : (card.endedAt ?? state.updatedAt),
    })
    changes.announce(card.id)
  }

  /** One of ours that has begun, but did not say so yet, is no find. */
  function addIfNobodys(repository: string, state: RunState): CardRow | null {
    const isOurs = registry.hasUnbegun(repository)
    return isOurs ? null : add(repository, state)
  }

  function add(repository: string, state: RunState): CardRow {
    const { runId, goal, status, createdAt } = state
    const id = randomBytes(8).toString('hex')
    return registry.add(
      { id, repository, goal, origin: 'found', phase: 'idle', status, runId, want: null, createdAt },
      null,
    )
  }

  /** It lay in the repository and does not any more. */
  async function lookInHistory(store: Store, card: CardRow, runId: RunId): Promise<void> {
    const summary = (await store.history()).find((past) => past.runId === runId)
    registry.change(card.id, {
      isPutAway: true,
      phase: 'idle',
      endedAt: summary?.endedAt ?? card.endedAt ?? now(),
      ...(summary !== undefined && {
        status: summary.status,
        reason: summary.reason,
        progress: progressOfSummary(summary, card.progress),
      }),
    })
    foreign.delete(card.id)
    changes.announce(card.id)
  }

  return {
    look,
    isForeign: (id) => foreign.has(id),
    close: () => clearInterval(timer),
  }
}
