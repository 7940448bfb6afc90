/**
 * The live view: what happened scrolls by above, what is going on is redrawn below. The terminal is given back on every
 * way out of the process that lets code run.
 */
import { createLogUpdate } from 'log-update'
import type { LogLevel } from '../../domain/run.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { choosePaint } from '../paint.ts'
import type { CliParts } from '../parts.ts'
import { EMPTY_VIEW, reduceState, reduceView, type ViewModel } from '../view/model.ts'
import { renderView } from '../view/render.ts'
import { createEventLines, type Face } from './face.ts'

const REDRAW_EVERY_MS = 100
/** What the live area shows anyway does not scroll by as well. */
const LINES_ABOVE: Readonly<Record<LogLevel, LogLevel>> = { quiet: 'quiet', normal: 'quiet', verbose: 'verbose' }

export function createLiveFace(parts: CliParts, level: LogLevel | null, hint: string): Face {
  const { stdout, now } = parts
  const paint = choosePaint(parts.environment, stdout)
  const area = createLogUpdate(stdout, { showCursor: true }) // a hidden cursor would stay hidden after kill -9
  const lines = createEventLines(parts, (ofRun) => LINES_ABOVE[level ?? ofRun])
  let model: ViewModel = EMPTY_VIEW
  let timer: NodeJS.Timeout | null = null
  let isClosed = false

  return {
    onEvent(event) {
      model = reduceView(model, event)
      persist(lines.render(event))
      if (event.type === 'run.completed') close()
    },
    onState(state) {
      model = reduceState(model, state)
      lines.onState(state)
      start()
    },
    note: (line) => persist(toPlainText(line)),
    onEnding(ending) {
      model = { ...model, ending }
    },
    close,
  }

  function start(): void {
    if (timer !== null || isClosed) return
    process.once('exit', close)
    timer = setInterval(draw, REDRAW_EVERY_MS)
    draw()
  }

  function draw(): void {
    const [width, height] = [stdout.columns ?? 80, stdout.rows ?? 24]
    const rows = renderView(model, { width: width - 1, height: height - 2, now: now(), paint, hint })
    area(rows.join('\n'))
  }

  function persist(line: string | null): void {
    if (line === null) return
    if (timer === null) stdout.write(`${line}\n`)
    else area.persist(line)
  }

  function close(): void {
    if (isClosed) return
    isClosed = true
    if (timer === null) return
    clearInterval(timer)
    timer = null
    process.removeListener('exit', close)
    area.clear()
    area.done()
  }
}
