/** One event as one line of the console: the words of the readable log, coloured by what they mean. */
import type { RunEvent } from '../../domain/events.ts'
import { type LogContext, renderLogLine } from '../../store/run-log.ts'
import type { Paint, Style } from '../paint.ts'

/** null when this level does not show the event. */
export function renderEventLine(event: RunEvent, context: LogContext & { paint: Paint }): string | null {
  const line = renderLogLine(event, context)
  if (line === null) return null
  const end = line.indexOf('] ') + 1
  const style = styleOf(event)
  const text = line.slice(end)
  return context.paint('cyan', line.slice(0, end)) + (style === null ? text : context.paint(style, text))
}

const STYLES: Partial<Readonly<Record<RunEvent['type'], Style>>> = {
  'agent.activity': 'dim',
  'agent.retrying': 'yellow',
  'group.stage': 'dim',
  'workspace.prepared': 'dim',
  'plan.created': 'bold',
  'plan.edit_rejected': 'yellow',
  'task.completed': 'green',
  'pr.created': 'magenta',
  'pr.merged': 'green',
  'ci.passed': 'green',
  'ci.failed': 'red',
  'ci.tolerated': 'yellow',
  'checkout.left': 'yellow',
  'integrity.found': 'yellow',
  'integrity.refuted': 'red',
  blocked: 'red',
  paused: 'yellow',
  usage_limit: 'yellow',
  warning: 'yellow',
}

const RESULT_STYLES: Readonly<Record<Extract<RunEvent, { type: 'run.completed' }>['result'], Style>> = {
  success: 'green',
  blocked: 'red',
  failed: 'red',
  interrupted: 'yellow',
}

function styleOf(event: RunEvent): Style | null {
  if (event.type === 'run.completed') return RESULT_STYLES[event.result]
  if (event.type === 'gate.completed' && event.outcome === 'failed') return 'red'
  if (event.type === 'verification.result') return event.result.verdict === 'confirmed' ? 'green' : 'red'
  return STYLES[event.type] ?? null
}
