/**
 * The live area as lines: what is so far, the plan as a tree, and what is going on now. Pure. Never wider than the
 * terminal and never higher: what matters least is left out first.
 */

import { count } from '../../lib/count.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { type Paint, plain, type Style } from '../paint.ts'
import { cutToWidth, textWidth } from '../text-width.ts'
import { clock, dollars, duration } from '../words.ts'
import type { Activity, ViewGroup, ViewModel, ViewTask } from './model.ts'

export type Frame = {
  readonly width: number
  readonly height: number
  readonly now: number
  readonly paint?: Paint
  /** Keys that work here. */
  readonly hint?: string
}

/** Leaves first when there is no room: the higher the rank, the earlier. */
type Row = { readonly rank: number; readonly parts: readonly Part[] }
type Part = readonly [style: Style | null, text: string]

const SPINNER = ['⠋', '⠙', '⠹', '⠸', '⠼', '⠴', '⠦', '⠧', '⠇', '⠏']
const SPINNER_STEP_MS = 100

export function renderView(model: ViewModel, frame: Frame): readonly string[] {
  const rows = [...headRows(model, frame), ...treeRows(model, frame), ...hintRows(model, frame)]
  const paint = frame.paint ?? plain
  return fitHeight(rows, frame.height).map((row) => paintRow(row, frame.width, paint))
}

function headRows(model: ViewModel, { now }: Frame): readonly Row[] {
  const tasks = model.groups.flatMap((group) => group.tasks)
  const facts = [
    ...(model.startedAt === null ? [] : [duration(now - model.startedAt)]),
    dollars(model.costUsd),
    count(model.sessions, 'session'),
    ...(tasks.length === 0 ? [] : [`${tasks.filter((task) => task.done).length}/${count(tasks.length, 'task')}`]),
    ...(model.groups.length === 0 ? [] : [`${model.prsMerged}/${count(model.groups.length, 'PR')} merged`]),
  ]
  return [
    { rank: 1, parts: [['bold', oneLine(model.goal)]] },
    {
      rank: 0,
      parts: [
        ['cyan', model.ending === null ? model.status : ENDING_WORDS[model.ending]],
        ['dim', ` · ${facts.join(' · ')}`],
      ],
    },
  ]
}

const ENDING_WORDS = { stop: 'stopping', pause: 'pausing' } as const

function treeRows(model: ViewModel, frame: Frame): readonly Row[] {
  const ofRun = model.activities.filter((activity) => !model.groups.some((group) => group.id === activity.groupId))
  const groups = model.groups.flatMap((group) => groupRows(group, activitiesOf(model, group), frame))
  return [...groups, ...ofRun.flatMap((activity) => activityRows(activity, '', frame))]
}

function activitiesOf(model: ViewModel, group: ViewGroup): readonly Activity[] {
  return model.activities.filter((activity) => activity.groupId === group.id)
}

function groupRows(group: ViewGroup, activities: readonly Activity[], frame: Frame): readonly Row[] {
  const mark = markOf(group, activities, frame.now)
  const isOpen = group.stage !== 'done'
  const isActive = isOpen && group.stage !== 'pending'
  const head: Row = {
    rank: isActive ? 2 : 4,
    parts: [
      [mark.style, `${mark.sign} `],
      [isOpen ? null : 'dim', oneLine(group.title)],
      ['dim', `  ${group.blocked ? 'blocked' : group.stage}`],
      ['cyan', group.pr === null ? '' : `  #${group.pr}`],
    ],
  }
  const tasks = isOpen ? group.tasks.flatMap((task) => taskRows(task, isActive ? 3 : 5, activities, frame)) : []
  const others = activities.filter((activity) => !group.tasks.some((task) => task.id === activity.taskId))
  return [head, ...tasks, ...others.flatMap((activity) => activityRows(activity, '  ', frame))]
}

function markOf(group: ViewGroup, activities: readonly Activity[], now: number): { sign: string; style: Style } {
  if (group.blocked) return { sign: '✖', style: 'red' }
  if (group.stage === 'done') return { sign: '✔', style: 'green' }
  if (activities.some((activity) => !activity.isWait)) return { sign: spinner(now), style: 'cyan' }
  return group.stage === 'pending' ? { sign: '·', style: 'dim' } : { sign: '◦', style: 'yellow' }
}

function taskRows(task: ViewTask, rank: number, activities: readonly Activity[], frame: Frame): readonly Row[] {
  const activity = activities.find((candidate) => candidate.taskId === task.id)
  const [style, sign]: Part = task.done
    ? ['green', '✔']
    : activity === undefined
      ? ['dim', '·']
      : ['cyan', spinner(frame.now)]
  const row: Row = {
    rank: activity === undefined ? rank : 1,
    parts: [
      [style, `  ${sign} `],
      [task.done ? 'dim' : null, oneLine(task.title)],
    ],
  }
  return activity === undefined ? [row] : [row, ...activityRows(activity, '    ', frame)]
}

function activityRows(activity: Activity, indent: string, { now }: Frame): readonly Row[] {
  const since = duration(now - activity.since)
  const what = activity.isWait ? `waiting for ${activity.what}` : activity.what
  const until = activity.until === null ? '' : `, until ${clock(activity.until)}`
  const head: Row = {
    rank: 1,
    parts: [
      [activity.isWait ? 'yellow' : 'cyan', `${indent}${activity.isWait ? '◦' : '↳'} ${oneLine(what)}${until}`],
      ['dim', `  ${since}`],
    ],
  }
  if (activity.detail === null) return [head]
  return [head, { rank: 2, parts: [['dim', `${indent}  ${oneLine(activity.detail)}`]] }]
}

function hintRows(model: ViewModel, { hint }: Frame): readonly Row[] {
  const text = model.ending === null ? hint : 'Ctrl+C again to end at once'
  return text === undefined ? [] : [{ rank: 4, parts: [['dim', text]] }]
}

/** Leaves out the rows that matter least, from the bottom up, and says how many. */
function fitHeight(rows: readonly Row[], height: number): readonly Row[] {
  if (rows.length <= height) return rows
  const surplus = rows.length - Math.max(1, height - 1)
  const order = rows.map((_, index) => index).sort((a, b) => (rows[b]?.rank ?? 0) - (rows[a]?.rank ?? 0) || b - a)
  const dropped = new Set(order.slice(0, surplus))
  const kept = rows.filter((_, index) => !dropped.has(index))
  return height < 2 ? kept : [...kept, { rank: 0, parts: [['dim', `… ${count(surplus, 'more line')}`]] }]
}

function paintRow({ parts }: Row, width: number, paint: Paint): string {
  let left = width
  let line = ''
  for (const [style, text] of parts) {
    const shown = cutToWidth(text, left)
    left -= textWidth(shown)
    line += style === null ? shown : paint(style, shown)
  }
  return line.trimEnd()
}

function spinner(now: number): string {
  return SPINNER[Math.floor(now / SPINNER_STEP_MS) % SPINNER.length] ?? ''
}

function oneLine(text: string): string {
  return toPlainText(text, { singleLine: true, maxLength: 500 })
}
