/** `claudetm doctor` */

import { count } from '../../lib/count.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { DoctorCheck } from '../../operations/doctor/finding.ts'
import { choosePaint, type Style } from '../paint.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'

export async function doctor(parts: CliParts, options: { json?: true }): Promise<number> {
  const checks = await parts.doctor()
  const problems = checks.filter((check) => check.outcome === 'problem').length
  const exitCode = problems > 0 ? 1 : 0
  if (options.json === true) {
    printJson(parts, checks)
    return exitCode
  }
  await printTable(parts, { head: ['Check', 'Outcome', 'Detail'], rows: checks.map(toRow) })
  const paint = choosePaint(parts.environment, parts.stdout)
  const cures = checks.filter((check) => check.outcome !== 'ok' && check.cure !== null)
  printLines(parts, [
    ...cures.map(
      (check) => `${paint(STYLES[check.outcome], check.name)}: ${toPlainText(check.cure ?? '', { singleLine: true })}`,
    ),
    problems === 0
      ? 'Everything a run needs is here.'
      : `${count(problems, 'problem')} to solve before a run can start.`,
  ])
  return exitCode
}

const STYLES: Readonly<Record<DoctorCheck['outcome'], Style>> = { ok: 'green', warning: 'yellow', problem: 'red' }

function toRow({ name, outcome, detail }: DoctorCheck): readonly string[] {
  return [name, outcome, detail]
}
