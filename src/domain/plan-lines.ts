/** What each line of plan.md is, taken by itself. Tolerant: people and editors write the same thing in many ways. */
import type { GroupId } from './ids.ts'
import { takeGroupId } from './plan-inline.ts'
import { expandIndent, indentOf } from './plan-text.ts'

export type LineMeaning =
  | { readonly kind: 'blank' }
  | { readonly kind: 'group'; readonly level: number; readonly heading: GroupHeading }
  | { readonly kind: 'section'; readonly section: 'tasks' | 'criteria' }
  | { readonly kind: 'release'; readonly rest: string }
  | { readonly kind: 'heading'; readonly level: number; readonly text: string }
  | { readonly kind: 'depends'; readonly text: string }
  | { readonly kind: 'touches'; readonly text: string }
  /** `mark` is what stands in the box; null = no box. */
  | { readonly kind: 'bullet'; readonly mark: string | null; readonly text: string }
  | { readonly kind: 'quote'; readonly text: string }
  | { readonly kind: 'rule' }
  | { readonly kind: 'text'; readonly text: string }
  /** Within a code fence: means nothing, whatever it looks like. */
  | { readonly kind: 'fenced' }

export type GroupHeading = { readonly id: GroupId | null; readonly number: number | null; readonly title: string }

export type PlanLine = {
  /** Counts from 1. */
  readonly number: number
  /** Columns of white space before the text. */
  readonly indent: number
  /** With the white space, which is spaces only. */
  readonly raw: string
  readonly meaning: LineMeaning
}

type RawLine = Omit<PlanLine, 'meaning'>
type Problem = { readonly line: number; readonly problem: string }

/** The lines that are not commented out. */
export function readLines(text: string): {
  readonly lines: readonly PlanLine[]
  readonly problems: readonly Problem[]
} {
  const raws = text.split(/\r\n|\r|\n/).map(toRawLine)
  const lines: PlanLine[] = []
  const problems: Problem[] = []
  const searched: Searched = new Map()
  for (let index = 0; index < raws.length; index += 1) {
    const line = raws[index] as RawLine
    const block = blockAt(raws, index, searched)
    if (block === null) {
      lines.push({ ...line, meaning: readMeaning(line.raw.trim()) })
      continue
    }
    if (block.end === null) {
      problems.push({ line: line.number, problem: `this ${block.kind} never ends and was read as text` })
      lines.push({ ...line, meaning: { kind: 'text', text: line.raw.trim() } })
      continue
    }
    if (block.kind === 'code fence') {
      const fenced = raws.slice(index, block.end + 1)
      lines.push(...fenced.map((inner) => ({ ...inner, meaning: { kind: 'fenced' } as const })))
    }
    index = block.end
  }
  return { lines, problems }
}

function toRawLine(text: string, index: number): RawLine {
  const raw = text.replace(/^\s+/, expandIndent).trimEnd()
  return { number: index + 1, indent: indentOf(raw), raw }
}

type Block = { readonly kind: 'code fence' | 'comment'; readonly end: number | null }

/** Up to which line nothing ends a block that starts with this: each stretch of the file is searched once. */
type Searched = Map<string, number>

/** A block that swallows lines starts here; one that never ends must not swallow the rest of the plan. */
function blockAt(lines: readonly RawLine[], index: number, searched: Searched): Block | null {
  const { raw, indent } = lines[index] as RawLine
  const text = raw.trim()
  const fence = /^(`{3,}|~{3,})(?!.*`)/.exec(text)?.[1]
  if (fence !== undefined) {
    const isNested = indent >= 2
    // As in Markdown, a fence within a list item ends with the item.
    const isLimit = isNested ? (line: RawLine) => line.raw !== '' && line.indent < 2 : () => false
    const isEnd = (line: RawLine) => isFenceEnd(line, fence)
    const end = findEnd(lines, index, { key: `${isNested}${fence}`, searched, isEnd, isLimit })
    return end === null && isNested ? null : { kind: 'code fence', end }
  }
  if (indent >= 2 || !text.startsWith('<!--')) return null
  if (text.includes('-->')) return text.endsWith('-->') ? { kind: 'comment', end: index } : null
  return {
    kind: 'comment',
    end: findEnd(lines, index, { key: '<!--', searched, isEnd: isCommentEnd, isLimit: () => false }),
  }
}

function isFenceEnd({ raw }: RawLine, fence: string): boolean {
  const text = raw.trim()
  return text.startsWith(fence) && text.replaceAll(fence.charAt(0), '') === ''
}

/** The end of another comment, such as an id, does not end this one: it may be what was commented out. */
function isCommentEnd({ raw }: RawLine): boolean {
  return raw.includes('-->') && !raw.includes('<!--')
}

function findEnd(
  lines: readonly RawLine[],
  start: number,
  search: {
    readonly key: string
    readonly searched: Searched
    readonly isEnd: (line: RawLine) => boolean
    readonly isLimit: (line: RawLine) => boolean
  },
): number | null {
  const { key, searched, isEnd, isLimit } = search
  if (start < (searched.get(key) ?? 0)) return null
  let index = start + 1
  for (; index < lines.length; index += 1) {
    const line = lines[index] as RawLine
    if (isLimit(line)) break
    if (isEnd(line)) return index
  }
  searched.set(key, index)
  return null
}

function readMeaning(text: string): LineMeaning {
  if (text === '') return { kind: 'blank' }
  if (text.startsWith('>')) return { kind: 'quote', text: text.replace(/^>\s?/, '') }
  if (/^(-{3,}|\*{3,}|_{3,})$/.test(text)) return { kind: 'rule' }
  return readHeading(text) ?? readFact(text) ?? readBullet(text) ?? { kind: 'text', text }
}

/** How deep a PR heading in bold, without `#`, counts. */
export const GROUP_LEVEL = 3

function readHeading(text: string): LineMeaning | null {
  const marked = /^(#{1,6})(\s*)(.*)$/.exec(text)
  const level = marked?.[1]?.length ?? GROUP_LEVEL
  const { id, rest } = takeGroupId(marked?.[3] ?? text)
  const shown = unbold(rest.trim(), marked !== null)
  if (shown === null) return readReleaseLabel(text)
  const numbered = readGroupTitle(shown)
  if (numbered !== null) return { kind: 'group', level, heading: { id, ...numbered } }
  if (marked === null && id === null) return readSection(shown) ?? readReleaseLabel(text)
  if (id !== null) return { kind: 'group', level, heading: { id, number: null, title: shown } }
  if (marked?.[2] === '') return null // `#hashtag`
  return readSection(shown) ?? readReleaseLabel(`**${shown}**`) ?? { kind: 'heading', level, text: shown }
}

/** The text of a heading; of a line without `#` only when it is bold as a whole, or its `PR 1:` is. */
function unbold(text: string, isHeading: boolean): string | null {
  const whole = /^(\*\*|__)((?:(?!\1).)+)\1:?$/.exec(text)
  if (whole !== null) return whole[2]?.trim() ?? ''
  const label = /^(\*\*|__)((?:PR|Group|Pull request)\s*#?\s*\d+)\s*(?::\s*\1|\1\s*:)(.*)$/i.exec(text)
  if (label !== null) return `${label[2]}:${label[3]}`
  return isHeading ? text : null
}

function readGroupTitle(text: string): { number: number | null; title: string } | null {
  const numbered = /^(?:PR|Group|Pull request)\s*#?\s*(\d+)(?!\w)\s*[:.)–—-]?\s*(.*)$/i.exec(text)
  if (numbered !== null) return { number: Number(numbered[1]), title: numbered[2] ?? '' }
  const plain = /^(?:PR|Group|Pull request)(?:(?:\s*:\s*|\s+[–—-]\s+)(.*))?$/i.exec(text)
  return plain === null ? null : { number: null, title: plain[1] ?? '' }
}

function readSection(text: string): LineMeaning | null {
  if (/^tasks?(\s+list)?:?$/i.test(text)) return { kind: 'section', section: 'tasks' }
  if (/^(success\s+)?criteria\b/i.test(text)) return { kind: 'section', section: 'criteria' }
  return null
}

/** `**Release checks:**`, `**Release checks (after the merge):**`, `Release checks:`. */
function readReleaseLabel(text: string): LineMeaning | null {
  const bold = /^(\*\*|__)release checks?\b([^:*_]*):?\s*\1\s*:?\s*(.*)$/i.exec(text)
  if (bold !== null) return { kind: 'release', rest: bold[3] ?? '' }
  return /^release checks?\b[^:]*:$/i.test(text) ? { kind: 'release', rest: '' } : null
}

const DEPENDS = factPattern('depends on')
const TOUCHES = factPattern('touches')

function factPattern(name: string): RegExp {
  return new RegExp(`^(?:\\*\\*${name}\\s*:\\s*\\*\\*|\\*\\*${name}\\*\\*\\s*:|${name}\\s*:)\\s*(.*)$`, 'i')
}

function readFact(text: string): LineMeaning | null {
  const depends = DEPENDS.exec(text)
  if (depends !== null) return { kind: 'depends', text: depends[1] ?? '' }
  const touches = TOUCHES.exec(text)
  return touches === null ? null : { kind: 'touches', text: touches[1] ?? '' }
}

function readBullet(text: string): LineMeaning | null {
  const boxed = /^(?:[-+]\s*|(?:\*|\d{1,9}[.)])\s+)\[(\s*[xX✓✔]?\s*)\](?!\()\s*(.*)$/.exec(text)
  if (boxed !== null) return { kind: 'bullet', mark: boxed[1] ?? '', text: boxed[2] ?? '' }
  const plain = /^(?:[-*+]|\d{1,9}[.)])(?:\s+(.*))?$/.exec(text)
  return plain === null ? null : { kind: 'bullet', mark: null, text: plain[1] ?? '' }
}
