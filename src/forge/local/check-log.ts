/** The end of a check's log, from its file. */
import { join } from 'node:path'
import { readIfPresent } from '../../store/disk.ts'
import type { CheckLog } from '../forge.ts'
import { tailOf } from '../logs/log-file.ts'
import type { CheckRecord } from './pr-record.ts'

export async function readCheckLog(directory: string, check: CheckRecord, maxChars: number): Promise<CheckLog> {
  const file = join(directory, check.log)
  const text = await readIfPresent(file)
  return text === null
    ? { check: check.name, tail: '', file: null }
    : { check: check.name, tail: tailOf(text, maxChars), file }
}
