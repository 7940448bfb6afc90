/** The outbox as one SQLite file: beside the run's state, or in a server's data directory. */
import type { DatabaseSync } from 'node:sqlite'
import type { Cursor, Delivery, EndpointHealth, Outbox } from './outbox.ts'
import { HEALTHY } from './outbox.ts'
import { exclusively, openOutboxFile } from './outbox-file.ts'
import { type Row, toAttempt, toCursor, toDelivery, toHealth, type Value } from './outbox-rows.ts'

const KEPT_CURSORS = 5_000

/** Throws `disk`, `state_newer`; see `openOutboxFile` for what `onDamage` is told. */
export function openOutbox(path: string, onDamage: (keptAs: string) => void): Outbox {
  return createOutbox(openOutboxFile(path, onDamage))
}

const DELIVERY = `SELECT d.*, m.event, m.run_id, m.at, m.body FROM deliveries d JOIN messages m ON m.id = d.message_id`

const PENDING = `${DELIVERY} WHERE d.hook_id = ? AND d.status = 'pending'`

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

  function writeCursor({ source, seq, at, story }: Cursor): void {
    run('INSERT OR REPLACE INTO cursors VALUES (?, ?, ?, ?)', source, seq, at, JSON.stringify(story))
  }

  function writeHealth(hookId: string, { outages, retryAt, failures, failingSince }: EndpointHealth): void {
    run('INSERT OR REPLACE INTO endpoints VALUES (?, ?, ?, ?, ?)', hookId, outages, retryAt, failures, failingSince)
  }

  function find(id: number): Delivery | null {
    const row = one(`${DELIVERY} WHERE d.id = ?`, id)
    return row === undefined ? null : toDelivery(row)
  }

  return {
    cursor(source) {
      const row = one('SELECT * FROM cursors WHERE source = ?', source)
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
          'DELETE FROM cursors WHERE source NOT IN (SELECT source FROM cursors ORDER BY at DESC LIMIT ?)',
          KEPT_CURSORS,
        )
      })
    },
    exclusively: (work) => exclusively(database, work),
    close: () => database.close(),
  }
}
