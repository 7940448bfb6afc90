import { readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { WEBHOOK_EVENTS } from '../../src/notify/event/notification.ts'
import { runCli } from '../support/cli.ts'
import { createPlace, type Place } from '../support/place.ts'
import { robustScenario } from '../support/robust-scenario.ts'
import { createReceiver, type Receiver, SECRET } from '../support/webhook-receiver.ts'

const PACKAGE = JSON.stringify({ name: 'told', private: true, scripts: { test: 'node -e 0' } })

const open: { cleanup?: () => Promise<void>; close?: () => Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await (each.cleanup ?? each.close)?.()
})

async function at(env: Record<string, string> = {}): Promise<Place> {
  const place = await createPlace({
    scenario: robustScenario,
    repository: { files: { 'package.json': PACKAGE } },
    env: { CLAUDETM_WEBHOOKS_ALLOW_PRIVATE: 'true', ...env },
  })
  open.push(place)
  return place
}

async function receiver(...request: Parameters<typeof createReceiver>): Promise<Receiver> {
  const made = await createReceiver(...request)
  open.push(made)
  return made
}

const claudetm = (place: Place, ...args: string[]) => runCli(args, { cwd: place.repository.path, env: place.env })

describe('webhooks of a run', () => {
  it('tell of everything that happened, once, signed, with real totals', async () => {
    const listener = await receiver()
    const place = await at({ CLAUDETM_WEBHOOK_SECRET: SECRET })
    const result = await claudetm(place, 'start', 'Write three files', '--webhook-url', listener.url)
    expect([result.exitCode, result.stderr]).toEqual([0, ''])
    expect(listener.forged).toEqual([])
    const told = listener.received.map(({ event }) => event)
    expect(countOf(told)).toMatchObject({
      'run.started': 1,
      'task.started': 3,
      'task.completed': 3,
      'pr.created': 2,
      'pr.merged': 2,
      'ci.passed': 2,
      'run.completed': 1,
    })
    expect(told.every((event) => WEBHOOK_EVENTS.some((known) => known === event))).toBe(true)
    expect(new Set(listener.received.map(({ id }) => id)).size).toBe(told.length)
    expect(told.at(-1)).toBe('run.completed')
    expect(listener.received.at(-1)?.body).toMatchObject({
      goal: 'Write three files',
      result: 'success',
      exit_code: 0,
      total_tasks: 3,
      completed_tasks: 3,
      prs_created: 2,
      prs_merged: 2,
      final_status: 'success',
      error_message: null,
    })
    const state = join(place.repository.path, '.claude-task-master')
    expect(statSync(join(state, 'webhooks.json')).mode & 0o077).toBe(0)
    expect(readFileSync(join(state, 'history', runId(listener), 'events.jsonl'), 'utf8')).not.toContain(SECRET)
  })
})

function runId({ received }: Receiver): string {
  return String(received[0]?.body.run_id)
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}
