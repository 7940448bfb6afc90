/** `claudetm status` */

import { describeFinding } from '../../domain/integrity/open-findings.ts'
import { count } from '../../lib/count.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { type GroupStatus, readStatus, type StatusReport } from '../../operations/status.ts'
import { choosePaint, type Paint, type Style } from '../paint.ts'
import type { CliParts } from '../parts.ts'
import { printJson, printLines, printTable } from '../print.ts'
import { dollars, duration, moment } from '../words.ts'

export async function showStatus(parts: CliParts, options: { json?: true }): Promise<number> {
  const report = await readStatus(parts)
  if (options.json === true) {
    printJson(parts, report)
    return 0
  }
  const paint = choosePaint(parts.environment, parts.stdout)
  printLines(parts, summaryLines(report, parts.now(), paint))
  if (report.groups.length > 0) await printTable(parts, { head: HEAD, rows: report.groups.map(toRow) })
  printLines(parts, [...findingLines(report, paint), ...closingLines(report, paint)])
  return 0
}

const STATUS_STYLES: Readonly<Record<StatusReport['status'], Style>> = {
  planning: 'cyan',
  working: 'cyan',
  paused: 'yellow',
  blocked: 'red',
  stopped: 'yellow',
  success: 'green',
  failed: 'red',
}

function summaryLines(report: StatusReport, now: number, paint: Paint): readonly string[] {
  const { status, reason } = report
  const facts: readonly (readonly [string, string])[] = [
    ['Goal', toPlainText(report.goal, { singleLine: true })],
    ['Run', `${report.runId}, into ${report.targetBranch}, started ${duration(now - report.createdAt)} ago`],
    ['Status', paint(STATUS_STYLES[status], status) + (reason === null ? '' : `: ${oneLine(reason)}`)],
    ['Work', workOf(report, now)],
    [
      'Done',
      `${report.tasksDone} of ${count(report.tasksTotal, 'task')}, ${report.prsMerged} of ${prs(report)} merged`,
    ],
    ['Spent', `${capped(dollars(report.costUsd), report.maxCostUsd)} in ${sessions(report)}`],
    ...waits(report, now),
  ]
  return facts.map(([name, text]) => `${paint('dim', `${name}:`.padEnd(8))}${text}`)
}

function workOf({ owner, running }: StatusReport, now: number): string {
  if (owner === null) return 'no process works on this run'
  const sessionWords = running.map(
    ({ kind, taskId, model, startedAt }) =>
      `${kind} session${taskId === null ? '' : ` for ${taskId}`} with ${model}, ${duration(now - startedAt)}`,
  )
  return [`process ${owner.pid} on ${owner.host}`, ...sessionWords].join('; ')
}

function waits({ usageLimitUntil, groups }: StatusReport, now: number): readonly (readonly [string, string])[] {
  const limit = usageLimitUntil !== null && usageLimitUntil > now ? usageLimitUntil : null
  if (limit !== null) return [['Waits', `for the usage limit of the account, until ${moment(limit, now)}`]]
  return groups.flatMap(({ waiting }) =>
    waiting === null
      ? []
      : [
          [
            'Waits',
            `for ${oneLine(waiting.for)}${waiting.until === null ? '' : `, until ${moment(waiting.until, now)}`}`,
          ],
        ],
  )
}

function capped(spent: string, cap: number | null): string {
  return cap === null ? spent : `${spent} of ${dollars(cap)}`
}

function sessions({ sessions, maxSessions }: StatusReport): string {
  return `${count(sessions, 'session')}${maxSessions === null ? '' : ` of ${maxSessions}`}`
}

function prs({ groups }: StatusReport): string {
  return count(groups.length, 'pull request')
}

const HEAD = ['PR', 'Stage', 'Tasks', 'Title']

function toRow({ id, pr, stage, tasks, title, block }: GroupStatus): readonly string[] {
  const done = tasks.filter((task) => task.done).length
  return [pr === null ? id : `#${pr.number}`, block === null ? stage : 'blocked', `${done}/${tasks.length}`, title]
}

function findingLines({ findings, letThrough }: StatusReport, paint: Paint): readonly string[] {
  if (findings.length === 0 && letThrough.length === 0) return []
  const open = findings.map(
    (finding) =>
      `  ${paint('red', 'open')}  ${finding.id}  ${finding.class}  ${oneLine(describeFinding(finding))}${finding.verdict === null ? '' : ` (second look: ${oneLine(finding.verdict)})`}`,
  )
  const closed = letThrough.map(
    (finding) =>
      `  ${paint('dim', finding.how.replace('_', ' '))}  ${finding.class}  ${oneLine(describeFinding(finding))} (${oneLine(finding.by)}: ${oneLine(finding.why)})`,
  )
  return ['Flagged in what was changed:', ...open, ...closed]
}

function closingLines({ block, next }: StatusReport, paint: Paint): readonly string[] {
  return [
    ...(block === null ? [] : [`${paint('red', 'Blocked:')} ${oneLine(block.cause)}`]),
    ...(block?.tried == null ? [] : [`Tried:   ${oneLine(block.tried)}`]),
    ...(next === null ? [] : [`Go on with: ${paint('bold', next)}`]),
  ]
}

function oneLine(text: string): string {
  return toPlainText(text, { singleLine: true })
}
