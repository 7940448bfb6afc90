/**
 * The `on:` section of a workflow file. Not a YAML parser: it reads the ways in which people write this section and gives
 * up (null) on everything else, anchors, tags and multi-line texts included.
 */
import type { Filters } from './filter-patterns.ts'

/** `filters`: null = there may be some that are not understood; empty = none. */
export type Trigger = { readonly event: string; readonly filters: Filters | null }

type Line = { readonly indent: number; readonly text: string }

export function readOnSection(text: string): readonly Trigger[] | null {
  const lines = toLines(text)
  if (lines === null) return null
  const starts = lines.filter(({ indent, text: line }) => indent === 0 && ON_KEY.test(line))
  const start = starts[0]
  if (start === undefined || starts.length > 1) return null
  const inline = start.text.replace(ON_KEY, '').trim()
  const after = lines.slice(lines.indexOf(start) + 1)
  const end = after.findIndex(({ indent, text: line }) => indent === 0 && !line.startsWith('- '))
  const block = end === -1 ? after : after.slice(0, end)
  if (inline !== '') return block.length > 0 ? null : toPlainTriggers(readFlow(inline))
  return readBlock(block)
}

const ON_KEY = /^(?:on|'on'|"on")\s*:(?=\s|$)/
const KEY = /^(?:'([^']+)'|"([^"\\]+)"|([\w-]+))\s*:(?:\s+(.*))?$/
const UNREADABLE = /^(?:[&*!|>%@`]|\?\s|<<)/

/** null when the file holds more than one document. */
function toLines(text: string): readonly Line[] | null {
  const lines = text
    .replace(/^\ufeff/, '')
    .split(/\r?\n/)
    .map(withoutComment)
    .filter((line) => line.trim() !== '')
  const content = DOCUMENT_MARK.test(lines[0] ?? '') ? lines.slice(1) : lines
  if (content.some((line) => DOCUMENT_MARK.test(line))) return null
  return content.map((line) => ({ indent: line.length - line.trimStart().length, text: line.trim() }))
}

const DOCUMENT_MARK = /^(?:---|\.\.\.)(?:\s|$)/

/** A `#` inside quotes is no comment. */
function withoutComment(line: string): string {
  const kept = /^(?:[^'"#]|'[^']*'|"[^"]*"|(?<=\S)#)*/.exec(line)?.[0] ?? line
  const rest = line.slice(kept.length)
  return rest === '' || rest.startsWith('#') ? kept.trimEnd() : line
}

function readBlock(block: readonly Line[]): readonly Trigger[] | null {
  const first = block[0]
  if (first === undefined) return null
  if (first.text.startsWith('- ')) return toPlainTriggers(readItems(block))
  const entries = readEntries(block)
  return entries?.map(({ key, value, inner }) => ({ event: key, filters: readFilters(value, inner) })) ?? null
}

function toPlainTriggers(events: readonly string[] | null): readonly Trigger[] | null {
  return events?.map((event) => ({ event, filters: {} })) ?? null
}

type Entry = { readonly key: string; readonly value: string; readonly inner: readonly Line[] }

/** The keys of one mapping, each with what stands behind it and what is indented below it. */
function readEntries(block: readonly Line[]): readonly Entry[] | null {
  const indent = block[0]?.indent ?? 0
  const entries: { key: string; value: string; inner: Line[] }[] = []
  for (const line of block) {
    const last = entries.at(-1)
    const isItem = line.indent === indent && line.text.startsWith('- ')
    if (line.indent > indent || isItem) {
      if (last === undefined) return null
      last.inner.push(line)
      continue
    }
    const found = line.indent === indent ? KEY.exec(line.text) : null
    const key = found?.[1] ?? found?.[2] ?? found?.[3]
    if (found === null || key === undefined) return null
    entries.push({ key, value: (found[4] ?? '').trim(), inner: [] })
  }
  return entries
}

function readFilters(value: string, inner: readonly Line[]): Filters | null {
  if (value !== '' && !['null', '~', '{}'].includes(value)) return null
  if (inner.length === 0) return {}
  const filters: Record<string, readonly string[]> = {}
  for (const { key, value: inline, inner: below } of readEntries(inner) ?? [{ key: '', value: '', inner: [] }]) {
    const list = inline === '' ? readItems(below) : below.length > 0 ? null : readFlow(inline)
    if (key === '' || list === null) return null
    filters[key] = list
  }
  return filters
}

function readItems(block: readonly Line[]): readonly string[] | null {
  const items = block.map(({ text }) => (text.startsWith('- ') ? readScalar(text.slice(2).trim()) : null))
  return items.length === 0 || items.includes(null) ? null : (items as string[])
}

/** `push` or `[push, 'pull_request']`. */
function readFlow(text: string): readonly string[] | null {
  const list = /^\[(.*)\]$/.exec(text)?.[1]?.trim().replace(/,$/, '')
  if (list === undefined) {
    const single = readScalar(text)
    return single === null ? null : [single]
  }
  if (list === '') return []
  if (!LIST.test(list)) return null
  const items = [...list.matchAll(ITEM)].map(([item]) => readScalar(item.trim()))
  return items.includes(null) ? null : (items as string[])
}

const ITEM = /'(?:[^']|'')*'|"[^"\\]*"|[^'",[\]{}\s][^'",[\]{}]*/g
const LIST = new RegExp(`^\\s*(?:${ITEM.source})\\s*(?:,\\s*(?:${ITEM.source})\\s*)*$`)

function readScalar(text: string): string | null {
  const quoted = /^'((?:[^']|'')*)'$/.exec(text)?.[1]?.replaceAll("''", "'") ?? /^"([^"\\]*)"$/.exec(text)?.[1]
  if (quoted !== undefined) return quoted
  if (text === '' || UNREADABLE.test(text) || /^['"{[]|: |[\]}]$|^- /.test(text)) return null
  return text
}
