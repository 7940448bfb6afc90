/** The same failure looks the same, whatever commit, time, duration or machine is printed beside it. Pure. */
import { fold } from '../lib/fold.ts'

const TAIL_LINES = 60

export function failureSignature(logs: readonly { readonly check: string; readonly tail: string }[]): string {
  const parts = logs.map(({ check, tail }) => `${check}\n${normalize(tail)}`)
  return fold(parts.sort().join('\n'))
}

function normalize(tail: string): string {
  return tail
    .split('\n')
    .slice(-TAIL_LINES)
    .map((line) =>
      line
        .replace(/\b[0-9a-f]{7,40}\b/gi, '#')
        .replace(/(\/[\w.@-]+){2,}\//g, '/')
        .replace(/\d+([.:,]\d+)*/g, '#')
        .replace(/\s+/g, ' ')
        .trim(),
    )
    .filter((line) => line !== '')
    .join('\n')
}
