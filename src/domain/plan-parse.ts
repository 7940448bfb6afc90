/**
 * plan.md -> ParsedPlan: one pass over the lines. What is not understood stays with the task above it, or is named as a
 * problem, so that a person's text does not vanish without a word.
 */

import { takeTaskId } from './plan-inline.ts'
import { GROUP_LEVEL, type GroupHeading, type PlanLine, readLines } from './plan-lines.ts'
import type { ParsedCriterion, ParsedPlan } from './plan-parsed.ts'
import {
  type Bullet,
  continuesGroup,
  createWrittenGroup,
  createWrittenTask,
  toParsedCriteria,
  toParsedGroup,
  type WrittenGroup,
  type WrittenTask,
} from './plan-written.ts'

/** What was collected so far, and where in the file we are. */
type Reader = {
  readonly groups: WrittenGroup[]
  readonly problems: ParsedPlan['problems'][number][]
  criteria: ParsedCriterion[] | null
  section: 'tasks' | 'release' | 'criteria' | 'other'
  group: WrittenGroup | null
  task: WrittenTask | null
  /** A heading that does not say PR: opens a group when a task follows. */
  untitled: { readonly level: number; readonly text: string } | null
}

export function parsePlanMarkdown(text: string): ParsedPlan {
  const { lines, problems } = readLines(text)
  const reader: Reader = {
    groups: [],
    problems: [...problems],
    criteria: null,
    section: 'tasks',
    group: null,
    task: null,
    untitled: null,
  }
  for (const line of lines) readLine(reader, line)
  return {
    groups: reader.groups.map((group) => toParsedGroup(group, reader.groups)),
    criteria: reader.criteria,
    problems: reader.problems.toSorted((a, b) => a.line - b.line),
  }
}

function readLine(reader: Reader, line: PlanLine): void {
  const { meaning } = line
  if (reader.task !== null && isDetail(line, reader.task)) {
    reader.task.details.push(line.raw.slice(Math.min(line.indent, reader.task.indent + 2)))
    return
  }
  switch (meaning.kind) {
    case 'blank':
    case 'fenced':
      break
    case 'section':
      if (meaning.section === 'criteria') reader.criteria ??= []
      else reader.group = null
      enter(reader, meaning.section)
      break
    case 'group':
      enter(reader, 'tasks')
      if (reader.group === null || !continuesGroup(reader.group, meaning.heading)) {
        openGroup(reader, meaning.heading, meaning.level)
      }
      break
    case 'heading':
      readOtherHeading(reader, line, meaning)
      break
    case 'release':
      readReleaseLabel(reader, line, meaning.rest)
      break
    case 'rule':
      enter(reader, reader.section === 'release' ? 'tasks' : reader.section)
      break
    case 'depends':
    case 'touches':
      if (isInGroup(reader)) reader.group?.[meaning.kind].push(meaning.text)
      else warn(reader, line, 'this belongs below the heading of a PR and was ignored')
      break
    case 'quote':
    case 'text':
      readProse(reader, line, meaning.text)
      break
    case 'bullet':
      readBullet(reader, line, meaning)
      break
  }
}

/** Indented below its task, a blank line within such text, or a code block: as in Markdown, part of the task. */
function isDetail(line: PlanLine, task: WrittenTask): boolean {
  return line.meaning.kind === 'blank' || line.meaning.kind === 'fenced' || line.indent >= task.indent + 2
}

function enter(reader: Reader, section: Reader['section']): void {
  reader.section = section
  reader.task = null
  reader.untitled = null
}

function openGroup(reader: Reader, heading: GroupHeading, level: number): WrittenGroup {
  const group = createWrittenGroup(heading, level)
  reader.group = group
  reader.groups.push(group)
  return group
}

function isInGroup(reader: Reader): boolean {
  return reader.group !== null && (reader.section === 'tasks' || reader.section === 'release')
}

function readOtherHeading(reader: Reader, line: PlanLine, heading: { level: number; text: string }): void {
  const { group, section } = reader
  const isOutside = section === 'criteria' || section === 'other'
  if (isOutside || (group !== null && heading.level < group.level)) {
    enter(reader, 'other')
    return
  }
  enter(reader, 'tasks')
  if (group !== null && heading.level > group.level) {
    warn(reader, line, 'this is not the heading of a PR; tasks below it stay in the PR above')
  } else if (group !== null || heading.level >= GROUP_LEVEL) {
    reader.untitled = heading
  }
}

function readReleaseLabel(reader: Reader, line: PlanLine, rest: string): void {
  if (!isInGroup(reader)) {
    enter(reader, 'other')
    warn(reader, line, 'release checks belong below the tasks of a PR; these were ignored')
    return
  }
  enter(reader, 'release')
  if (rest !== '') reader.group?.releaseChecks.push(rest)
}

function readProse(reader: Reader, line: PlanLine, text: string): void {
  const { group, task, untitled } = reader
  const isWhy = reader.section === 'tasks' && untitled === null && group?.tasks.length === 0
  if (task !== null) task.details.push(line.raw)
  else if (isWhy) group.why.push(text)
  else if (reader.groups.length > 0) warn(reader, line, 'this text belongs to no task and was ignored')
}

function readBullet(reader: Reader, line: PlanLine, bullet: Bullet): void {
  const isKnownTask = takeTaskId(bullet.text).id !== null
  switch (reader.section) {
    case 'other':
      if (isKnownTask || bullet.mark !== null) warn(reader, line, 'a checkbox outside the task list is not a task')
      break
    case 'criteria':
      if (isKnownTask) addStrayTask(reader, line, bullet)
      else readCriterionBullet(reader, bullet)
      break
    case 'release':
      if (isKnownTask) addStrayTask(reader, line, bullet)
      else readReleaseCheck(reader, line, bullet)
      break
    case 'tasks':
      if (isKnownTask || bullet.mark !== null) addTask(reader, line, bullet)
      else readLooseBullet(reader, line, bullet)
      break
  }
}

function readCriterionBullet(reader: Reader, bullet: Bullet): void {
  reader.task = null
  reader.criteria?.push(...toParsedCriteria(bullet.text))
}

function readReleaseCheck(reader: Reader, line: PlanLine, bullet: Bullet): void {
  reader.task = null
  if (bullet.mark !== null) warn(reader, line, 'below "Release checks" this is a check, not a task')
  reader.group?.releaseChecks.push(bullet.text)
}

/** Perhaps a detail that was not indented, perhaps a task without its box: kept as a detail, so nothing is skipped. */
function readLooseBullet(reader: Reader, line: PlanLine, bullet: Bullet): void {
  if (reader.groups.length > 0) warn(reader, line, 'a bullet without a checkbox is not a task')
  readProse(reader, line, bullet.text)
}

/** A task we know by its id is not lost because it was moved too far. */
function addStrayTask(reader: Reader, line: PlanLine, bullet: Bullet): void {
  warn(reader, line, 'this task stands outside the tasks of its PR; it was kept in the PR above')
  addTask(reader, line, bullet)
}

function addTask(reader: Reader, line: PlanLine, bullet: Bullet): void {
  const task = createWrittenTask(bullet, line.indent)
  if (task.title === '' && task.id === null) {
    warn(reader, line, 'a checkbox without text is not a task')
    return
  }
  if (bullet.mark === null) warn(reader, line, 'this task has no checkbox; whether it is done stays as it was')
  else if (!/^[ xX]$/.test(bullet.mark)) {
    warn(reader, line, `\`[${bullet.mark}]\` was read as \`[${task.checked ? 'x' : ' '}]\``)
  }
  groupForTask(reader).tasks.push(task)
  reader.untitled = null
  reader.task = task
}

function groupForTask(reader: Reader): WrittenGroup {
  const { untitled } = reader
  if (untitled !== null) return openGroup(reader, { id: null, number: null, title: untitled.text }, untitled.level)
  return reader.group ?? openGroup(reader, { id: null, number: null, title: '' }, GROUP_LEVEL)
}

function warn(reader: Reader, line: PlanLine, problem: string): void {
  reader.problems.push({ line: line.number, problem })
}
