/** The outbox as one SQLite file: beside the run's state, or in a server's data directory. */
import { closeSync, mkdirSync, openSync, renameSync, rmSync } from 'node:fs'
import { dirname } from 'node:path'
import type { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import { DIRECTORY_MODE, FILE_MODE, toDiskFailure } from '../../store/disk.ts'
import type { MessageEvent } from '../event/message.ts'
import type { Story } from '../event/story.ts'
import type { Attempt, Cursor, Delivery, DeliveryStatus, EndpointHealth, Outbox } from './outbox.ts'
import { HEALTHY } from './outbox.ts'
import { openDatabase } from './sqlite.ts'

const SCHEMA_VERSION = 1
const SCHEMA = `
CREATE TABLE cursors (run_id TEXT PRIMARY KEY, seq INTEGER NOT NULL, at INTEGER NOT NULL, story TEXT NOT NULL) STRICT;
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

const KEPT_CURSORS = 50

/**
 * Throws `disk`, `state_newer`. A file that is damaged is set aside and a new one begun: what was pending is derived again
 * from the events as far as they are still here, and `onDamage` is told.
 */
export function openOutbox(path: string, onDamage: (keptAs: string) => void): Outbox {
  makePrivate(path)
  try {
    return createOutbox(prepare(path))
  } catch (error) {
    if (!isDamage(error)) throw error
    const keptAs = `${path}.damaged`
    renameSync(path, keptAs)
    for (const suffix of ['-wal', '-shm']) rmSync(`${path}${suffix}`, { force: true })
    makePrivate(path)
    onDamage(keptAs)
    return createOutbox(prepare(path))
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

function exclusively<T>(database: DatabaseSync, work: () => T): T {
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

const DELIVERY = `SELECT d.*, m.event, m.run_id, m.at, m.body FROM deliveries d JOIN messages m ON m.id = d.message_id`

function createOutbox(database: DatabaseSync): Outbox {
  const prepared = new Map<string, ReturnType<DatabaseSync['prepare']>>()
  const sql = (text: string) => {
    const known = prepared.get(text) ?? database.prepare(text)
    prepared.set(text, known)
    return known
  }
  const one = (text: string, ...values: Value[]) => sql(text).get(...values) as Row | undefined
  const all = (text: string, ...values: Value[]) => sql(text).all(...values) as Row[]
  const run = (text: string, ...values: Value[]) => Number(sql(text).run(...values).changes)

  function health(hookId: string): EndpointHealth {
    const row = one('SELECT * FROM endpoints WHERE hook_id = ?', hookId)
    return row === undefined ? HEALTHY : toHealth(row)
  }

  function writeCursor({ runId, seq, at, story }: Cursor): void {
    run('INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?)', runId, seq, at, JSON.stringify(story))
  }

  function writeHealth(hookId: string, { outages, retryAt, failures, failingSince }: EndpointHealth): void {
    run('INSERT OR REPLACE INTO endpoints VALUES (?, ?, ?, ?, ?)', hookId, outages, retryAt, failures, failingSince)
  }

  function find(id: number): Delivery | null {
    const row = one(`${DELIVERY} WHERE d.id = ?`, id)
    return row === undefined ? null : toDelivery(row)
  }

  return {
    cursor(runId) {
      const row = one('SELECT * FROM cursors WHERE run_id = ?', runId)
      return row === undefined ? null : toCursor(row)
    },
    enqueue(entries, cursor, now) {
      exclusively(database, () => {
        for (const { message, hookIds } of entries) {
          const { id, event, runId, at, body } = message
          if (hookIds.length > 0)
            run('INSERT OR IGNORE INTO messages VALUES (?, ?, ?, ?, ?)', id, event, runId, at, body)
          for (const hookId of hookIds) {
            run(
              `INSERT OR IGNORE INTO deliveries (message_id, hook_id, status, queued_at) VALUES (?, ?, 'pending', ?)`,
              id,
              hookId,
              now,
            )
          }
        }
        if (cursor !== null) writeCursor(cursor)
      })
    },
    pendingHooks: () =>
      all(`SELECT DISTINCT hook_id FROM deliveries WHERE status = 'pending'`).map((row) => String(row.hook_id)),
    countPending: (hookId) =>
      Number(
        one(
          `SELECT count(*) AS count FROM deliveries WHERE status = 'pending' AND hook_id = ifnull(?, hook_id)`,
          hookId,
        )?.count,
      ),
    next(hookId, quickRetries) {
      const row =
        one(`${PENDING} AND round BETWEEN 1 AND ? ORDER BY d.id LIMIT 1`, hookId, quickRetries) ??
        one(`${PENDING} AND round = 0 ORDER BY d.id LIMIT 1`, hookId) ??
        one(`${PENDING} ORDER BY next_at, d.id LIMIT 1`, hookId)
      return row === undefined ? null : toDelivery(row)
    },
    health,
    settle({ id, attempt, status, round, nextAt, health: after, release }) {
      exclusively(database, () => {
        const delivery = find(id)
        if (delivery === null) return
        const { at, durationMs, statusCode, error, response } = attempt
        const number = delivery.attempts + 1
        run(
          'INSERT INTO attempts VALUES (?, ?, ?, ?, ?, ?, ?)',
          id,
          number,
          at,
          durationMs,
          statusCode,
          error,
          response,
        )
        run(
          `UPDATE deliveries SET status = ?, attempts = ?, round = ?, next_at = ?, last_at = ?, last_error = ?, last_status_code = ?
           WHERE id = ?`,
          status,
          number,
          round,
          nextAt,
          at,
          error,
          statusCode,
          id,
        )
        writeHealth(delivery.hookId, after)
        if (release) run(`UPDATE deliveries SET next_at = 0 WHERE hook_id = ? AND status = 'pending'`, delivery.hookId)
      })
    },
    abandon: (hookId, why) =>
      run(
        `UPDATE deliveries SET status = 'failed', last_error = ? WHERE hook_id = ? AND status = 'pending'`,
        why,
        hookId,
      ),
    startAfresh(hookId) {
      exclusively(database, () => {
        run('DELETE FROM endpoints WHERE hook_id = ?', hookId)
        run(`UPDATE deliveries SET next_at = 0, round = 0 WHERE hook_id = ? AND status = 'pending'`, hookId)
      })
    },
    find,
    attempts: (id) => all('SELECT * FROM attempts WHERE delivery_id = ? ORDER BY number', id).map(toAttempt),
    list: ({ hookId, status, limit }) =>
      all(
        `${DELIVERY} WHERE d.hook_id = ifnull(?, d.hook_id) AND d.status = ifnull(?, d.status) ORDER BY d.id DESC LIMIT ?`,
        hookId,
        status,
        limit,
      ).map(toDelivery),
    redeliver: (id, now) =>
      run(
        `UPDATE deliveries SET status = 'pending', round = 0, next_at = 0, queued_at = ?, last_error = NULL WHERE id = ?`,
        now,
        id,
      ) > 0,
    lease: (owner, now, until) =>
      run(
        `INSERT INTO courier VALUES (1, ?, ?) ON CONFLICT (one) DO UPDATE SET owner = excluded.owner, until = excluded.until
         WHERE owner = excluded.owner OR until <= ?`,
        owner,
        until,
        now,
      ) > 0,
    giveUpLease: (owner) => void run('DELETE FROM courier WHERE owner = ?', owner),
    hurry() {
      exclusively(database, () => {
        run('UPDATE endpoints SET retry_at = 0')
        run(`UPDATE deliveries SET next_at = 0 WHERE status = 'pending'`)
      })
    },
    prune(keep) {
      exclusively(database, () => {
        run(
          `DELETE FROM deliveries WHERE status <> 'pending' AND id NOT IN
             (SELECT id FROM deliveries WHERE status <> 'pending' ORDER BY id DESC LIMIT ?)`,
          keep,
        )
        run('DELETE FROM messages WHERE id NOT IN (SELECT message_id FROM deliveries)')
        run(
          'DELETE FROM cursors WHERE run_id NOT IN (SELECT run_id FROM cursors ORDER BY at DESC LIMIT ?)',
          KEPT_CURSORS,
        )
      })
    },
    exclusively: (work) => exclusively(database, work),
    close: () => database.close(),
  }
}

const PENDING = `${DELIVERY} WHERE d.hook_id = ? AND d.status = 'pending'`

type Value = string | number | null
type Row = Readonly<Record<string, Value>>

function toCursor(row: Row): Cursor {
  return {
    runId: String(row.run_id),
    seq: Number(row.seq),
    at: Number(row.at),
    story: JSON.parse(String(row.story)) as Story, // written by us, in the same version of the file
  }
}

function toDelivery(row: Row): Delivery {
  return {
    id: Number(row.id),
    hookId: String(row.hook_id),
    message: {
      id: String(row.message_id),
      event: String(row.event) as MessageEvent,
      runId: textOf(row.run_id),
      at: Number(row.at),
      body: String(row.body),
    },
    status: String(row.status) as DeliveryStatus,
    queuedAt: Number(row.queued_at),
    attempts: Number(row.attempts),
    round: Number(row.round),
    nextAt: Number(row.next_at),
    lastAt: numberOf(row.last_at),
    lastError: textOf(row.last_error),
    lastStatusCode: numberOf(row.last_status_code),
  }
}

function toAttempt(row: Row): Attempt {
  return {
    number: Number(row.number),
    at: Number(row.at),
    durationMs: Number(row.duration_ms),
    statusCode: numberOf(row.status_code),
    error: textOf(row.error),
    response: textOf(row.response),
  }
}

function toHealth(row: Row): EndpointHealth {
  return {
    outages: Number(row.outages),
    retryAt: Number(row.retry_at),
    failures: Number(row.failures),
    failingSince: numberOf(row.failing_since),
  }
}

function numberOf(value: Value | undefined): number | null {
  return value === null || value === undefined ? null : Number(value)
}

function textOf(value: Value | undefined): string | null {
  return value === null || value === undefined ? null : String(value)
}
