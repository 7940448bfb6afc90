/** Colours, when the person and the terminal want them. */
import { styleText } from 'node:util'
import type { Environment } from './parts.ts'

export type Style = 'red' | 'green' | 'yellow' | 'blue' | 'cyan' | 'magenta' | 'dim' | 'bold'
export type Paint = (style: Style, text: string) => string

export const plain: Paint = (_style, text) => text

const coloured: Paint = (style, text) => (text === '' ? '' : styleText(style, text, { validateStream: false }))

export function choosePaint(environment: Environment, stream: { readonly isTTY?: boolean }): Paint {
  return wantsColour(environment, stream.isTTY === true) ? coloured : plain
}

/** FORCE_COLOR wins over NO_COLOR as in Node itself; both count only when they say something. */
function wantsColour({ FORCE_COLOR, NO_COLOR, TERM }: Environment, isTerminal: boolean): boolean {
  if (FORCE_COLOR !== undefined) return FORCE_COLOR !== '0' && FORCE_COLOR !== 'false'
  if (NO_COLOR !== undefined && NO_COLOR !== '') return false
  return isTerminal && TERM !== 'dumb'
}
