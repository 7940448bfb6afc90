/** The logs of checks: one file per check and commit, whole; for reading, its end. */
import { join } from 'node:path'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import { toPlainText } from '../../lib/plain-text.ts'
import { readIfPresent } from '../../store/disk.ts'
import type { CheckLog } from '../forge.ts'
import type { CheckRecord } from './pr-record.ts'

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

export async function readCheckLog(directory: string, check: CheckRecord, maxChars: number): Promise<CheckLog> {
  const file = join(directory, check.log)
  const text = await readIfPresent(file)
  if (text === null) return { check: check.name, tail: '', file: null }
  const plain = toPlainText(text)
  return { check: check.name, tail: plain.slice(Math.max(0, plain.length - maxChars)).toWellFormed(), file }
}
