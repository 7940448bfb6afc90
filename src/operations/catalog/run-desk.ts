/**
 * Where runs are asked for and found again: many repositories, many runs, a bounded number at work. `server/runs` is the
 * implementation. What the public interface calls a task, as the original did, is a run here, and on the desk a card.
 */
import type { RunEvent } from '../../domain/events.ts'
import type { RunId } from '../../domain/ids.ts'
import type { OptionChanges } from '../../domain/option-changes.ts'
import type { RunState } from '../../domain/run.ts'
import type { RunStatus } from '../../domain/stage.ts'
import type { LockOwner, RunView } from '../../store/store.ts'
import type { WaitingLetter, Words } from '../mailbox.ts'
import type { MergePrRequest, ResumeRequest, StartRequest } from '../run-request.ts'

/** Not the run id: it exists before the run begins, and is unique over all repositories. */
export type CardId = string

/** `queued` waits for its turn; `held` would, but a person paused it. */
export const CARD_STATUSES = [
  'queued',
  'held',
  'planning',
  'working',
  'paused',
  'blocked',
  'stopped',
  'success',
  'failed',
] as const
export type CardStatus = 'queued' | 'held' | RunStatus

/** What there is to know of a run at a glance. */
export type RunCard = {
  readonly id: CardId
  /** Top level of the checkout. */
  readonly repository: string
  readonly goal: string
  /** `found`: somebody started it with the command line. */
  readonly origin: 'server' | 'found'
  readonly status: CardStatus
  /** A process works on it now, this server or another one. */
  readonly isAtWork: boolean
  /** Its state lies in the history, not in the repository any more. */
  readonly isPutAway: boolean
  readonly reason: string | null
  /** null until it has begun. */
  readonly runId: RunId | null
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
  readonly progress: RunProgress
  /** In the queue; 1 = next. null when it is not in it. */
  readonly position: number | null
  /** Why its turn does not come although there is room. */
  readonly waitingFor: string | null
}

export type RunProgress = {
  readonly tasksDone: number
  readonly tasksTotal: number
  readonly sessions: number
  readonly costUsd: number
  readonly tokens: number
  readonly pullRequests: readonly CardPullRequest[]
}

export type CardPullRequest = {
  readonly number: number
  /** null where only the history knows of it. */
  readonly url: string | null
  readonly title: string
  readonly isMerged: boolean
}

/** A run with what lies on the disk of it, while it lives and after it was put away. */
export type OpenedCard = {
  readonly card: RunCard
  /** null = it has not begun. */
  readonly view: RunView | null
  readonly state: RunState | null
  readonly owner: LockOwner | null
  /** The readable log, whether it exists or not; null = it has not begun. */
  readonly logFile: string | null
}

export type RunOrder =
  | { readonly kind: 'start'; readonly request: StartRequest }
  | { readonly kind: 'merge-pr'; readonly request: MergePrRequest }

export type CardFilter = {
  readonly status: readonly CardStatus[] | null
  readonly repository: string | null
  readonly limit: number
  /** Of an earlier page: goes on after it. */
  readonly cursor: string | null
}

export type CardPage = { readonly cards: readonly RunCard[]; readonly total: number; readonly next: string | null }

export type Steered = { readonly card: RunCard; readonly before: CardStatus }

export type DeskCounts = {
  readonly atWork: number
  readonly queued: number
  readonly maxAtWork: number
  readonly byStatus: Readonly<Record<CardStatus, number>>
}

/** Members that are given an id throw `run_missing` when there is no such card. */
export type RunDesk = {
  /**
   * Queues it. The same `key` again gives the card of the first time; with another order it throws `key_reused`.
   * `repository` is a checkout that is allowed.
   */
  add(request: {
    readonly repository: string
    readonly goal: string
    readonly order: RunOrder
    readonly key: string | null
  }): Promise<{ readonly card: RunCard; readonly isNew: boolean }>
  /** Newest first. */
  list(filter: CardFilter): Promise<CardPage>
  /**
   * The one that people mean when they name none: at work, else next in the queue, else the newest; null = there is none.
   * `repository`: of this one only; null = of all.
   */
  current(repository: string | null): Promise<CardId | null>
  open(id: CardId): Promise<OpenedCard>
  /**
   * What happened after `afterSeq`, and what happens, until nobody works on it any more or `signal` is aborted. Read from
   * the disk as the reader asks for it: nothing is kept for a slow one.
   */
  watch(id: CardId, afterSeq: number, signal: AbortSignal): AsyncIterable<RunEvent>
  /** Ends its session and keeps everything; a queued one is held until it is resumed. */
  pause(id: CardId, reason: string | null): Promise<Steered>
  /** As `pause`, for good; with `cleanup` it is put away once nobody works on it. */
  stop(id: CardId, request: { readonly reason: string | null; readonly cleanup: boolean }): Promise<Steered>
  /** Queues it again. Throws `run_finished` after success. */
  resume(id: CardId, request: ResumeRequest): Promise<Steered>
  /** Reaches the run at its next step; one that nobody works on, when it is resumed. */
  tell(id: CardId, words: Words): Promise<{ readonly card: RunCard; readonly messageId: string }>
  /** Words that it has not taken up yet, in the order in which it will. */
  letters(id: CardId): Promise<readonly WaitingLetter[]>
  /** Takes them back; returns how many there were. */
  clearLetters(id: CardId): Promise<number>
  configure(id: CardId, changes: OptionChanges): Promise<Steered>
  /** Puts it away: out of the queue, its state into the history. Throws `run_locked` while it is at work. */
  remove(id: CardId): Promise<RunCard>
  counts(): DeskCounts | Promise<DeskCounts>
}
