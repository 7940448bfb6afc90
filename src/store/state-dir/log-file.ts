/** logs/run-<id>.txt: the events as lines for people, appended; the last ten runs are kept. */
import { appendFileSync, mkdirSync } from 'node:fs'
import { join } from 'node:path'
import type { RunId } from '../../domain/ids.ts'
import { DIRECTORY_MODE, FILE_MODE, listIfPresent, remove } from '../disk.ts'
import type { Layout } from './layout.ts'

const KEPT_LOGS = 10

/**
 * Never throws: the log only renders what events.jsonl holds, and work does not stop because a line could not be
 * written. What matters about a full disk is said by the next event or state.
 */
export function appendLogLine(layout: Layout, runId: RunId, line: string): void {
  try {
    mkdirSync(layout.logs, { recursive: true, mode: DIRECTORY_MODE })
    appendFileSync(layout.log(runId), `${line}\n`, { mode: FILE_MODE })
  } catch {
    // see above
  }
}

/** Run ids begin with their time, so the names sort by age. */
export async function pruneLogs(layout: Layout): Promise<void> {
  const logs = (await listIfPresent(layout.logs)).filter((name) => /^run-.+\.txt$/.test(name)).sort()
  await Promise.all(logs.slice(0, -KEPT_LOGS).map((name) => remove(join(layout.logs, name))))
}
