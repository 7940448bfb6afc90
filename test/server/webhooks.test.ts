import { afterEach, describe, expect, it } from 'vitest'
import { composeServer } from '../../src/compose/server.ts'
import type { RunningServer } from '../../src/server/server.ts'
import { createPlace, type Place } from '../support/place.ts'
import { robustScenario } from '../support/robust-scenario.ts'
import { createReceiver, type Receiver, SECRET } from '../support/webhook-receiver.ts'

const PATIENCE = { timeout: 240_000 }

const open: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const close of open.splice(0).reverse()) await close()
})

async function receiver(...request: Parameters<typeof createReceiver>): Promise<Receiver> {
  const made = await createReceiver(...request)
  open.push(made.close)
  return made
}

async function place(env: Record<string, string> = {}): Promise<Place> {
  const made = await createPlace({ scenario: robustScenario, env: { CLAUDETM_WEBHOOKS_ALLOW_PRIVATE: 'true', ...env } })
  open.push(made.cleanup)
  return made
}

const PASSWORD = { CLAUDETM_PASSWORD: 'open sesame' }

async function serve({ repository, env }: Place, password: Record<string, string> = PASSWORD): Promise<RunningServer> {
  const server = await composeServer({
    flags: { port: '0', workingDir: repository.directory },
    environment: { ...env, ...password },
    cwd: repository.directory,
    version: '1.2.3',
    report: () => {},
  })
  open.push(server.close)
  return server
}

async function ask(server: RunningServer, method: string, path: string, body?: object) {
  const response = await fetch(`${server.url}${path}`, {
    method,
    headers: { authorization: 'Bearer open sesame', 'content-type': 'application/json' },
    ...(body !== undefined && { body: JSON.stringify(body) }),
  })
  return { status: response.status, body: (await response.json()) as Record<string, unknown> }
}

describe('/webhooks', () => {
  it('speaks as the original does', async () => {
    const server = await serve(await place())
    const created = await ask(server, 'POST', '/webhooks', {
      url: 'https://a.example/hook',
      secret: 's',
      headers: { Authorization: 'x' },
    })
    expect(created).toMatchObject({
      status: 201,
      body: {
        success: true,
        message: 'Webhook created successfully',
        webhook: { has_secret: true, headers: { Authorization: '***' } },
      },
    })
    const id = String((created.body.webhook as { id: string }).id)
    const rows: [string, string, object | undefined, number, object][] = [
      ['GET', '/webhooks', undefined, 200, { success: true, total: 1, webhooks: [{ id }] }],
      ['GET', `/webhooks/${id}`, undefined, 200, { id, url: 'https://a.example/hook', timeout: 30, max_retries: 3 }],
      ['PUT', `/webhooks/${id}`, { name: 'Team' }, 200, { id, name: 'Team' }],
      ['PATCH', `/webhooks/${id}`, { enabled: false }, 200, { id, enabled: false }],
      ['PUT', `/webhooks/${id}`, {}, 400, { success: false, error: 'validation_error' }],
      ['PUT', `/webhooks/${id}`, { timeout: 0 }, 422, { error: 'validation_error', errors: [{ field: 'timeout' }] }],
      ['POST', '/webhooks', { url: 'https://a.example/hook' }, 409, { success: false, error: 'duplicate_webhook' }],
      ['POST', '/webhooks', { url: 'https://169.254.169.254/' }, 400, { success: false, error: 'url_not_allowed' }],
      ['POST', '/webhooks', { url: 'ftp://a/' }, 422, { error: 'validation_error', errors: [{ field: 'url' }] }],
      ['POST', '/webhooks', { url: 'https://b.example/', retries: 1 }, 422, { errors: [{ field: 'retries' }] }],
      ['POST', '/webhooks/test', {}, 400, { success: false, error: 'invalid_request' }],
      ['POST', '/webhooks/test', { webhook_id: 'wh_no' }, 404, { success: false, error: 'not_found' }],
      ['GET', '/webhooks/deliveries', undefined, 200, { success: true, deliveries: [], total: 0 }],
      ['GET', `/webhooks/deliveries?webhook_id=${id}&limit=5`, undefined, 200, { success: true, total: 0 }],
      ['GET', '/webhooks/deliveries/7', undefined, 404, { error: 'not_found' }],
      ['POST', '/webhooks/deliveries/7/redeliver', undefined, 404, { error: 'not_found' }],
      ['GET', '/webhooks/wh_no', undefined, 404, { success: false, error: 'not_found' }],
      ['DELETE', `/webhooks/${id}`, undefined, 200, { success: true, message: 'Webhook deleted successfully', id }],
      ['DELETE', `/webhooks/${id}`, undefined, 404, { success: false, error: 'not_found' }],
    ]
    for (const [method, path, body, status, expected] of rows) {
      expect([method, path, await ask(server, method, path, body)]).toMatchObject([
        method,
        path,
        { status, body: expected },
      ])
    }
  })

  it('is closed where no password is configured', async () => {
    const server = await serve(await place(), {})
    expect(await ask(server, 'GET', '/webhooks')).toMatchObject({
      status: 403,
      body: { success: false, error: 'authentication_required' },
    })
  })

  it(
    'from the subscription to the delivery: a run of the server is told, and told again on request',
    PATIENCE,
    async () => {
      const listener = await receiver()
      const here = await place()
      const server = await serve(here)
      await ask(server, 'POST', '/webhooks', { url: listener.url, secret: SECRET })
      expect((await ask(server, 'POST', '/webhooks/test', { url: listener.url, secret: SECRET })).body).toMatchObject({
        success: true,
      })
      const started = await ask(server, 'POST', '/tasks', {
        goal: 'Write three files',
        repository: here.repository.path,
      })
      expect(started.status).toBe(201)
      await listener.until(() => listener.received.some(({ event }) => event === 'run.completed'))
      const told = listener.received.map(({ event }) => event)
      expect(told.filter((event) => event === 'task.completed')).toHaveLength(3)
      expect(told.filter((event) => event === 'pr.merged')).toHaveLength(2)
      expect(listener.received.at(-1)?.body).toMatchObject({ result: 'success', completed_tasks: 3, prs_merged: 2 })
      expect(listener.forged).toEqual([])
      const { body } = await ask(server, 'GET', '/webhooks/deliveries?limit=1')
      const [latest] = body.deliveries as { id: number; event_id: string }[]
      expect(await ask(server, 'POST', `/webhooks/deliveries/${latest?.id}/redeliver`)).toMatchObject({ status: 202 })
      await listener.until(() => listener.received.filter(({ id }) => id === latest?.event_id).length === 2)
      expect(listener.forged).toEqual([])
    },
  )

  it('what did not go out before the server ended is sent by the next one', PATIENCE, async () => {
    let isDown = true
    const listener = await receiver(() => (isDown ? { silence: 'reset' } : null))
    const here = await place()
    const first = await serve(here)
    await ask(first, 'POST', '/webhooks', { url: listener.url, secret: SECRET })
    await ask(first, 'POST', '/tasks', { goal: 'Write three files', repository: here.repository.path })
    await listener.until(() => listener.requests.length >= 3)
    await first.close()
    isDown = false
    await serve(here)
    await listener.until(() => listener.received.some(({ event }) => event === 'run.completed'))
    expect(new Set(listener.received.map(({ event }) => event)).has('run.started')).toBe(true)
    expect(new Set(listener.received.map(({ id }) => id)).size).toBe(listener.received.length)
    expect(listener.forged).toEqual([])
  })
})
