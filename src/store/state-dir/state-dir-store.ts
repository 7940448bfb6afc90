/** The store of one machine: the directory `.claude-task-master/` in the repository. */
import { copyFile } from 'node:fs/promises'
import type { RunEvent, RunEventBody } from '../../domain/events.ts'
import { Failure } from '../../domain/failure.ts'
import type { RunId } from '../../domain/ids.ts'
import type { LogLevel, RunState } from '../../domain/run.ts'
import { ensureDirectory, exchangeFile, onDisk, readIfPresent, replaceFile, sweepTemporaries } from '../disk.ts'
import { advanceProgress, type Progress, progressOf, renderLogLine } from '../run-log.ts'
import type { DocumentName, LockOwner, RunLock, RunSummary, Store } from '../store.ts'
import { createArchive, damagedState } from './archive.ts'
import { createControlInbox } from './control-inbox.ts'
import { createEventReader, type EventLog, openEventLog } from './event-log.ts'
import { layoutOf } from './layout.ts'
import { appendLogLine, pruneLogs } from './log-file.ts'
import { createLockDirectory } from './run-lock.ts'
import { createStateFile, type StoredState } from './state-file.ts'

export type StateDirOptions = {
  /** `<repository>/.claude-task-master`. */
  readonly directory: string
  readonly now: () => number
  readonly host: string
  readonly pid: number
  /** Without it the log follows the options of the run. */
  readonly log?: { readonly level: LogLevel }
}

/** What is known while the lock is ours; nobody else writes meanwhile. */
type Tenure = {
  readonly fence: number
  /** undefined = not looked yet. */
  stored: StoredState | null | undefined
  events: { readonly runId: RunId; readonly log: EventLog } | null
  level: LogLevel
  progress: Progress | null
}

export function createStateDirStore({ directory, now, host, pid, log }: StateDirOptions): Store {
  const layout = layoutOf(directory)
  const locks = createLockDirectory({ directory: layout.lock, now, host, pid })
  const stateFile = createStateFile(layout)
  const inbox = createControlInbox({ directory: layout.control, now })
  const archive = createArchive(layout)
  const reader = createEventReader(layout.events)
  const inTurn = createQueue()
  let tenure: Tenure | null = null

  return {
    location: directory,
    acquire,
    owner: locks.liveOwner,
    load,
    save: (lock, state) => inTurn(() => save(lock, state)),
    append: async (lock, runId, body) => append(holdTenure(lock), runId, body),
    events: reader.after,
    readDocument: (name) => readIfPresent(layout.document(name)),
    writeDocument,
    exchangeDocument,
    requestControl: inbox.put,
    controlRequests: inbox.list,
    clearControl: inbox.clear,
    controlArrived: inbox.arrived,
    archive: (lock, summary) => inTurn(() => archiveRun(lock, summary)),
    history: archive.list,
    logFile: layout.log,
  }

  async function acquire({ fromOtherHosts } = { fromOtherHosts: false }): Promise<RunLock> {
    await ensureDirectory(layout.root)
    const owner = await locks.take(fromOtherHosts)
    tenure = { fence: owner.fence, stored: undefined, events: null, level: log?.level ?? 'normal', progress: null }
    try {
      await tidyUp()
    } catch (error) {
      await release(owner)
      throw error
    }
    return { owner, holds: async () => isHeld(owner), release: () => release(owner) }
  }

  /** What a killed predecessor left half-way. */
  async function tidyUp(): Promise<void> {
    await sweepTemporaries(layout.root)
    await sweepTemporaries(layout.stateCopies)
    const stored = await stateFile.read().catch(() => null) // what is wrong with it is for `load` to say
    if (stored !== null && (await archive.isArchived(stored.state.runId))) await archive.removeRun(stored.state.runId)
    await ensureDirectory(layout.control) // so that it can be watched
  }

  function isHeld(owner: LockOwner): boolean {
    return tenure?.fence === owner.fence && locks.isHighest(owner.fence)
  }

  function holdTenure({ owner }: RunLock): Tenure {
    if (tenure !== null && isHeld(owner)) return tenure
    throw new Failure('superseded', `another process took over ${directory}`, { facts: { fence: owner.fence } })
  }

  async function release(owner: LockOwner): Promise<void> {
    if (tenure?.fence !== owner.fence) return
    tenure.events?.log.close()
    tenure = null
    await onDisk(layout.lock, () => locks.giveUp(owner))
  }

  /** An archived run whose files are still here was interrupted while they were removed: it is over. */
  async function readStored(): Promise<StoredState | null> {
    const stored = await stateFile.read()
    return stored !== null && (await archive.isArchived(stored.state.runId)) ? null : stored
  }

  async function load(): Promise<RunState | null> {
    const stored = await readStored()
    if (stored !== null && tenure !== null && tenure.stored === undefined) remember(tenure, stored)
    return stored?.state ?? null
  }

  async function save(lock: RunLock, state: RunState): Promise<RunState> {
    const held = holdTenure(lock)
    if (held.stored === undefined) held.stored = await readStored()
    checkRevision(held.stored?.state ?? null, state)
    if (held.stored?.damage) await keepDamagedState(held, held.stored)
    const next: RunState = { ...state, revision: state.revision + 1, updatedAt: now() }
    await stateFile.write(next, {
      alongside: async () => held.events?.log.sync(), // the state is never ahead of the events
      beforeCommit: () => void holdTenure(lock),
    })
    remember(held, { state: next, damage: null })
    return next
  }

  function remember(held: Tenure, stored: StoredState): void {
    held.stored = stored
    held.level = log?.level ?? stored.state.options.logLevel
    held.progress = progressOf(stored.state)
  }

  async function keepDamagedState(held: Tenure, { state, damage }: StoredState): Promise<void> {
    await onDisk(layout.state, () => copyFile(layout.state, damagedState(layout)))
    const message = `state.json could not be read (${damage}); it was kept as ${damagedState(layout)} and the work goes on from the copy of revision ${state.revision}`
    append(held, state.runId, { type: 'warning', message })
  }

  function append(held: Tenure, runId: RunId, body: RunEventBody): RunEvent {
    const event = eventLogOf(held, runId).append(runId, now(), body)
    held.progress = advanceProgress(held.progress, event)
    const line = renderLogLine(event, held)
    if (line !== null) appendLogLine(layout, runId, line)
    return event
  }

  /** Stays open while the file is archived: the last events of a run go where its other events are. */
  function eventLogOf(held: Tenure, runId: RunId): EventLog {
    if (held.events?.runId === runId) return held.events.log
    held.events?.log.close()
    held.events = { runId, log: openEventLog(layout.events) }
    return held.events.log
  }

  async function writeDocument(lock: RunLock, name: DocumentName, text: string): Promise<void> {
    holdTenure(lock)
    await replaceFile(layout.document(name), text, { durable: false })
  }

  async function exchangeDocument(lock: RunLock, name: DocumentName, texts: { from: string | null; to: string }) {
    holdTenure(lock)
    return exchangeFile(layout.document(name), texts)
  }

  async function archiveRun(lock: RunLock, summary: RunSummary): Promise<void> {
    const held = holdTenure(lock)
    await archive.add(summary)
    await archive.removeRun(summary.runId)
    await pruneLogs(layout)
    held.stored = null
    held.progress = null
  }
}

function checkRevision(stored: RunState | null, state: RunState): void {
  const [storedRunId, storedRevision] = [stored?.runId ?? state.runId, stored?.revision ?? 0]
  if (storedRunId === state.runId && storedRevision === state.revision) return
  const message = `revision ${state.revision} of run ${state.runId} was to be replaced, but revision ${storedRevision} of run ${storedRunId} is stored`
  throw new Failure('superseded', message, { facts: { revision: state.revision, storedRevision, storedRunId } })
}

/** One after the other, in the order of the calls. */
function createQueue(): <T>(job: () => Promise<T>) => Promise<T> {
  let last: Promise<unknown> = Promise.resolve()
  return (job) => {
    const result = last.then(job)
    last = result.catch(() => {})
    return result
  }
}
