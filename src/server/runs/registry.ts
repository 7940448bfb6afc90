/**
 * The cards of all runs in one SQLite file: what was asked for, where it stands, and whose turn is next. One process at
 * a time has it (the lock ends with the process, also when it is killed); every write is on the disk when it returns.
 */
import { chmodSync, mkdirSync } from 'node:fs'
import { dirname } from 'node:path'
import { DatabaseSync } from 'node:sqlite'
import { Failure } from '../../domain/failure.ts'
import type { RunId } from '../../domain/ids.ts'
import type { CardId, CardStatus, RunOrder, RunProgress } from '../../operations/catalog/run-desk.ts'
import type { WaitingLetter } from '../../operations/mailbox.ts'
import type { ResumeRequest } from '../../operations/run-request.ts'

/** What is done when its turn comes. */
export type Want = RunOrder | { readonly kind: 'resume'; readonly request: ResumeRequest }

/**
 * `queued` waits for its turn, `held` too but for a person; `working` is worked on by this process (or was, when it was
 * killed); `idle` is not at work: ended, blocked, paused, or worked on by somebody else.
 */
export type Phase = 'queued' | 'held' | 'working' | 'idle'

export type CardRow = {
  readonly id: CardId
  /** Grows with every card: the order they came in. */
  readonly sequence: number
  readonly repository: string
  readonly goal: string
  readonly origin: 'server' | 'found'
  readonly phase: Phase
  /** As last seen of the run itself; null = it has not begun. */
  readonly status: Exclude<CardStatus, 'queued' | 'held'> | null
  readonly reason: string | null
  readonly runId: RunId | null
  readonly want: Want | null
  /** Was at work when the process ended: goes first. */
  readonly isInterrupted: boolean
  /** Its state lies in the history, not in the repository any more. */
  readonly isPutAway: boolean
  /** Said before it began. */
  readonly messages: readonly WaitingLetter[]
  readonly progress: RunProgress
  readonly createdAt: number
  readonly startedAt: number | null
  readonly endedAt: number | null
}

export type NewCard = Pick<
  CardRow,
  'id' | 'repository' | 'goal' | 'origin' | 'phase' | 'status' | 'runId' | 'want' | 'createdAt'
>

export type CardChanges = Partial<Omit<CardRow, 'id' | 'sequence' | 'repository' | 'origin'>>

export type Registry = {
  add(card: NewCard, key: { readonly key: string; readonly digest: string } | null): CardRow
  /** The card and the order that a key came with before; null = the key is new. */
  byKey(key: string): { readonly id: CardId; readonly digest: string } | null
  get(id: CardId): CardRow | null
  byRun(repository: string, runId: RunId): CardRow | null
  change(id: CardId, changes: CardChanges): CardRow
  remove(id: CardId): void
  /** Newest first; `before`: only cards that came before this number. */
  page(filter: {
    readonly status: readonly CardStatus[] | null
    readonly repository: string | null
    readonly before: number | null
    readonly limit: number
  }): { readonly rows: readonly CardRow[]; readonly total: number }
  /** Every card whose run lies in a repository or is about to. */
  present(): readonly CardRow[]
  /** A card there is about to begin. */
  hasUnbegun(repository: string): boolean
  /** At work, else next in the queue, else the newest; of one repository, or of all (null). */
  current(repository: string | null): CardId | null
  /** Those that were at work when the process before this one ended. */
  working(): readonly CardId[]
  /** Of all that are queued: which place each has. */
  positions(): ReadonlyMap<CardId, number>
  countByStatus(): ReadonlyMap<CardStatus, number>
  /** Whose turn comes next, the first of each repository only; repositories take turns. */
  turns(): readonly CardRow[]
  close(): void
}

const SCHEMA_VERSION = 1

/** As people see it. */
const STATUS = "CASE WHEN phase IN ('queued', 'held') THEN phase ELSE COALESCE(status, 'planning') END"

const SCHEMA = `
CREATE TABLE cards (
  sequence INTEGER PRIMARY KEY AUTOINCREMENT,
  id TEXT NOT NULL UNIQUE,
  repository TEXT NOT NULL,
  goal TEXT NOT NULL,
  origin TEXT NOT NULL,
  phase TEXT NOT NULL,
  status TEXT,
  reason TEXT,
  run_id TEXT,
  want TEXT,
  interrupted INTEGER NOT NULL DEFAULT 0,
  rank INTEGER NOT NULL,
  put_away INTEGER NOT NULL DEFAULT 0,
  messages TEXT NOT NULL DEFAULT '[]',
  progress TEXT NOT NULL,
  created_at INTEGER NOT NULL,
  started_at INTEGER,
  ended_at INTEGER
) STRICT;
CREATE UNIQUE INDEX cards_by_run ON cards (repository, run_id) WHERE run_id IS NOT NULL;
CREATE INDEX cards_by_phase ON cards (phase, repository, rank, sequence);
CREATE TABLE keys (
  key TEXT PRIMARY KEY,
  digest TEXT NOT NULL,
  card TEXT NOT NULL REFERENCES cards (id) ON DELETE CASCADE
) STRICT, WITHOUT ROWID;
CREATE TABLE served (repository TEXT PRIMARY KEY, turn INTEGER NOT NULL) STRICT, WITHOUT ROWID;
PRAGMA user_version = ${SCHEMA_VERSION};
`

export const NO_PROGRESS: RunProgress = {
  tasksDone: 0,
  tasksTotal: 0,
  sessions: 0,
  costUsd: 0,
  tokens: 0,
  pullRequests: [],
}

/** Throws `server_running` when another process has it, `state_newer`, `disk`. */
export function openRegistry(file: string): Registry {
  const database = openDatabase(file)
  const prepare = (sql: string) => database.prepare(sql)
  const insert = prepare(
    'INSERT INTO cards (id, repository, goal, origin, phase, status, run_id, want, rank, progress, created_at) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)',
  )
  const insertKey = prepare('INSERT INTO keys (key, digest, card) VALUES (?, ?, ?)')
  const selectKey = prepare('SELECT card, digest FROM keys WHERE key = ?')
  const select = prepare('SELECT * FROM cards WHERE id = ?')
  const selectByRun = prepare('SELECT * FROM cards WHERE repository = ? AND run_id = ?')
  const selectPresent = prepare('SELECT * FROM cards WHERE put_away = 0 AND run_id IS NOT NULL')
  const selectUnbegun = prepare("SELECT 1 FROM cards WHERE repository = ? AND phase = 'working' AND run_id IS NULL")
  const selectCurrent = prepare(
    "SELECT id FROM cards WHERE ?1 IS NULL OR repository = ?1 ORDER BY (phase = 'working') DESC, (phase = 'queued') DESC, CASE phase WHEN 'queued' THEN sequence ELSE -sequence END LIMIT 1",
  )
  const selectWorking = prepare("SELECT id FROM cards WHERE phase = 'working'")
  const selectCounts = prepare(`SELECT ${STATUS} AS shown, COUNT(*) AS count FROM cards GROUP BY shown`)
  const update = prepare(
    'UPDATE cards SET goal = ?, phase = ?, status = ?, reason = ?, run_id = ?, want = ?, interrupted = ?, rank = ?, put_away = ?, messages = ?, progress = ?, created_at = ?, started_at = ?, ended_at = ? WHERE id = ?',
  )
  const erase = prepare('DELETE FROM cards WHERE id = ?')
  const serve = prepare(
    'INSERT INTO served (repository, turn) VALUES (?, (SELECT COALESCE(MAX(turn), 0) + 1 FROM served)) ON CONFLICT (repository) DO UPDATE SET turn = excluded.turn',
  )
  const queue = `
    SELECT id, repository, rank, sequence, COALESCE(served.turn, 0) AS turn,
      ROW_NUMBER() OVER (PARTITION BY repository ORDER BY rank, sequence) AS place
    FROM cards LEFT JOIN served USING (repository)
    WHERE phase = 'queued'`
  const selectPositions = prepare(`SELECT id FROM (${queue}) ORDER BY rank > 0, place, turn, sequence`)
  const selectTurns = prepare(`
    SELECT cards.* FROM (${queue}) AS queue JOIN cards USING (id)
    WHERE place = 1 AND queue.repository NOT IN (SELECT repository FROM cards WHERE phase = 'working')
    ORDER BY queue.rank > 0, turn, cards.sequence`)

  const { kept, forget } = createMemo()
  const positions = kept(() => new Map(selectPositions.all().map((row, index) => [row.id as CardId, index + 1])))
  const countByStatus = kept(
    () => new Map(selectCounts.all().map((row) => [row.shown as CardStatus, row.count as number])),
  )

  function get(id: CardId): CardRow | null {
    const row = select.get(id)
    return row === undefined ? null : toRow(row)
  }

  function change(id: CardId, changes: CardChanges): CardRow {
    const before = get(id)
    if (before === null) throw new Failure('run_missing', `there is no task ${id}`, { facts: { task: id } })
    const after = { ...before, ...changes }
    forget()
    update.run(
      after.goal,
      after.phase,
      after.status,
      after.reason,
      after.runId,
      after.want === null ? null : JSON.stringify(after.want),
      Number(after.isInterrupted),
      rankOf(after),
      Number(after.isPutAway),
      JSON.stringify(after.messages),
      JSON.stringify(after.progress),
      after.createdAt,
      after.startedAt,
      after.endedAt,
      id,
    )
    if (after.phase === 'working' && before.phase !== 'working') serve.run(after.repository)
    return after
  }

  return {
    get,
    change,
    add(card, key) {
      const { id, repository, goal, origin, phase, status, runId, want, createdAt } = card
      forget()
      inTransaction(database, () => {
        const order = want === null ? null : JSON.stringify(want)
        insert.run(
          id,
          repository,
          goal,
          origin,
          phase,
          status,
          runId,
          order,
          rankOf({ want, isInterrupted: false }),
          JSON.stringify(NO_PROGRESS),
          createdAt,
        )
        if (key !== null) insertKey.run(key.key, key.digest, id)
      })
      return required(get(id), id)
    },
    byKey(key) {
      const row = selectKey.get(key)
      return row === undefined ? null : { id: String(row.card), digest: String(row.digest) }
    },
    byRun(repository, runId) {
      const row = selectByRun.get(repository, runId)
      return row === undefined ? null : toRow(row)
    },
    remove(id) {
      forget()
      erase.run(id)
    },
    page({ status, repository, before, limit }) {
      const where = [
        status === null ? null : `${STATUS} IN (${status.map(() => '?').join(', ')})`,
        repository === null ? null : 'repository = ?',
      ].filter((clause) => clause !== null)
      const values = [...(status ?? []), ...(repository === null ? [] : [repository])]
      const counted = database.prepare(`SELECT COUNT(*) AS count FROM cards WHERE ${['1', ...where].join(' AND ')}`)
      const selected = database.prepare(
        `SELECT * FROM cards WHERE ${['sequence < ?', ...where].join(' AND ')} ORDER BY sequence DESC LIMIT ?`,
      )
      const rows = selected.all(before ?? Number.MAX_SAFE_INTEGER, ...values, limit).map(toRow)
      return { rows, total: Number(counted.get(...values)?.count) }
    },
    present: () => selectPresent.all().map(toRow),
    hasUnbegun: (repository) => selectUnbegun.get(repository) !== undefined,
    current: (repository) => (selectCurrent.get(repository)?.id as CardId | undefined) ?? null,
    working: () => selectWorking.all().map((row) => row.id as CardId),
    positions,
    countByStatus,
    turns: () => selectTurns.all().map(toRow),
    close: () => database.close(),
  }
}

/** What is asked far more often than it changes. */
function createMemo(): { kept<T>(compute: () => T): () => T; forget(): void } {
  let version = 0
  return {
    forget: () => {
      version += 1
    },
    kept(compute) {
      let known: { readonly version: number; readonly value: ReturnType<typeof compute> } | null = null
      return () => {
        if (known?.version !== version) known = { version, value: compute() }
        return known.value
      }
    },
  }
}

/** Within a repository: first what was interrupted, then what is gone on with, then what is new. */
function rankOf({ want, isInterrupted }: Pick<CardRow, 'want' | 'isInterrupted'>): number {
  return isInterrupted ? 0 : want?.kind === 'resume' ? 1 : 2
}

function openDatabase(file: string): DatabaseSync {
  mkdirSync(dirname(file), { recursive: true, mode: 0o700 })
  const database = new DatabaseSync(file)
  try {
    // Exclusive before the first look: nobody else gets in while we live, and no shared memory is needed.
    database.exec(
      'PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; PRAGMA foreign_keys = ON',
    )
    inTransaction(database, () => migrate(database))
    chmodSync(file, 0o600)
    return database
  } catch (error) {
    database.close()
    throw toFailure(error, file)
  }
}

function migrate(database: DatabaseSync): void {
  const version = Number(database.prepare('PRAGMA user_version').get()?.user_version)
  if (version > SCHEMA_VERSION) throw new Failure('state_newer', 'the registry of runs was written by a newer version')
  if (version === 0) database.exec(SCHEMA)
}

function inTransaction(database: DatabaseSync, work: () => void): void {
  database.exec('BEGIN IMMEDIATE')
  try {
    work()
    database.exec('COMMIT')
  } catch (error) {
    database.exec('ROLLBACK')
    throw error
  }
}

/** Result codes of SQLite: 5 = busy, 6 = locked. */
function toFailure(error: unknown, file: string): unknown {
  if (error instanceof Failure || !(error instanceof Error)) return error
  const code = 'errcode' in error && typeof error.errcode === 'number' ? error.errcode & 0xff : null
  if (code === 5 || code === 6) {
    return new Failure('server_running', `another server works with ${dirname(file)}`, { cause: error })
  }
  return new Failure('disk', `${file}: ${error.message}`, { facts: { path: file }, cause: error })
}

/** Written by ourselves, whole. */
function toRow(row: Record<string, unknown>): CardRow {
  return {
    id: row.id as CardId,
    sequence: row.sequence as number,
    repository: row.repository as string,
    goal: row.goal as string,
    origin: row.origin as CardRow['origin'],
    phase: row.phase as Phase,
    status: row.status as CardRow['status'],
    reason: row.reason as string | null,
    runId: row.run_id as RunId | null,
    want: row.want === null ? null : (JSON.parse(row.want as string) as Want),
    isInterrupted: row.interrupted === 1,
    isPutAway: row.put_away === 1,
    messages: JSON.parse(row.messages as string) as WaitingLetter[],
    progress: JSON.parse(row.progress as string) as RunProgress,
    createdAt: row.created_at as number,
    startedAt: row.started_at as number | null,
    endedAt: row.ended_at as number | null,
  }
}

function required(row: CardRow | null, id: CardId): CardRow {
  if (row === null) throw new Failure('internal', `card ${id} was not kept`)
  return row
}
