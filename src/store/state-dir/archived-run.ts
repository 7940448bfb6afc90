/** A run that was put away: what is kept of it has the names of a state directory. */
import type { RunId } from '../../domain/ids.ts'
import { readIfPresent } from '../disk.ts'
import type { RunView } from '../store.ts'
import { createEventReader } from './event-log.ts'
import { layoutOf } from './layout.ts'
import { createStateFile } from './state-file.ts'

/** `directory`: the state directory of the repository. Empty where nothing is kept. */
export function openArchivedRun(directory: string, runId: RunId): RunView {
  const kept = layoutOf(layoutOf(directory).archived(runId).directory)
  const file = createStateFile(kept)
  return {
    load: async () => (await file.read())?.state ?? null,
    events: createEventReader(kept.events).after,
    readDocument: (name) => readIfPresent(kept.document(name)),
  }
}
