/** What is being collected while plan.md is read, and how it becomes a ParsedPlan. */
import { COMPLEXITIES, type Complexity } from './plan.ts'
import { parseDependencies } from './plan-dependency-line.ts'
import { codeSpansIn, readCriterion, takeTaskId, unescapeBox, unescapeComments } from './plan-inline.ts'
import type { GroupHeading, LineMeaning } from './plan-lines.ts'
import type { ParsedCriterion, ParsedGroup, ParsedTask } from './plan-parsed.ts'
import { toCommand, toDetails, toLine } from './plan-text.ts'

export type Bullet = Extract<LineMeaning, { kind: 'bullet' }>

export type WrittenTask = Omit<ParsedTask, 'details'> & {
  /** Lines indented deeper than this one belong to it. */
  readonly indent: number
  readonly details: string[]
}

export type WrittenGroup = GroupHeading & {
  readonly level: number
  readonly why: string[]
  readonly depends: string[]
  readonly touches: string[]
  readonly releaseChecks: string[]
  readonly tasks: WrittenTask[]
}

export function createWrittenGroup(heading: GroupHeading, level: number): WrittenGroup {
  const title = toTitle(heading.title)
  return { ...heading, title, level, why: [], depends: [], touches: [], releaseChecks: [], tasks: [] }
}

/** The current heading repeated goes on with the same PR. */
export function continuesGroup(group: WrittenGroup, heading: GroupHeading): boolean {
  if (group.number === null || group.number !== heading.number) return false
  return group.title === toTitle(heading.title) && (heading.id === null || heading.id === group.id)
}

const TAG = `(?:\`\\[(?:${COMPLEXITIES.join('|')})\\]\`|\\[(?:${COMPLEXITIES.join('|')})\\])`
const FIRST_TAG = new RegExp(`^${TAG}(?:\\s+|$)`, 'i')
const LAST_TAG = new RegExp(`\\s${TAG}$`, 'i')

export function createWrittenTask(bullet: Bullet, indent: number): WrittenTask {
  const { id, rest } = takeTaskId(bullet.text)
  // Something else in the box, such as `[~]`: the task is known by its id alone.
  const text = (bullet.mark === null ? rest.replace(/^\[.{0,3}?\]/, '') : rest).trim()
  const tag = FIRST_TAG.exec(text) ?? LAST_TAG.exec(text)
  const title = tag === null ? text : `${text.slice(0, tag.index)}${text.slice(tag.index + tag[0].length)}`
  return {
    id,
    checked: bullet.mark === null ? null : bullet.mark.trim() !== '',
    title: toTitle(title),
    complexity: toComplexity(tag?.[0]),
    indent,
    details: [],
  }
}

function toComplexity(tag: string | undefined): Complexity {
  const word = tag?.replace(/[^a-z-]/gi, '').toLowerCase()
  return COMPLEXITIES.find((complexity) => complexity === word) ?? 'coding'
}

/** Empty when there is no text. */
export function toParsedCriteria(written: string): readonly ParsedCriterion[] {
  const mark = /\s*<!--\s*user\s*-->$/.exec(written)
  const { text, command } = readCriterion(unescapeComments(mark === null ? written : written.slice(0, mark.index)))
  if (toLine(text) === '') return []
  const source = mark === null ? null : 'user'
  return [{ text: toLine(text), command: command === null ? null : toCommand(command), source }]
}

/** `groups` are all groups of the file, which dependencies may name. */
export function toParsedGroup(draft: WrittenGroup, groups: readonly WrittenGroup[]): ParsedGroup {
  return {
    id: draft.id,
    number: draft.number,
    title: draft.title,
    why: toTitle(draft.why.join(' ')),
    dependsOn: draft.depends.flatMap((text) => parseDependencies(text, groups)),
    touches: toTouches(draft.touches),
    releaseChecks: draft.releaseChecks.map((check) => toTitle(unescapeBox(check))).filter((check) => check !== ''),
    tasks: draft.tasks.map(({ indent: _, ...task }) => ({
      ...task,
      details: toDetails(task.details.map(unescapeComments).join('\n')),
    })),
  }
}

/** Globs in code spans, or bare ones between commas. Not said is unknown, which is not the same as nothing. */
function toTouches(texts: readonly string[]): readonly string[] | null {
  const globs = texts.flatMap((text) => {
    const shown = unescapeComments(text)
    const spans = codeSpansIn(shown)
    return spans.length > 0 ? spans : shown.split(',')
  })
  const named = globs.map(toLine).filter((glob) => glob !== '')
  return named.length === 0 ? null : named
}

function toTitle(text: string): string {
  return toLine(unescapeComments(text))
}
