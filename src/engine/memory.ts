/**
 * The run in memory and on disk, always the same: every change is saved before anything acts on it. Changes are
 * serialised, so that reconcilers side by side cannot overwrite one another.
 */
import type { RunEventBody } from '../domain/events.ts'
import type { GroupId } from '../domain/ids.ts'
import type { GroupState, RunState } from '../domain/run.ts'
import type { RunLock, Store } from '../store/store.ts'
import type { RunObserver } from './parts.ts'

export type Memory = {
  state(): RunState
  group(id: GroupId): GroupState
  /** Saves the changed state; returns it. Returning the same object saves nothing. */
  update(change: (state: RunState) => RunState): Promise<RunState>
  updateGroup(id: GroupId, change: (group: GroupState) => GroupState): Promise<RunState>
  /** For what may be lost in a crash without harm: on disk with the next save. */
  note(change: (state: RunState) => RunState): Promise<RunState>
  emit(body: RunEventBody): Promise<void>
}

export function createMemory(parts: { store: Store; lock: RunLock; observer: RunObserver; initial: RunState }): Memory {
  const { store, lock, observer } = parts
  let current = parts.initial
  let queue: Promise<unknown> = Promise.resolve()

  function enqueue<T>(work: () => Promise<T>): Promise<T> {
    const result = queue.then(work)
    queue = result.catch(() => {})
    return result
  }

  function update(change: (state: RunState) => RunState): Promise<RunState> {
    return enqueue(async () => {
      const next = change(current)
      if (next === current) return current
      current = await store.save(lock, next)
      observer.onState(current)
      return current
    })
  }

  function note(change: (state: RunState) => RunState): Promise<RunState> {
    return enqueue(async () => {
      const next = change(current)
      if (next !== current) {
        current = next
        observer.onState(current)
      }
      return current
    })
  }

  function group(id: GroupId): GroupState {
    const found = current.groups[id]
    if (found === undefined) throw new Error(`no state for PR group ${id}`)
    return found
  }

  return {
    state: () => current,
    group,
    update,
    note,
    updateGroup: (id, change) => update((state) => withGroup(state, id, change)),
    emit: (body) =>
      enqueue(async () => {
        observer.onEvent(await store.append(lock, current.runId, body))
      }),
  }
}

export function withGroup(state: RunState, id: GroupId, change: (group: GroupState) => GroupState): RunState {
  const before = state.groups[id]
  if (before === undefined) return state
  const after = change(before)
  return after === before ? state : { ...state, groups: { ...state.groups, [id]: after } }
}
