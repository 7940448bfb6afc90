/** Node's own SQLite, loaded when it is needed and without the remark that it is experimental. */
import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'

/** Another process may be writing; each of its writes takes a moment. */
const BUSY_TIMEOUT_MS = 2_000

/** Throws `disk`. */
export function openDatabase(path: string): DatabaseSync {
  const { DatabaseSync } = quietly(() => process.getBuiltinModule('node:sqlite'))
  try {
    const database = new DatabaseSync(path, { timeout: BUSY_TIMEOUT_MS })
    // What is lost in a power cut is derived again from the events, with the same ids: no waiting for the disk.
    database.exec('PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL; PRAGMA foreign_keys = ON')
    return database
  } catch (error) {
    throw new Failure('disk', `${path}: ${error instanceof Error ? error.message : String(error)}`, {
      facts: { path },
      cause: error,
    })
  }
}

/** Node up to 22 prints a line for each program that uses it; people who run a program cannot do anything about it. */
function quietly<T>(load: () => T): T {
  const { emitWarning } = process
  const filtered = (warning: string | Error, ...rest: unknown[]) => {
    if (!String(warning).includes('SQLite')) Reflect.apply(emitWarning, process, [warning, ...rest])
  }
  process.emitWarning = filtered as typeof process.emitWarning
  try {
    return load()
  } finally {
    process.emitWarning = emitWarning
  }
}
