/**
 * webhooks.json, in the original's format: readable by its owner alone, replaced as a whole. What cannot be read is never
 * overwritten: a file somebody edited by hand would be lost.
 */
import {
  closeSync,
  fsyncSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeSync,
} from 'node:fs'
import { basename, dirname, join } from 'node:path'
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import { DIRECTORY_MODE, errorCode, FILE_MODE, toDiskFailure } from '../../store/disk.ts'
import { type Hook, type HookRecord, hookRecord } from './hook.ts'
import type { HookChanges, HookRegistry } from './hook-registry.ts'

type StoredFile = { readonly version: string; readonly records: ReadonlyMap<string, unknown> }

const fileSchema = z.looseObject({ webhooks: z.record(z.string(), z.unknown()).default({}) })

/** `exclusively`: runs the work while no other process does. */
export function createHookFile({
  path,
  now,
  exclusively,
}: {
  readonly path: string
  readonly now: () => number
  readonly exclusively: <T>(work: () => T) => T
}): HookRegistry {
  let known: { version: string; listed: ReturnType<HookRegistry['list']> } | null = null

  return { location: path, list, change }

  /** Asked for every event: the file is read again only when it is another one. */
  function list(): ReturnType<HookRegistry['list']> {
    const version = versionOf(path)
    if (known?.version !== version) known = { version, listed: parseHooks(path, read(path).records) }
    return known.listed
  }

  function change<T>(work: (hooks: HookChanges) => T): T {
    return exclusively(() => {
      const records = new Map(read(path).records)
      let changed = false
      const result = work({
        all: () => parseHooks(path, records).hooks,
        set(id, record) {
          changed = true
          records.set(id, record)
          return { ...record, id }
        },
        remove(id) {
          changed ||= records.has(id)
          return records.delete(id)
        },
      })
      if (changed) write(path, { webhooks: Object.fromEntries(records), updated_at: new Date(now()).toISOString() })
      return result
    })
  }
}

function parseHooks(path: string, records: ReadonlyMap<string, unknown>): ReturnType<HookRegistry['list']> {
  const hooks: Hook[] = []
  const problems: string[] = []
  for (const [id, raw] of records) {
    const parsed = hookRecord.safeParse(raw)
    if (parsed.success) hooks.push({ ...(parsed.data satisfies HookRecord), id })
    else problems.push(`${path}: ${id} is left out: ${describe(parsed.error)}`)
  }
  return { hooks, problems }
}

/** The values themselves may be secrets: only where and what. */
function describe(error: z.ZodError): string {
  return error.issues.map((issue) => `${issue.path.join('.')} ${issue.message}`).join('; ')
}

function versionOf(path: string): string {
  try {
    const { ino, size, mtimeNs } = statSync(path, { bigint: true })
    return `${ino}:${size}:${mtimeNs}`
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return ''
    throw toDiskFailure(error, path)
  }
}

function read(path: string): Pick<StoredFile, 'records'> {
  const text = readText(path)
  if (text === null || text.trim() === '') return { records: new Map() }
  const parsed = fileSchema.safeParse(toJson(text))
  if (parsed.success) return { records: new Map(Object.entries(parsed.data.webhooks)) }
  throw new Failure('config_invalid', `${path} is not a list of webhooks`, { facts: { path: 'webhooks', file: path } })
}

function readText(path: string): string | null {
  try {
    return readFileSync(path, 'utf8')
  } catch (error) {
    if (errorCode(error) === 'ENOENT') return null
    throw toDiskFailure(error, path)
  }
}

function toJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}

function write(path: string, content: unknown): void {
  const directory = dirname(path)
  const temporary = join(directory, `.${basename(path)}.${crypto.randomUUID()}.tmp`)
  try {
    mkdirSync(directory, { recursive: true, mode: DIRECTORY_MODE })
    const file = openSync(temporary, 'wx', FILE_MODE)
    try {
      writeSync(file, `${JSON.stringify(content, null, 2)}\n`)
      fsyncSync(file)
    } finally {
      closeSync(file)
    }
    renameSync(temporary, path)
  } catch (error) {
    rmSync(temporary, { force: true })
    throw toDiskFailure(error, path)
  }
}
