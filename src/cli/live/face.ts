/** How a run shows itself in this process. One of three: events as JSON, a line for each event, or the live view. */
import type { RunEvent } from '../../domain/events.ts'
import type { LogLevel, RunState } from '../../domain/run.ts'
import { toJsonText, toPlainText } from '../../lib/plain-text.ts'
import { advanceProgress, type Progress, progressOf } from '../../store/run-log.ts'
import { choosePaint } from '../paint.ts'
import type { CliParts } from '../parts.ts'
import { renderEventLine } from '../view/event-line.ts'

export type Face = {
  onEvent(event: RunEvent): void
  onState(state: RunState): void
  /** A line that is not an event. */
  note(line: string): void
  /** A person asked the run to end. */
  onEnding(ending: 'stop' | 'pause'): void
  /** Gives the terminal back. Safe to call twice. */
  close(): void
}

export function createJsonFace({ stdout, stderr }: CliParts): Face {
  return {
    onEvent: (event) => stdout.write(`${toJsonText(event)}\n`),
    onState: () => {},
    note: (line) => stderr.write(`${toPlainText(line)}\n`),
    onEnding: () => {},
    close: () => {},
  }
}

export function createLineFace(parts: CliParts, level: LogLevel | null): Face {
  const lines = createEventLines(parts, (options) => level ?? options)
  return {
    onEvent: (event) => writeLine(parts, lines.render(event)),
    onState: lines.onState,
    note: (line) => writeLine(parts, toPlainText(line)),
    onEnding: (ending) => writeLine(parts, ENDING_NOTES[ending]),
    close: () => {},
  }
}

export const ENDING_NOTES = {
  stop: 'Stopping: the session ends, everything is kept. Ctrl+C again to end at once.',
  pause: 'Pausing: the session ends, everything is kept.',
} as const

function writeLine({ stdout }: CliParts, line: string | null): void {
  if (line !== null) stdout.write(`${line}\n`)
}

/** Lines with the count of tasks in front, at the level of the run. */
export function createEventLines(parts: CliParts, chooseLevel: (ofRun: LogLevel) => LogLevel) {
  const paint = choosePaint(parts.environment, parts.stdout)
  let level = chooseLevel('normal')
  let progress: Progress | null = null
  return {
    render(event: RunEvent): string | null {
      progress = advanceProgress(progress, event)
      return renderEventLine(event, { level, progress, paint })
    },
    onState(state: RunState): void {
      level = chooseLevel(state.options.logLevel)
      progress = progressOf(state)
    },
  }
}
