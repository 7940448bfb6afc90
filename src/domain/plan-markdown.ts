/**
 * plan.md: how people read and edit the plan. The order of the file is the order of work; ids live in comments, so that
 * every text may be changed by hand. Reading it back is in `plan-parse.ts`.
 */

import { toPlainText } from '../lib/plain-text.ts'
import type { GroupId, TaskId } from './ids.ts'
import type { Plan, PrGroup, Task } from './plan.ts'
import { escapeBox, escapeComments, toCodeSpan, writeCriterion } from './plan-inline.ts'
import { toCommand, toDetails, toLine } from './plan-text.ts'

export { parsePlanMarkdown } from './plan-parse.ts'

const HINT =
  '<!-- Yours to edit: reword, reorder, add, remove, tick or untick tasks. The short comments tell claudetm which is which. -->'

export function renderPlan(plan: Plan, done: ReadonlySet<TaskId>, goal?: string): string {
  const numbers = new Map(plan.groups.map((group, index) => [group.id, index + 1]))
  const blocks = [
    '# Plan',
    goal === undefined ? '' : renderQuote(goal),
    HINT,
    '## Task List',
    ...plan.groups.flatMap((group) => renderGroup(group, numbers, done)),
    '## Success Criteria',
    plan.criteria.flatMap(renderCriterion).join('\n'),
  ]
  return `${blocks.filter((block) => block !== '').join('\n\n')}\n`
}

function renderGroup(group: PrGroup, numbers: ReadonlyMap<GroupId, number>, done: ReadonlySet<TaskId>): string[] {
  const facts = [renderDependencies(group, numbers), renderTouches(group)].filter((fact) => fact !== '')
  return [
    `### PR ${numbers.get(group.id)}: ${renderText(group.title)} <!-- ${group.id} -->`,
    renderQuote(toLine(group.why)),
    facts.join('\n'),
    group.tasks.map((task) => renderTask(task, done.has(task.id))).join('\n'),
    renderReleaseChecks(group),
  ]
}

/** The numbers are for people; what they mean stands in the comment, so that PRs can be moved and renumbered. */
function renderDependencies(group: PrGroup, numbers: ReadonlyMap<GroupId, number>): string {
  if (group.dependsOn.length === 0) return ''
  const shown = group.dependsOn.map((id) => (numbers.has(id) ? `PR ${numbers.get(id)}` : id))
  const meaning = group.dependsOn.filter((id) => numbers.has(id)).map((id) => ` ${numbers.get(id)}=${id}`)
  const comment = meaning.length === 0 ? '' : ` <!--${meaning.join('')} -->`
  return `**Depends on:** ${shown.join(', ')}${comment}`
}

function renderTouches(group: PrGroup): string {
  const globs = (group.touches ?? []).map(toLine).filter((glob) => glob !== '')
  return globs.length === 0 ? '' : `**Touches:** ${escapeComments(globs.map(toCodeSpan).join(', '))}`
}

function renderTask(task: Task, isDone: boolean): string {
  const head = `- [${isDone ? 'x' : ' '}] \`[${task.complexity}]\` ${renderText(task.title)} <!-- ${task.id} -->`
  return [head, ...renderDetails(task.details)].join('\n')
}

/** Starts like a list, a fence or an indented line: shown as it stands instead of as one bullet per line. */
const SHAPED = /^(\s|$|([-*+]|\d+[.)])\s|```|~~~)/

function renderDetails(details: string): readonly string[] {
  const text = toDetails(details)
  if (text === '') return []
  const lines = text.split('\n')
  const lead = lines.some((line) => SHAPED.test(line)) ? '  ' : '  - '
  return lines.map((line) => (line === '' ? '' : `${lead}${escapeComments(line)}`))
}

function renderReleaseChecks(group: PrGroup): string {
  const checks = group.releaseChecks.map(toLine).filter((check) => check !== '')
  if (checks.length === 0) return ''
  return ['**Release checks:**', ...checks.map((check) => `- ${escapeBox(escapeComments(check))}`)].join('\n')
}

function renderCriterion(criterion: Plan['criteria'][number]): readonly string[] {
  const command = toCommand(criterion.command ?? '') || null
  const text = toLine(criterion.text) || toLine(command ?? '')
  if (text === '') return []
  return [
    `- ${escapeComments(writeCriterion({ text, command }))}${criterion.source === 'user' ? ' <!-- user -->' : ''}`,
  ]
}

function renderQuote(text: string): string {
  const shown = toPlainText(text).trim()
  return shown === '' ? '' : escapeComments(shown).replace(/^/gm, '> ')
}

function renderText(text: string): string {
  return escapeComments(toLine(text))
}
