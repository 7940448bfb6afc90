/** Runs of a machine without a server, as cards: what lies in the state directory and in its history is all there is. */
import { createHash } from 'node:crypto'
import type { RunId } from '../../domain/ids.ts'
import type { RunState } from '../../domain/run.ts'
import type { CardId, RunCard } from '../../operations/catalog/run-desk.ts'
import type { RunSummary } from '../../store/store.ts'
import { progressOf, progressOfSummary } from '../runs/progress.ts'
import { NO_PROGRESS } from '../runs/registry.ts'

/** Which repository, and which run of it: found again without anything being written down. */
export function cardId(repository: string, runId: RunId): CardId {
  return `${repositoryKey(repository)}${runId.toLowerCase().replaceAll(/[^a-z0-9]/g, '')}`
}

export function isOf(id: CardId, repository: string): boolean {
  return id.startsWith(repositoryKey(repository))
}

function repositoryKey(repository: string): string {
  return createHash('sha256').update(repository).digest('hex').slice(0, 8)
}

export function toCard(repository: string, state: RunState, isAtWork: boolean): RunCard {
  return {
    id: cardId(repository, state.runId),
    repository,
    goal: state.goal,
    origin: 'found',
    status: state.status,
    isAtWork,
    isPutAway: false,
    reason: state.reason,
    runId: state.runId,
    createdAt: state.createdAt,
    startedAt: state.createdAt,
    endedAt: isAtWork ? null : state.updatedAt,
    progress: progressOf(state),
    position: null,
    waitingFor: null,
  }
}

export function toPastCard(repository: string, summary: RunSummary): RunCard {
  return {
    id: cardId(repository, summary.runId),
    repository,
    goal: summary.goal,
    origin: 'found',
    status: summary.status,
    isAtWork: false,
    isPutAway: true,
    reason: summary.reason,
    runId: summary.runId,
    createdAt: summary.createdAt,
    startedAt: summary.createdAt,
    endedAt: summary.endedAt,
    progress: progressOfSummary(summary, NO_PROGRESS),
    position: null,
    waitingFor: null,
  }
}
