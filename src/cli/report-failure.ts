/** What goes wrong, as people read it on the error stream, and the exit code that belongs to it. */
import type { Failure } from '../domain/failure.ts'
import { explainFailure } from '../domain/failure-sentence.ts'
import { toPlainText } from '../lib/plain-text.ts'
import { choosePaint } from './paint.ts'
import type { CliBase } from './parts.ts'

/** As in the original. */
export const USAGE_ERROR = 2
const FAILED = 1

export function reportFailure(
  failure: Failure,
  { environment, stderr }: Pick<CliBase, 'environment' | 'stderr'>,
): number {
  const paint = choosePaint(environment, stderr)
  const { sentence, cure } = explainFailure(failure)
  stderr.write(`${paint('red', 'claudetm:')} ${toPlainText(sentence)}\n`)
  if (cure !== null) stderr.write(`Next: ${toPlainText(cure)}\n`)
  if (environment.CLAUDETM_DEBUG === '1') stderr.write(`${toPlainText(describeCauses(failure))}\n`)
  return failure.kind === 'usage' ? USAGE_ERROR : FAILED
}

/** For who reports a defect: every cause with its stack. */
function describeCauses(error: unknown): string {
  if (!(error instanceof Error)) return String(error)
  const own = error.stack ?? error.message
  return error.cause === undefined ? own : `${own}\ncaused by: ${describeCauses(error.cause)}`
}
