/** Success criteria from different hands, put together: the user's own come first and are kept as they are. */
import type { Criterion } from './plan.ts'
import { fromCodeSpan, readCriterion } from './plan-inline.ts'
import { toCommand, toLine } from './plan-text.ts'

/** As given with `--criteria`: in one line it is read as a line of plan.md is, with its command. null = there is no text. */
export function toUserCriterion(text: string): Criterion | null {
  const line = toLine(text)
  if (line === '') return null
  const read = /\n/.test(text.trim()) ? { text: line, command: null } : readCriterion(toCommand(text))
  const command = read.command?.trim() || null
  return { text: toLine(read.text) || line, command, source: 'user' }
}

/** As the planner wrote it. Backticks around a whole command would run its output, so they are taken as quotes. */
export function toPlannedCriterion(written: { text: string; command?: string | undefined }): Criterion | null {
  const quoted = toCommand(written.command ?? '')
  const command = (fromCodeSpan(quoted) ?? quoted).trim() || null
  const text = toLine(written.text) || toLine(command ?? '')
  return text === '' ? null : { text, command, source: 'plan' }
}

/** In order; of two with the same text or the same command the first stays. */
export function joinCriteria(criteria: readonly (Criterion | null)[]): readonly Criterion[] {
  const texts = new Set<string>()
  const commands = new Set<string>()
  return criteria.filter((criterion) => {
    if (criterion === null) return false
    const { text, command } = criterion
    if (texts.has(text) || (command !== null && commands.has(command))) return false
    texts.add(text)
    if (command !== null) commands.add(command)
    return true
  }) as readonly Criterion[]
}
