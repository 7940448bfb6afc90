/** The shapes in which commands print: lines, one JSON document, a table. */
import { toJsonText, toPlainText, toScreenText } from '../lib/plain-text.ts'
import type { Environment } from './parts.ts'
import { textWidth, wrapToWidth } from './text-width.ts'

type Output = { readonly stdout: NodeJS.WriteStream; readonly environment: Environment }

/** Callers make what comes from outside plain before they paint; this is for what they forget. */
export function printLines({ stdout }: Output, lines: readonly string[]): void {
  if (lines.length > 0) stdout.write(`${lines.map(toScreenText).join('\n')}\n`)
}

export function printJson({ stdout }: Output, value: unknown): void {
  stdout.write(`${toJsonText(value, 2)}\n`)
}

export type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** More in one cell is no table any more, and framing it takes long (a row of cells of 1,000 characters: 0.2 s). */
const MAX_CELL_CHARS = 300

/** Framed in a terminal, aligned by spaces for pipes. */
export async function printTable(output: Output, table: Table): Promise<void> {
  const rows = table.rows.map((row) =>
    row.map((cell) => toPlainText(cell, { singleLine: true, maxLength: MAX_CELL_CHARS })),
  )
  const { isTTY, columns } = output.stdout
  const framed = isTTY === true && output.environment.TERM !== 'dumb'
  if (framed) output.stdout.write(`${await frame({ head: table.head, rows }, columns ?? 100)}\n`)
  else printLines(output, align({ head: table.head, rows }))
}

/** As wide as the terminal: the last column takes what the others leave, and the widest ones wrap; nothing is cut off. */
async function frame({ head, rows }: Table, width: number): Promise<string> {
  const { default: FramedTable } = await import('cli-table3')
  const widths = fitColumns(
    head.map((_, column) => columnWidth(head, rows, column)),
    width - head.length * (PADDING + BORDER) - BORDER,
  )
  const table = new FramedTable({
    head: [...head],
    colWidths: widths.map((each) => each + PADDING),
    style: { head: [], border: [], compact: true },
  })
  // Wrapped here: the library cuts off words that are too long, and counts characters instead of columns.
  table.push(...rows.map((row) => row.map((cell, column) => wrapToWidth(cell, widths[column] ?? NARROWEST).join('\n'))))
  return table.toString()
}

const PADDING = 2
const BORDER = 1
const NARROWEST = 10

/** The widest gives way first; what is narrow stays whole. */
function fitColumns(natural: readonly number[], room: number): readonly number[] {
  const widths = [...natural]
  const left = () => room - widths.reduce((sum, each) => sum + each, 0)
  for (let widest = Math.max(...widths); left() < 0 && widest > NARROWEST; widest = Math.max(...widths)) {
    widths[widths.indexOf(widest)] = widest - 1
  }
  return widths.map((each, at) => (at === widths.length - 1 ? each + Math.max(0, left()) : each))
}

function align({ head, rows }: Table): readonly string[] {
  const widths = head.map((_, column) => columnWidth(head, rows, column))
  return [head, ...rows].map((row) =>
    row
      .map((cell, column) => cell + ' '.repeat((widths[column] ?? 0) - textWidth(cell)))
      .join('  ')
      .trimEnd(),
  )
}

function columnWidth(head: readonly string[], rows: readonly (readonly string[])[], column: number): number {
  return Math.max(...[head, ...rows].map((row) => textWidth(row[column] ?? '')))
}
