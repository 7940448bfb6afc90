/** How texts look inside a plan: one form per text, so that what plan.md shows is exactly what comes back from it. */
import { toPlainText } from '../lib/plain-text.ts'

const BULLET = /^[-*+]\s+/

/** Titles, reasons, criteria, checks: one line, no control characters. */
export function toLine(text: string): string {
  return toPlainText(text, { singleLine: true })
}

/** A shell command: inner spaces mean something, so only control characters and line breaks go. */
export function toCommand(text: string): string {
  return toPlainText(text)
    .replace(/[\n\u2028\u2029]+/g, ' ')
    .trim()
}

/**
 * Task details: lines without a common indentation, without blank edges. A flat list is the same as its lines, because
 * plan.md shows plain lines as a list.
 */
export function toDetails(text: string): string {
  const lines = trimBlankEdges(
    toPlainText(text)
      .split('\n')
      .map((line) => line.trimEnd().replace(/^\s+/, expandIndent)),
  )
  if (lines.length === 0) return ''
  const indent = Math.min(...lines.filter((line) => line !== '').map(indentOf))
  const dedented = lines.map((line) => line.slice(indent))
  if (!dedented.every((line) => BULLET.test(line))) return dedented.join('\n')
  return toDetails(dedented.map((line) => line.replace(BULLET, '')).join('\n'))
}

/** A tab counts as four spaces, any other white space as one. */
export function expandIndent(white: string): string {
  return white.replaceAll('\t', '    ').replace(/[^ ]/g, ' ')
}

export function indentOf(line: string): number {
  return line.length - line.trimStart().length
}

function trimBlankEdges(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line !== '')
  const last = lines.findLastIndex((line) => line !== '')
  return first === -1 ? [] : lines.slice(first, last + 1)
}
