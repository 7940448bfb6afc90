/** One line about a failed gate: which check, and the end of what it printed. */
import type { GateRecord } from '../run.ts'

export function gateTail(gate: GateRecord): string {
  const failed = gate.checks.filter((check) => check.exitCode !== 0)
  return failed
    .map((check) => `${check.command} (${check.timedOut ? 'timed out' : `exit code ${check.exitCode}`})`)
    .join(', ')
}
