import { existsSync, readFileSync, statSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Scenario } from '../../src/demo/scripted-model/script.ts'
import type { RunEvent } from '../../src/domain/events.ts'
import { WEBHOOK_EVENTS } from '../../src/notify/event/notification.ts'
import { runCli, startCli } from '../support/cli.ts'
import { messagesOf } from '../support/messages.ts'
import { createPlace, type Place } from '../support/place.ts'
import { robustScenario } from '../support/robust-scenario.ts'
import { scenario } from '../support/scripts.ts'
import { createReceiver, type Receiver, SECRET } from '../support/webhook-receiver.ts'

const PACKAGE = JSON.stringify({ name: 'told', private: true, scripts: { test: 'node -e 0' } })

/** Whole runs, several of them, on a machine that has other things to do. */
const PATIENCE = { timeout: 240_000 }

const open: { cleanup?: () => Promise<void>; close?: () => Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await (each.cleanup ?? each.close)?.()
})

async function at(env: Record<string, string> = {}, plan: Scenario = robustScenario): Promise<Place> {
  const place = await createPlace({
    scenario: plan,
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

  it(
    'of a run that is killed again and again: none is lost, none invented, each with one id and one body',
    PATIENCE,
    async () => {
      let count = 0
      // Now and then busy, so that there is always something on its way or waiting when the process dies.
      const listener = await receiver(() =>
        ++count % 4 === 0 ? { status: 503, headers: { 'retry-after': '1' } } : null,
      )
      const place = await at({ CLAUDETM_WEBHOOK_URL: listener.url, CLAUDETM_WEBHOOK_SECRET: SECRET })
      const lives = await liveAndDie(place, { kills: 8, minMs: 300, maxMs: 1_300 })
      expect([lives.kills > 3, lives.exitCode, lives.lastError]).toEqual([true, 0, ''])
      // A run waits only so long for a receiver that is busy; what is left is kept, and goes out when it is asked for.
      expect(await deliverAll(place)).toBe(0)
      const state = join(place.repository.path, '.claude-task-master')
      const events = readEvents(join(state, 'history', runId(listener), 'events.jsonl'))
      const expected = messagesOf(state, events)
      const told = new Map(listener.received.map(({ id, body }) => [id, body]))
      expect([...told.keys()].sort()).toEqual(expected.map(({ id }) => id).sort())
      for (const { id, body } of listener.received) expect(body).toEqual(told.get(id))
      const names = [...told.values()].map((body) => String(body.event_type))
      expect(countOf(names)).toMatchObject({ 'task.completed': 3, 'pr.created': 2, 'pr.merged': 2, 'run.completed': 1 })
      expect(listener.forged).toEqual([])
    },
  )

  it('of a run that was killed and is left alone are sent by hand, up to its last event', PATIENCE, async () => {
    let isDown = true
    const listener = await receiver(() => (isDown ? { silence: 'reset' } : null))
    const place = await at({ CLAUDETM_WEBHOOK_URL: listener.url, CLAUDETM_WEBHOOK_SECRET: SECRET })
    const life = startCli(['start', 'Write three files'], { cwd: place.repository.path, env: place.env })
    const state = join(place.repository.path, '.claude-task-master')
    const file = join(state, 'events.jsonl')
    while (
      life.child.exitCode === null &&
      !(existsSync(file) && readFileSync(file, 'utf8').includes('task.completed'))
    ) {
      await new Promise((resolve) => setImmediate(resolve))
    }
    life.child.kill('SIGKILL')
    await life.ended
    isDown = false
    expect((await claudetm(place, 'webhooks', 'deliver')).exitCode).toBe(0)
    expect(new Set(listener.received.map(({ id }) => id))).toEqual(
      new Set(messagesOf(state, readEvents(file)).map(({ id }) => id)),
    )
  })

  it('to an endpoint that is down delay nobody, are said, kept, and sent by hand', PATIENCE, async () => {
    const alive = await receiver()
    let isDown = true
    const other = await receiver(() => (isDown ? { status: 503 } : null))
    const place = await at({ CLAUDETM_WEBHOOK_SECRET: SECRET })
    for (const { url } of [alive, other]) {
      expect((await claudetm(place, 'webhooks', 'add', url, '--secret', SECRET)).exitCode).toBe(0)
    }
    const result = await claudetm(place, 'start', 'Write three files')
    expect(result.exitCode).toBe(0)
    expect(result.stdout).toMatch(/webhook deliveries to http:\/\/127\.0\.0\.1:\d+\/… did not go out yet/)
    expect([alive.received.at(-1)?.event, other.received]).toEqual(['run.completed', []])
    const waiting = JSON.parse((await claudetm(place, 'webhooks', 'list', '--json')).stdout)
    expect(waiting.webhooks.map((hook: { pending: number }) => hook.pending)).toEqual([0, alive.received.length])
    isDown = false
    expect(await claudetm(place, 'webhooks', 'deliver')).toMatchObject({
      exitCode: 0,
      stdout: `${alive.received.length} delivered, 0 failed, 0 still waiting.\n`,
    })
    // The one that was tried first comes last: it had stepped aside.
    expect(other.received.map(({ id }) => id).sort()).toEqual(alive.received.map(({ id }) => id).sort())
    expect(other.forged).toEqual([])
  })

  it(
    'go out with the next run when they did not with this one, and the hook of a run goes when it is done',
    PATIENCE,
    async () => {
      let isDown = true
      const listener = await receiver(() => (isDown ? { silence: 'reset' } : null), null)
      const place = await at({}, scenario())
      expect((await claudetm(place, 'start', 'Say hello', '--webhook-url', listener.url)).exitCode).toBe(0)
      isDown = false
      await claudetm(place, 'start', 'Say it again') // blocks: everything is there already
      await claudetm(place, 'clean', '--force')
      expect(new Set(listener.received.map(({ body }) => body.run_id)).size).toBe(1)
      expect(listener.received.map(({ event }) => event)).toContain('run.completed')
      await claudetm(place, 'start', 'And again')
      expect(JSON.parse((await claudetm(place, 'webhooks', 'list', '--json')).stdout).total).toBe(0)
    },
  )
})

describe('before anything else', () => {
  it.each([
    ['an address of this machine', ['--webhook-url', 'http://127.0.0.1:1/'], 'CLAUDETM_WEBHOOKS_ALLOW_PRIVATE=true'],
    ['an address without TLS', ['--webhook-url', 'http://93.184.216.34/'], 'use https://'],
    ['a secret without an address', ['--webhook-secret', 'x'], '--webhook-url'],
  ])('%s is refused', async (_name, args, words) => {
    const place = await at({ CLAUDETM_WEBHOOKS_ALLOW_PRIVATE: 'false' })
    const result = await claudetm(place, 'start', 'Say hello', ...args)
    expect([result.exitCode === 0, result.stderr]).toEqual([false, expect.stringContaining(words)])
    expect(existsSync(join(place.repository.path, '.claude-task-master'))).toBe(false)
    expect(place.model.requests()).toEqual([])
  })

  it('an address that is none, in the environment, is refused too', async () => {
    const place = await at({ CLAUDETM_WEBHOOK_URL: 'example.com/hook' })
    const result = await claudetm(place, 'start', 'Say hello')
    expect([result.exitCode, result.stderr]).toEqual([1, expect.stringContaining('CLAUDETM_WEBHOOK_URL')])
  })

  it('who is told is not for the repository to say', async () => {
    const listener = await receiver()
    const place = await at()
    await claudetm(place, 'webhooks', 'add', listener.url)
    const { repository } = place
    await repository.git(['add', '--force', '.claude-task-master/webhooks.json'])
    await repository.git(['commit', '--quiet', '-m', 'a gift'])
    const result = await claudetm(place, 'start', 'Write three files', '--no-verify')
    expect([result.exitCode, result.stdout]).toEqual([0, expect.stringContaining('is a file of the repository')])
    expect(listener.requests).toEqual([])
    expect(await claudetm(place, 'webhooks', 'deliver')).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('git rm --cached'),
    })
  })
})

/** Its exit code: `deliver` ends, too, when a receiver stays busy for long. */
async function deliverAll(place: Place, attempts = 5): Promise<number | null> {
  const { exitCode } = await claudetm(place, 'webhooks', 'deliver')
  return exitCode === 0 || attempts === 1 ? exitCode : deliverAll(place, attempts - 1)
}

function runId({ received }: Receiver): string {
  return String(received[0]?.body.run_id)
}

function countOf(names: readonly string[]): Record<string, number> {
  const counts: Record<string, number> = {}
  for (const name of names) counts[name] = (counts[name] ?? 0) + 1
  return counts
}

function readEvents(file: string): readonly RunEvent[] {
  const lines = readFileSync(file, 'utf8').trim().split('\n')
  return lines.map((line) => JSON.parse(line) as RunEvent)
}

/** Each life ends with SIGKILL somewhere between `minMs` and `maxMs`, the last one by itself. */
async function liveAndDie(place: Place, request: { kills: number; minMs: number; maxMs: number }) {
  const state = join(place.repository.path, '.claude-task-master/state.json')
  for (let kills = 0; ; kills += 1) {
    const args = existsSync(state) ? ['resume'] : ['start', 'Write three files']
    const life = startCli(args, { cwd: place.repository.path, env: place.env })
    const span = request.minMs + ((kills * 377) % (request.maxMs - request.minMs))
    const timer = kills < request.kills ? setTimeout(() => life.child.kill('SIGKILL'), span) : null
    const { signal, exitCode, stderr } = await life.ended
    if (timer !== null) clearTimeout(timer)
    if (signal !== 'SIGKILL') return { kills, exitCode, lastError: stderr }
  }
}
