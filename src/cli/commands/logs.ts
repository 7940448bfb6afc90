/** `claudetm logs` */
import { Failure } from '../../domain/failure.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { findLog, followLog, readLog } from '../../operations/logs.ts'
import type { LogFlags } from '../flags.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines } from '../print.ts'

export async function showLogs(parts: CliParts, options: LogFlags): Promise<number> {
  if (options.follow && options.json === true) {
    throw new Failure('usage', 'logs prints either --json or with --follow, not both')
  }
  const { runId, file } = await findLog(await parts.openStore(), options.run ?? null)
  const { lines, end } = await readLog(file, options.tail)
  if (options.json === true) printJson(parts, { runId, file, lines })
  else printLines(parts, lines.map(clean))
  if (lines.length === 0 && !options.follow && options.json !== true) {
    parts.stderr.write(`Nothing is logged for run ${runId}.\n`)
  }
  if (options.follow) await follow(parts, file, end)
  return 0
}

/** Until Ctrl+C, or until nobody reads any more. */
async function follow(parts: CliParts, file: string, end: number): Promise<void> {
  for await (const lines of followLog(file, end, parts.outputClosed)) printLines(parts, lines.map(clean))
}

function clean(line: string): string {
  return toPlainText(line)
}
