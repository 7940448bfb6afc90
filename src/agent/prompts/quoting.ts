/**
 * Text from outside reaches an agent only quoted and attributed. A quotation is closed by a mark that is computed from
 * what it holds, so whoever writes the text cannot write the mark; and nothing in it is there unseen.
 */
import { createHash } from 'node:crypto'
import { toPlainText } from '../../lib/plain-text.ts'

const MAX_CHARS = 12_000

export function quote(source: string, text: string, maxChars = MAX_CHARS): string {
  const inert = toInert(keepEnd(toPlainText(text), maxChars)).trimEnd()
  const attribution = JSON.stringify(toInert(toPlainText(source, { singleLine: true, maxLength: 300 })))
  const mark = createHash('sha256').update(`${attribution}\n${inert}`).digest('hex').slice(0, MARK_DIGITS)
  return `<quoted id="${mark}" source=${attribution}>\n${inert}\n</quoted id="${mark}">`
}

/** 80 bits: nobody finds a text that contains the mark of itself. */
const MARK_DIGITS = 20

/** Of a log the end says what went wrong. */
function keepEnd(text: string, maxChars: number): string {
  if (text.length <= maxChars) return text
  const kept = text.slice(-maxChars).toWellFormed()
  return `[… the first ${text.length - maxChars} characters are left out]\n${kept}`
}

/** Tags that look like ours, or like those by which programs speak to an agent, lose their angle brackets. */
function toInert(text: string): string {
  return text.replace(LOOKALIKE, (tag) => `‹${tag.slice(1, -1)}›`)
}

const LOOKALIKE =
  /<\s{0,9}\/?\s{0,9}(?:quoted|system|(?:system|user|task|command|local-command|bash|tool|function)[-_][\w-]{1,60}|antml:\w{1,60}|invoke|function_calls)(?:\s[^<>]{0,300})?\/?>/gi

/** A name from outside within a sentence of ours: of a check, a branch, a file. */
export function label(name: string): string {
  return JSON.stringify(toInert(toPlainText(name, { singleLine: true, maxLength: 200 })))
}

export function labels(names: readonly string[], max = 40): string {
  const shown = names.slice(0, max).map(label).join(', ')
  return names.length > max ? `${shown} and ${names.length - max} more` : shown
}

export function list(names: readonly string[], max = 40): string {
  const shown = names.slice(0, max).map((name) => `- ${label(name)}`)
  return names.length > max ? [...shown, `- … and ${names.length - max} more`].join('\n') : shown.join('\n')
}

/** What earlier sessions reported: they may have repeated what they read. */
export function noted(learnings: string): string | null {
  return learnings.trim() === '' ? null : quote('earlier sessions', learnings)
}

export function section(title: string, body: string | null): string | null {
  return body === null || body.trim() === '' ? null : `## ${title}\n${body.trim()}`
}

/** Nothing that is read but not seen gets into a prompt, whoever wrote it: goals are pasted from issues too. */
export function joinSections(sections: readonly (string | null)[]): string {
  return toPlainText(sections.filter((part) => part !== null).join('\n\n'))
}
