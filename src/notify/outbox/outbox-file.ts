/** The file the outbox lives in: made private, made new, set aside when it is damaged. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import { DIRECTORY_MODE, FILE_MODE, toDiskFailure } from '../../store/disk.ts'
import { openDatabase } from './sqlite.ts'

const SCHEMA_VERSION = 1
const SCHEMA = `
CREATE TABLE cursors (source TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, story TEXT NOT NULL) STRICT;
CREATE TABLE messages (id TEXT PRIMARY KEY, event TEXT NOT NULL, run_id TEXT, at INTEGER NOT NULL, body TEXT NOT NULL) STRICT;
CREATE TABLE deliveries (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  message_id TEXT NOT NULL REFERENCES messages (id),
  hook_id TEXT NOT NULL,
  status TEXT NOT NULL,
  queued_at INTEGER NOT NULL,
  attempts INTEGER NOT NULL DEFAULT 0,
  round INTEGER NOT NULL DEFAULT 0,
  next_at INTEGER NOT NULL DEFAULT 0,
  last_at INTEGER,
  last_error TEXT,
  last_status_code INTEGER,
  UNIQUE (message_id, hook_id)
) STRICT;
CREATE INDEX deliveries_by_hook ON deliveries (hook_id, status, id);
CREATE TABLE attempts (
  delivery_id INTEGER NOT NULL REFERENCES deliveries (id) ON DELETE CASCADE,
  number INTEGER NOT NULL,
  at INTEGER NOT NULL,
  duration_ms INTEGER NOT NULL,
  status_code INTEGER,
  error TEXT,
  response TEXT,
  PRIMARY KEY (delivery_id, number)
) STRICT;
CREATE TABLE endpoints (
  hook_id TEXT PRIMARY KEY, outages INTEGER NOT NULL, retry_at INTEGER NOT NULL, failures INTEGER NOT NULL, failing_since INTEGER
) STRICT;
CREATE TABLE courier (one INTEGER PRIMARY KEY CHECK (one = 1), owner TEXT NOT NULL, until INTEGER NOT NULL) STRICT;
PRAGMA user_version = ${SCHEMA_VERSION};
`

/**
 * Throws `disk`, `state_newer`. A file that is damaged is set aside and a new one begun: what was pending is derived again
 * from the events as far as they are still here, and `onDamage` is told.
 */
export function openOutboxFile(path: string, onDamage: (keptAs: string) => void): DatabaseSync {
  makePrivate(path)
  try {
    return prepare(path)
  } catch (error) {
    if (!isDamage(error)) throw error
    const keptAs = `${path}.damaged`
    renameSync(path, keptAs)
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    makePrivate(path)
    onDamage(keptAs)
    return prepare(path)
  }
}

/** SQLite makes its files readable by everybody; the ones beside it get the mode of the first. */
function makePrivate(path: string): void {
  try {
    mkdirSync(dirname(path), { recursive: true, mode: DIRECTORY_MODE })
    closeSync(openSync(path, 'a', FILE_MODE))
  } catch (error) {
    throw toDiskFailure(error, path)
  }
}

function prepare(path: string): DatabaseSync {
  const database = openDatabase(path)
  try {
    exclusively(database, () => {
      const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
      if (version === 0) database.exec(SCHEMA)
      if (version > SCHEMA_VERSION)
        throw new Failure('state_newer', `${path} was written by a newer version of claudetm`)
    })
    return database
  } catch (error) {
    database.close()
    throw error
  }
}

/** SQLITE_CORRUPT, SQLITE_NOTADB. */
function isDamage(error: unknown): boolean {
  const cause = error instanceof Failure ? error.cause : error
  if (typeof cause !== 'object' || cause === null || !('errcode' in cause)) return false
  return cause.errcode === 11 || cause.errcode === 26
}

export function exclusively<T>(database: DatabaseSync, work: () => T): T {
  database.exec('BEGIN IMMEDIATE')
  try {
    const result = work()
    database.exec('COMMIT')
    return result
  } catch (error) {
    if (database.isTransaction) database.exec('ROLLBACK')
    throw error
  }
}
