/** Who changed what, and who was turned away: one line of JSON each, appended, private, never rewritten. */
import { type FileHandle, mkdir, open } from 'node:fs/promises'
import { dirname } from 'node:path'
import type { MiddlewareHandler } from 'hono'
import { DIRECTORY_MODE, FILE_MODE } from '../../store/disk.ts'
import type { Variables } from '../rest/app.ts'

export type AuditEntry = {
  /** ISO time. */
  readonly at: string
  readonly request: string
  readonly address: string
  readonly method: string
  /** Without the query: it may hold anything. */
  readonly path: string
  readonly operation: string | null
  readonly task: string | null
  readonly status: number
}

export type Audit = {
  write(entry: AuditEntry): Promise<void>
  close(): Promise<void>
}

export async function openAudit(file: string): Promise<Audit> {
  await mkdir(dirname(file), { recursive: true, mode: DIRECTORY_MODE })
  const handle: FileHandle = await open(file, 'a', FILE_MODE)
  return {
    write: async (entry) => void (await handle.appendFile(`${JSON.stringify(entry)}\n`)),
    close: () => handle.close(),
  }
}

const TURNED_AWAY: ReadonlySet<number> = new Set([401, 403, 421, 429])

/** `isChange`: whether the operation of that name changes anything. */
export function keepAudit({
  audit,
  isChange,
  now,
}: {
  audit: Audit
  isChange: (operation: string) => boolean
  now: () => number
}): MiddlewareHandler<{ Variables: Variables }> {
  return async function auditLog(c, next) {
    await next()
    const operation = c.get('operation') ?? null
    const { status } = c.res
    if (!TURNED_AWAY.has(status) && (operation === null || !isChange(operation))) return
    await audit.write({
      at: new Date(now()).toISOString(),
      request: c.get('requestId'),
      address: c.get('address'),
      method: c.req.method,
      path: c.req.path.slice(0, 300),
      operation,
      task: c.get('task') ?? null,
      status,
    })
  }
}
