/** `claudetm pause` and `claudetm stop` */
import { type ControlOutcome, pauseRun } from '../../operations/pause.ts'
import { type StopOutcome, stopRun } from '../../operations/stop.ts'
import type { ControlFlags } from '../flags.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines } from '../print.ts'
import { cleanWords } from './clean.ts'

/** How long a session may take to end (original: CLAUDETM_SESSION_RELEASE_TIMEOUT_SEC, 30 s). */
const RELEASE_TIMEOUT_MS = 30_000

export async function pause(parts: CliParts, options: ControlFlags): Promise<number> {
  const outcome = await pauseRun({ store: await parts.openStore(), reason: options.reason ?? null })
  if (options.json === true) printJson(parts, outcome)
  else printLines(parts, controlWords(outcome, 'pause'))
  return 0
}

export async function stop(parts: CliParts, options: ControlFlags & { cleanup: boolean }): Promise<number> {
  const outcome = await stopRun({
    store: await parts.openStore(),
    reason: options.reason ?? null,
    cleanup: options.cleanup,
    now: parts.now,
    removeWorkspaces: parts.removeWorkspaces,
    sleep: parts.sleep,
    releaseTimeoutMs: RELEASE_TIMEOUT_MS,
  })
  if (options.json === true) printJson(parts, outcome)
  else printLines(parts, [...controlWords(outcome.control, 'stop'), ...cleanupWords(outcome)])
  return outcome.cleanup?.kind === 'still_running' ? 1 : 0
}

function controlWords(outcome: ControlOutcome, request: 'pause' | 'stop'): readonly string[] {
  if (outcome.kind === 'not_running') {
    return [`No process works on run ${outcome.runId} (${outcome.status}). Go on with: claudetm resume`]
  }
  const { pid, host } = outcome.owner
  return [`Asked process ${pid} on ${host} to ${request}. It keeps everything; go on later with: claudetm resume`]
}

function cleanupWords({ cleanup }: StopOutcome): readonly string[] {
  if (cleanup === null) return []
  if (cleanup.kind !== 'still_running') return cleanWords(cleanup)
  return ['It has not stopped yet, so nothing was put away. Try again with: claudetm clean']
}
