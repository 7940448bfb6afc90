/** The shapes in which commands print: lines, one JSON document, a table. */
import { toJsonText, toPlainText, toScreenText } from '../lib/plain-text.ts'
import type { Environment } from './parts.ts'
import { textWidth } from './text-width.ts'

type Output = { readonly stdout: NodeJS.WriteStream; readonly environment: Environment }

/** Callers make what comes from outside plain before they paint; this is for what they forget. */
export function printLines({ stdout }: Output, lines: readonly string[]): void {
  if (lines.length > 0) stdout.write(`${lines.map(toScreenText).join('\n')}\n`)
}

export function printJson({ stdout }: Output, value: unknown): void {
  stdout.write(`${toJsonText(value, 2)}\n`)
}

export type Table = { readonly head: readonly string[]; readonly rows: readonly (readonly string[])[] }

/** More in one cell is no table any more, and wrapping its words takes minutes (seen: 40,000 characters, 35 s). */
const MAX_CELL_CHARS = 1_000

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

/** The last column takes what the others leave, and wraps. */
async function frame({ head, rows }: Table, width: number): Promise<string> {
  const { default: FramedTable } = await import('cli-table3')
  const padding = 3
  const others = head.slice(0, -1).map((_, column) => columnWidth(head, rows, column) + padding - 1)
  const rest = Math.max(20, width - others.reduce((sum, other) => sum + other + 1, 2))
  const table = new FramedTable({
    head: [...head],
    colWidths: [...others, rest],
    wordWrap: true,
    style: { head: [], border: [], compact: true },
  })
  table.push(...rows.map((row) => [...row]))
  return table.toString()
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
