/** How a criterion was proved, in lines, with the end of what was seen. */
import type { CriterionEvidence } from '../../domain/run.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import type { Paint } from '../paint.ts'

const TAIL_LINES = 8

/** Nothing at all when there is nothing below the title. */
export function section(title: string, lines: readonly string[]): readonly string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)]
}

export function proof(
  { criterion, command, verdict, evidence, exitCode, commit }: CriterionEvidence,
  paint: Paint,
): readonly string[] {
  const sign = verdict === 'confirmed' ? paint('green', '✔') : paint('red', '✖')
  const how =
    command === null
      ? 'judged by a session that did not write it'
      : `${oneLine(command)}, exit code ${exitCode ?? 'none'}`
  const lines = toPlainText(evidence).split('\n')
  const tail = command === null ? lines : lines.slice(2)
  return [
    `${sign} ${oneLine(criterion)} (${how}, on ${commit.slice(0, 12)})`,
    ...tail
      .filter((line) => line.trim() !== '')
      .slice(-TAIL_LINES)
      .map((line) => paint('dim', `    ${line}`)),
  ]
}

function oneLine(text: string): string {
  return toPlainText(text, { singleLine: true })
}
