/** The readable log: one line per event, for people with `less` and `grep`. Pure; where the lines go is not decided here. */
import type { RunEvent } from '../domain/events.ts'
import { describeFinding } from '../domain/integrity/open-findings.ts'
import type { CriterionEvidence, LogLevel, RunState } from '../domain/run.ts'
import { count } from '../lib/count.ts'
import { toPlainText } from '../lib/plain-text.ts'

export type Progress = { readonly tasksDone: number; readonly tasksTotal: number }

export type LogContext = { readonly level: LogLevel; readonly progress: Progress | null }

const MAX_LINE_CHARS = 2_000

/**
 * `[claudetm 14:03:59 2/7] …` in local time, `[claude …]` for what the agent does; null when this level does not show
 * the event. What comes from outside begins no line of its own and paints nothing.
 */
export function renderLogLine(event: RunEvent, { level, progress }: LogContext): string | null {
  if (RANK[level] < RANK[levelOf(event)]) return null
  const count = progress === null ? '' : ` ${progress.tasksDone}/${progress.tasksTotal}`
  const speaker = event.type.startsWith('agent.') ? 'claude' : 'claudetm'
  const sentence = toPlainText(describeEvent(event), { singleLine: true, maxLength: MAX_LINE_CHARS })
  return `[${speaker} ${timeOf(event.at)}${count}] ${sentence}`
}

export function progressOf(state: RunState): Progress | null {
  if (state.plan === null) return null
  const tasks = state.plan.groups.flatMap((group) => group.tasks)
  return { tasksDone: tasks.filter((task) => state.tasks[task.id] !== undefined).length, tasksTotal: tasks.length }
}

/** The same after one more event: the log does not wait for the next state. */
export function advanceProgress(progress: Progress | null, event: RunEvent): Progress | null {
  if (event.type === 'plan.created') return { tasksDone: 0, tasksTotal: event.tasks }
  if (event.type === 'task.completed') return { tasksDone: event.tasksDone, tasksTotal: event.tasksTotal }
  return progress
}

const RANK: Readonly<Record<LogLevel, number>> = { quiet: 0, normal: 1, verbose: 2 }

/** The least level that shows it: quiet is what a person wants to know afterwards, verbose every word of the agent. */
function levelOf(event: RunEvent): LogLevel {
  if (event.type === 'agent.activity') return event.tool === null ? 'verbose' : 'normal'
  return QUIET.has(event.type) ? 'quiet' : 'normal'
}

const QUIET: ReadonlySet<RunEvent['type']> = new Set<RunEvent['type']>([
  'run.started',
  'run.status',
  'run.completed',
  'recovered',
  'plan.created',
  'plan.updated',
  'plan.edit_rejected',
  'usage_limit',
  'task.completed',
  'pr.created',
  'pr.merged',
  'pr.scheduled',
  'pr.unscheduled',
  'ci.passed',
  'ci.failed',
  'ci.tolerated',
  'ci.flaky',
  'reviews.answered',
  'reviews.ignored',
  'checkout.left',
  'blocked',
  'paused',
  'verification.result',
  'integrity.found',
  'integrity.let_through',
  'integrity.refuted',
  'warning',
])

const LET_THROUGH = { asked_for: 'asked for', confirmed: 'confirmed', waived: 'waived' } as const

const UPDATES: Readonly<Record<Extract<RunEvent, { type: 'pr.updated' }>['what'], string>> = {
  text: 'text brought up to date',
  ready: 'is no draft any more',
  branch: 'brought up to date with its target branch',
  foreign_commits: 'has commits of somebody else; they are part of the work now',
}

/** One sentence; may still hold what came from outside as it came. */
function describeEvent(event: RunEvent): string {
  switch (event.type) {
    case 'run.started':
      return `${event.resumed ? 'resumed' : 'started'} on ${dayOf(event.at)}, run ${event.runId}, into ${event.targetBranch} of ${event.forge}: ${event.goal} (${event.protection}; ${event.account})`
    case 'run.status':
      return `run: ${event.from} -> ${event.to}${because(event.reason)}`
    case 'run.completed':
      return `${event.result}${because(event.reason)}: ${event.tasksDone}/${event.tasksTotal} tasks, ${event.prsMerged} merged, ${count(event.sessions, 'session')}, ${dollars(event.costUsd)}, ${duration(event.durationMs)}`
    case 'recovered':
      return `recovered: ${event.sessions} sessions settled, ${event.processesEnded} processes ended, ${event.adopted} workspaces adopted`
    case 'plan.created':
      return `plan: ${count(event.tasks, 'task')} in ${count(event.groups, 'pull request')}, ${count(event.criteria, 'success criterion', 'success criteria')}`
    case 'plan.updated':
      return `plan updated (${event.source}): ${event.added} added, ${event.changed} changed, ${event.removed} removed, ${event.reopened} reopened`
    case 'plan.edit_rejected':
      return `the edit of plan.md was not taken over: ${event.problem}`
    case 'group.stage':
      return `${event.groupId}: ${event.from} -> ${event.to}${because(event.why)}`
    case 'workspace.prepared':
      return `${about(event.groupId)}workspace ${event.adopted ? 'found again' : 'ready'}: ${event.path}`
    case 'dependencies':
      return `${about(event.groupId)}dependencies ${event.outcome} (${event.command}, ${duration(event.durationMs)})${event.outcome === 'failed' ? `: ${event.tail}` : ''}`
    case 'session.started':
      return `${about(event.groupId)}session ${event.number}: ${event.kind}${event.taskId === null ? '' : ` ${event.taskId}`} with ${event.model}, effort ${event.effort}${event.continues ? ', continued' : ''}`
    case 'agent.activity':
      return `${event.subagent === null ? '' : `[${event.subagent}] `}${event.tool === null ? '' : `${event.tool}: `}${event.text}`
    case 'agent.retrying':
      return `the service refuses, attempt ${event.attempt} in ${duration(event.delayMs)}: ${event.error}`
    case 'session.completed':
      return `${about(event.groupId)}session ${event.outcome} (${event.kind})${event.detail === '' ? '' : `: ${event.detail}`} (${dollars(event.costUsd)}, ${count(event.turns, 'turn')}, ${event.inputTokens + event.outputTokens} tokens, ${duration(event.durationMs)})`
    case 'session.recovered':
      return `${about(event.groupId)}a session was cut short (${event.kind}${event.taskId === null ? '' : ` ${event.taskId}`}): ${event.outcome}, ${dollars(event.costUsd)}`
    case 'usage_limit':
      return `usage limit until ${dayOf(event.until)} ${timeOf(event.until)}: ${event.why}`
    case 'task.started':
      return `${event.groupId} ${event.taskId}: ${event.title}`
    case 'task.completed':
      return `${event.groupId} ${event.taskId} done (${event.how}, ${short(event.commit)}): ${event.title}`
    case 'gate.started':
      return `${event.groupId}: checks of ${short(event.commit)}: ${event.commands.join('; ')}`
    case 'gate.completed':
      return `${event.groupId}: checks of ${short(event.commit)}: ${event.outcome}${list(event.failed)} (${duration(event.durationMs)})`
    case 'integrity.found':
      return `${event.groupId}: found in ${short(event.commit)}: ${event.findings.map((finding) => `${describeFinding(finding)} (${finding.class}: ${finding.rule}, ${finding.id})`).join('; ')}`
    case 'integrity.let_through':
      return `${event.groupId}: ${LET_THROUGH[event.finding.how]} by ${event.finding.by}: ${describeFinding(event.finding)} (${event.finding.id})${because(event.finding.why)}`
    case 'integrity.refuted':
      return `${event.groupId}: ${event.verdict} by a second look: ${describeFinding(event.finding)} (${event.finding.id})${because(event.evidence)}`
    case 'pushed':
      return `${event.groupId}: pushed ${short(event.commit)} to ${event.to}${event.forced ? ', replacing what was there' : ''}`
    case 'pr.created':
      return `${event.groupId}: pull request #${event.number} ${event.url}: ${event.title}`
    case 'pr.merged':
      return `${event.groupId}: #${event.number} merged as ${short(event.commit)}${event.by === 'us' ? '' : ' by somebody else'} ${event.url}`
    case 'pr.updated':
      return `${event.groupId}: #${event.number} ${UPDATES[event.what]}`
    case 'pr.scheduled':
      return `${event.groupId}: #${event.number} will be merged by the forge (${event.by === 'queue' ? 'merge queue' : 'auto-merge'}); not merged yet`
    case 'pr.unscheduled':
      return `${event.groupId}: #${event.number} is no longer to be merged by the forge${because(event.why)}`
    case 'ci.started':
      return `${about(event.groupId)}CI of ${short(event.head)}${list(event.checks)}`
    case 'ci.check':
      return `${about(event.groupId)}CI ${event.check}: ${event.status} (${duration(event.durationMs)}) ${event.log}`
    case 'ci.passed':
      return `${event.groupId}: CI passed for ${short(event.head)}`
    case 'ci.failed':
      return `${event.groupId}: CI failed for ${short(event.head)}${list(event.checks)}`
    case 'ci.tolerated':
      return `${event.groupId}: failures tolerated for ${short(event.head)}${list(event.checks)}`
    case 'ci.rerun':
      return `${event.groupId}: checks of ${short(event.head)} started again${list(event.checks)}${because(event.why)}`
    case 'ci.flaky':
      return `${event.groupId}: red, then green on the same commit ${short(event.head)}${list(event.checks)}`
    case 'reviews.answered':
      return `${event.groupId}: #${event.number} reviewers answered: ${event.fixed} fixed, ${event.explained} explained, ${event.declined} declined`
    case 'reviews.ignored':
      return `${event.groupId}: #${event.number} remarks ignored, because these authors are not trusted${list(event.authors)}`
    case 'checkout.updated':
      return `${event.path} brought to ${short(event.commit)} (${event.branch})`
    case 'checkout.left':
      return `${event.path} left as it is (${event.why}); to update it: ${event.command}`
    case 'waiting':
      return `${about(event.groupId)}waiting for ${event.for}${event.until === null ? '' : ` until ${timeOf(event.until)}`}`
    case 'blocked':
      return `${about(event.groupId)}BLOCKED: ${event.cause}${event.tried === null ? '' : ` (tried: ${event.tried})`}; to go on: ${event.command}`
    case 'paused':
      return `${about(event.groupId)}paused: ${event.why}; to go on: ${event.command}`
    case 'verification.started':
      return `verification round ${event.round} of ${short(event.commit)}: ${count(event.criteria, 'criterion', 'criteria')}`
    case 'verification.result':
      return `criterion ${event.result.verdict}: ${event.result.criterion}${because(shownEvidence(event.result))}`
    case 'warning':
      return `warning: ${event.message}`
  }
}

/** What confirmed a command is its exit code; the rest of its output is worth a look only when it failed. */
function shownEvidence({ criterion, command, verdict, evidence }: CriterionEvidence): string {
  if (command === null) return evidence
  if (verdict !== 'confirmed') return evidence.slice(-400)
  return criterion === command ? 'exit code 0' : `${command}: exit code 0`
}

function about(groupId: string | null): string {
  return groupId === null ? '' : `${groupId}: `
}

function because(reason: string | null): string {
  return reason === null || reason === '' ? '' : ` (${reason})`
}

function list(names: readonly string[]): string {
  return names.length === 0 ? '' : `: ${names.join(', ')}`
}

function short(commit: string): string {
  return commit.slice(0, 10)
}

function dollars(amount: number): string {
  return `$${amount.toFixed(2)}`
}

function duration(milliseconds: number): string {
  const seconds = Math.round(milliseconds / 1000)
  if (seconds < 60) return `${seconds} s`
  const minutes = Math.floor(seconds / 60)
  if (minutes < 60) return `${minutes} min ${pad(seconds % 60)} s`
  return `${Math.floor(minutes / 60)} h ${pad(minutes % 60)} min`
}

function timeOf(at: number): string {
  const date = new Date(at)
  return [date.getHours(), date.getMinutes(), date.getSeconds()].map(pad).join(':')
}

function dayOf(at: number): string {
  const date = new Date(at)
  return [date.getFullYear(), date.getMonth() + 1, date.getDate()].map(pad).join('-')
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
