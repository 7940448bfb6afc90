/** Logs of checks on this machine: one file per check and commit; for reading, the end, because that is where it failed. */
import { join } from 'node:path'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import { toPlainText } from '../../lib/plain-text.ts'

/** Below the forge's directory, one path per name in the same order; names that look alike as files get a number. */
export function toLogPaths(number: PrNumber, head: CommitSha, names: readonly string[]): readonly string[] {
  const taken = new Set<string>()
  return names.map((name) => {
    const plain =
      name
        .replace(/[^\w.-]+/g, '-')
        .replace(/^[.-]+/, '')
        .slice(0, 80) || 'check'
    let file = plain
    for (let count = 2; taken.has(file.toLowerCase()); count += 1) file = `${plain}-${count}`
    taken.add(file.toLowerCase())
    return join('ci', String(number), head.slice(0, 12), `${file}.log`)
  })
}

/** The last `maxChars` of a text without terminal escapes, never half a character. */
export function tailOf(text: string, maxChars: number): string {
  const plain = toPlainText(text)
  return plain.slice(Math.max(0, plain.length - maxChars)).toWellFormed()
}
