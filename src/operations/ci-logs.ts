/** The ends of failed checks' logs. */
import { Failure } from '../domain/failure.ts'
import type { PrSnapshot } from '../domain/observation.ts'
import type { CheckLog, Forge } from '../forge/forge.ts'

/** Enough for a few thousand lines of one check. */
const MAX_CHARS = 400_000

/** The last `lines` of each failed check, or of the named one; empty = nothing failed. */
export async function readCiLogs(
  forge: Forge,
  pr: PrSnapshot,
  request: { readonly check: string | null; readonly lines: number },
): Promise<readonly CheckLog[]> {
  if (pr.checks.kind === 'unknown')
    throw new Failure('forge_unreachable', `checks of PR #${pr.number}: ${pr.checks.why}`)
  const logs = await forge.failureLogs(pr.number, pr.head, MAX_CHARS)
  const { check, lines } = request
  if (check !== null && !logs.some((log) => log.check === check)) {
    const failed = logs.map((log) => log.check).join(', ') || 'none'
    throw new Failure('usage', `no failed check is called ${check} (failed: ${failed})`)
  }
  const wanted = logs.filter((log) => check === null || log.check === check)
  return wanted.map((log) => ({ ...log, tail: log.tail.trimEnd().split('\n').slice(-lines).join('\n') }))
}
