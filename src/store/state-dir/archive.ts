/**
 * history/<run-id>/ of runs that are over. The summary is written first and says "this run is archived"; then the run's
 * files go, state.json last. A crash in between is seen by who comes next (summary and state of the same run) and
 * finished.
 */
import { rename } from 'node:fs/promises'
import { join } from 'node:path'
import type { RunId } from '../../domain/ids.ts'
import { RUN_STATUSES } from '../../domain/stage.ts'
import {
  ensureDirectory,
  errorCode,
  listIfPresent,
  onDisk,
  readIfPresent,
  remove,
  replaceFile,
  syncDirectory,
} from '../disk.ts'
import type { RunSummary } from '../store.ts'
import { DOCUMENTS, type Layout, layoutOf } from './layout.ts'

export type Archive = {
  add(summary: RunSummary): Promise<void>
  isArchived(runId: RunId): Promise<boolean>
  /** Moves what is kept, removes the rest. Safe to call again at any point. */
  removeRun(runId: RunId): Promise<void>
  /** Newest first; entries that cannot be read are left out. */
  list(): Promise<readonly RunSummary[]>
}

export function createArchive(layout: Layout): Archive {
  return { add, isArchived, removeRun, list }

  async function add(summary: RunSummary): Promise<void> {
    const { directory, summary: file } = layout.archived(summary.runId)
    await ensureDirectory(directory)
    await replaceFile(file, `${JSON.stringify(summary, null, 1)}\n`, { durable: true })
    await onDisk(layout.history, () => syncDirectory(layout.history))
  }

  async function isArchived(runId: RunId): Promise<boolean> {
    return (await readIfPresent(layout.archived(runId).summary)) !== null
  }

  async function removeRun(runId: RunId): Promise<void> {
    const { directory } = layout.archived(runId)
    const kept = layoutOf(directory)
    await Promise.all(DOCUMENTS.map((name) => move(layout.document(name), kept.document(name))))
    await move(layout.events, kept.events)
    await Promise.all([remove(layout.control), remove(layout.stateCopies), remove(damagedState(layout))])
    await move(layout.state, kept.state)
    await onDisk(layout.root, () => syncDirectory(layout.root))
  }

  async function list(): Promise<readonly RunSummary[]> {
    const names = await listIfPresent(layout.history)
    const found = await Promise.all(names.map((name) => readSummary(join(layout.history, name, 'summary.json'))))
    return found.filter((summary) => summary !== null).sort((a, b) => b.endedAt - a.endedAt)
  }
}

/** Where a state.json that could not be read is kept for people. */
export function damagedState(layout: Layout): string {
  return `${layout.state}.damaged`
}

/** Not there = moved before a crash. */
function move(from: string, to: string): Promise<void> {
  return onDisk(from, async () => {
    try {
      await rename(from, to)
    } catch (error) {
      if (errorCode(error) !== 'ENOENT') throw error
    }
  })
}

async function readSummary(file: string): Promise<RunSummary | null> {
  try {
    const summary: unknown = JSON.parse((await readIfPresent(file)) ?? '')
    return isSummary(summary) ? { ...YOUNGER, ...summary } : null
  } catch {
    return null
  }
}

/** Fields that summaries of earlier versions do not have. */
const YOUNGER = { criteria: [], letThrough: [] } as const

function isSummary(value: unknown): value is RunSummary {
  if (typeof value !== 'object' || value === null) return false
  const summary = value as Record<string, unknown>
  return (
    ['runId', 'goal', 'log'].every((key) => typeof summary[key] === 'string') &&
    ['createdAt', 'endedAt', 'tasksDone', 'tasksTotal', 'sessions', 'costUsd'].every((key) =>
      Number.isFinite(summary[key]),
    ) &&
    RUN_STATUSES.some((status) => status === summary.status) &&
    (summary.reason === null || typeof summary.reason === 'string') &&
    Array.isArray(summary.merged)
  )
}
