/** A directory with webhooks, its clock in the hands of the test. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Message } from '../../src/notify/event/message.ts'
import { HOOK_DEFAULTS, type Hook, type HookRecord } from '../../src/notify/hooks/hook.ts'
import { createHookFile } from '../../src/notify/hooks/hook-file.ts'
import type { HookRegistry } from '../../src/notify/hooks/hook-registry.ts'
import type { Outbox } from '../../src/notify/outbox/outbox.ts'
import { openOutbox } from '../../src/notify/outbox/sqlite-outbox.ts'

export const START = Date.UTC(2026, 0, 1)

export type WebhookPlace = {
  readonly directory: string
  readonly hooksFile: string
  readonly outboxFile: string
  readonly hooks: HookRegistry
  /** A further handle on the same file, as another process has it. */
  openOutbox(): Outbox
  addHook(id: string, change?: Partial<HookRecord>): Hook
  cleanup(): Promise<void>
}

export async function createWebhookPlace(now: () => number = () => START): Promise<WebhookPlace> {
  const directory = await mkdtemp(join(tmpdir(), 'claudetm-webhooks-'))
  const hooksFile = join(directory, 'webhooks.json')
  const outboxFile = join(directory, 'webhooks.sqlite')
  const opened: Outbox[] = []
  const open = () => {
    const outbox = openOutbox(outboxFile, () => {})
    opened.push(outbox)
    return outbox
  }
  const hooks = createHookFile({
    path: hooksFile,
    now,
    exclusively(work) {
      const outbox = openOutbox(outboxFile, () => {})
      try {
        return outbox.exclusively(work)
      } finally {
        outbox.close()
      }
    },
  })
  return {
    directory,
    hooksFile,
    outboxFile,
    hooks,
    openOutbox: open,
    addHook: (id, change) => hooks.change((changes) => changes.set(id, hookRecord(change))),
    async cleanup() {
      for (const outbox of opened) {
        try {
          outbox.close()
        } catch {
          // closed by the test
        }
      }
      await rm(directory, { recursive: true, force: true })
    },
  }
}

export function hookRecord(change: Partial<HookRecord> = {}): HookRecord {
  return {
    ...HOOK_DEFAULTS,
    url: 'https://receiver.example/hook',
    secret: null,
    events: null,
    name: null,
    description: null,
    headers: {},
    created_at: new Date(START).toISOString(),
    updated_at: new Date(START).toISOString(),
    run_id: null,
    disabled_reason: null,
    ...change,
  }
}

export function message(id: string, at = START): Message {
  return { id, event: 'task.started', runId: 'run', at, body: JSON.stringify({ event_id: id }) }
}
