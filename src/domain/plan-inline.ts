/**
 * Markup within a line of plan.md: ids in HTML comments, code spans, criteria with their command. Each pair of functions
 * is exact: what the first writes, the second reads back, whatever the text contains.
 */
import type { GroupId, TaskId } from './ids.ts'
import { toLine } from './plan-text.ts'

/** Text of ours never contains a live `<!--`, so a comment that is one was put there as one. */
export function escapeComments(text: string): string {
  return text.replace(/<(\\*)!--/g, '<\\$1!--')
}

export function unescapeComments(text: string): string {
  return text.replace(/<\\(\\*)!--/g, '<$1!--')
}

export function takeTaskId(text: string): { readonly id: TaskId | null; readonly rest: string } {
  return takeComment<TaskId>(text, /<!--\s*(t\d+)\s*-->/)
}

export function takeGroupId(text: string): { readonly id: GroupId | null; readonly rest: string } {
  return takeComment<GroupId>(text, /<!--\s*(g\d+)\s*-->/)
}

function takeComment<Id extends string>(text: string, comment: RegExp): { id: Id | null; rest: string } {
  const match = comment.exec(text)
  if (match === null) return { id: null, rest: text }
  return { id: match[1] as Id, rest: text.replace(comment, '') }
}

/** A code span whose fence is longer than every run of backticks within it. */
export function toCodeSpan(text: string): string {
  const longest = Math.max(0, ...(text.match(/`+/g) ?? []).map((run) => run.length))
  const fence = '`'.repeat(longest + 1)
  const pad = text.startsWith('`') || text.endsWith('`') ? ' ' : ''
  return `${fence}${pad}${text}${pad}${fence}`
}

/** The content when the whole text is one code span. */
export function fromCodeSpan(text: string): string | null {
  const fence = /^`+/.exec(text)?.[0]
  if (fence === undefined || text.length <= fence.length * 2) return null
  const end = fence.length
  const isOne = findRun(text, fence.length, end) === text.length - fence.length
  return isOne ? unpad(text.slice(end, -end)) : null
}

/** The contents of all code spans, in order. */
export function codeSpansIn(text: string): readonly string[] {
  const spans: string[] = []
  const runs = /`+/g
  for (let open = runs.exec(text); open !== null; open = runs.exec(text)) {
    const close = findRun(text, open[0].length, runs.lastIndex)
    if (close === -1) continue
    spans.push(unpad(text.slice(runs.lastIndex, close)))
    runs.lastIndex = close + open[0].length
  }
  return spans
}

/** Where the next run of exactly `length` backticks starts; -1 = nowhere. */
function findRun(text: string, length: number, from: number): number {
  const runs = /`+/g
  runs.lastIndex = from
  for (let run = runs.exec(text); run !== null; run = runs.exec(text)) {
    if (run[0].length === length) return run.index
  }
  return -1
}

function unpad(content: string): string {
  const isPadded = content.startsWith(' ') && content.endsWith(' ') && content.trim() !== ''
  return isPadded ? content.slice(1, -1) : content
}

const BOX_LIKE = /^(\\*)(\[\s*[xX✓✔]?\s*\])(?!\()/

/** Text at the start of a bullet that is not a task: what looks like a checkbox gets a backslash. */
export function escapeBox(text: string): string {
  return text.replace(BOX_LIKE, '\\$1$2')
}

/** Takes a checkbox away, which means nothing here, and the backslash of what only looks like one. */
export function unescapeBox(text: string): string {
  const match = BOX_LIKE.exec(text)
  if (match === null) return text
  return match[1] === '' ? text.slice(match[0].length).trimStart() : text.slice(1)
}

export type CriterionText = { readonly text: string; readonly command: string | null }

/** `npm test passes (`npm test`)`, or the command alone when there is no more to say. */
export function writeCriterion({ text, command }: CriterionText): string {
  if (command !== null && text === toLine(command)) return toCodeSpan(command)
  const safe = escapeBox(text)
  return command === null ? escapeCommand(safe) : `${safe} (${toCodeSpan(command)})`
}

export function readCriterion(written: string): CriterionText {
  const unboxed = unescapeBox(written)
  const whole = fromCodeSpan(unboxed)
  if (whole !== null) return { text: whole, command: whole }
  const split = splitCommand(unboxed)
  if (split !== null && split.backslashes === 0 && split.text !== '') {
    return { text: split.text, command: split.command }
  }
  return { text: unescapeCommand(unboxed), command: null }
}

type SplitCommand = {
  readonly text: string
  readonly command: string
  readonly backslashes: number
  /** Where the backslashes are, or would be. */
  readonly at: number
}

/** The `(`command`)` at the end of a text; with backslashes before the span it is only text that looks like one. */
function splitCommand(text: string): SplitCommand | null {
  const fence = /(`+)\)$/.exec(text)?.[1]
  if (fence === undefined) return null
  const close = text.length - 1 - fence.length
  const open = findLastRun(text, fence.length, close)
  const lead = /(?:^|\s)\((\\*)$/.exec(text.slice(0, Math.max(0, open)))
  if (open === -1 || lead === null) return null
  const backslashes = lead[1]?.length ?? 0
  const command = unpad(text.slice(open + fence.length, close)).trim()
  if (command === '') return null
  return { text: text.slice(0, lead.index), command, backslashes, at: open - backslashes }
}

function findLastRun(text: string, length: number, before: number): number {
  const runs = [...text.slice(0, before).matchAll(/`+/g)]
  return runs.findLast((run) => run[0].length === length)?.index ?? -1
}

function escapeCommand(text: string): string {
  if (isSpanLike(text)) return `\\${text}`
  const split = splitCommand(text)
  return split === null ? text : `${text.slice(0, split.at)}\\${text.slice(split.at)}`
}

function unescapeCommand(text: string): string {
  if (text.startsWith('\\') && isSpanLike(text)) return text.slice(1)
  const split = splitCommand(text)
  if (split === null || split.backslashes === 0) return text
  return `${text.slice(0, split.at)}${text.slice(split.at + 1)}`
}

/** A code span with any number of backslashes before it. */
function isSpanLike(text: string): boolean {
  return fromCodeSpan(text.replace(/^\\+/, '')) !== null
}
