import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { createWebhooks } from '../../src/compose/webhooks.ts'
import { deliverPending, getDelivery, listDeliveries, redeliver } from '../../src/operations/webhooks/deliveries.ts'
import {
  createWebhook,
  createWebhookInput,
  deleteWebhook,
  getWebhook,
  listWebhooks,
  updateWebhook,
  updateWebhookInput,
} from '../../src/operations/webhooks/subscriptions.ts'
import { testWebhook } from '../../src/operations/webhooks/testing.ts'
import type { WebhookParts } from '../../src/operations/webhooks/webhook-parts.ts'
import { createReceiver, type Receiver, SECRET } from '../support/webhook-receiver.ts'
import { createWebhookPlace, message, type WebhookPlace } from './place.ts'

let place: WebhookPlace
let parts: WebhookParts
const receivers: Receiver[] = []
beforeEach(async () => {
  place = await createWebhookPlace()
  const policy = { allowPrivate: true, allowHttp: false }
  parts = createWebhooks({ directory: place.directory, policy, version: '1.2.3' })
})
afterEach(async () => {
  for (const receiver of receivers.splice(0)) await receiver.close()
  await place.cleanup()
})

const never = new AbortController().signal
const failure = (kind: string, text: string) =>
  expect.objectContaining({ kind, message: expect.stringContaining(text) })
const create = (input: object) => createWebhook(parts, createWebhookInput.parse(input)).webhook
const update = (webhook_id: string, input: object) =>
  updateWebhook(parts, updateWebhookInput.parse({ webhook_id, ...input }))
async function receiver(...request: Parameters<typeof createReceiver>): Promise<Receiver> {
  const made = await createReceiver(...request)
  receivers.push(made)
  return made
}

const FULL = {
  url: 'https://a.example/hook',
  secret: 'shh',
  events: ['pr.created'],
  name: 'Team',
  description: 'for the team',
  timeout: 5,
  max_retries: 0,
  verify_ssl: false,
  headers: { Authorization: 'Bearer abc', 'X-Team': 'green' },
}

describe('subscriptions', () => {
  it('are shown as the original shows them; secrets are not', () => {
    const webhook = create(FULL)
    expect(webhook).toEqual({
      id: expect.stringMatching(/^wh_[0-9a-f]{8}_[0-9a-f]{8}$/),
      url: FULL.url,
      has_secret: true,
      events: ['pr.created'],
      enabled: true,
      name: 'Team',
      description: 'for the team',
      timeout: 5,
      max_retries: 0,
      verify_ssl: false,
      headers: { Authorization: '***', 'X-Team': 'green' },
      created_at: expect.any(String),
      updated_at: expect.any(String),
      run_id: null,
      disabled_reason: null,
      pending: 0,
    })
    expect(JSON.stringify(listWebhooks(parts))).not.toMatch(/shh|Bearer/)
    expect(getWebhook(parts, { webhook_id: webhook.id })).toEqual(webhook)
  })

  it('have the original’s defaults; an empty filter is none', () => {
    expect(create({ url: 'https://b.example/', events: [] })).toMatchObject({
      has_secret: false,
      events: null,
      enabled: true,
      name: null,
      timeout: 30,
      max_retries: 3,
      verify_ssl: true,
      headers: {},
    })
  })

  it.each([
    [{ url: 'ftp://a/' }, 'url'],
    [{ url: 'https://a.example/', events: ['task.done'] }, 'events'],
    [{ url: 'https://a.example/', timeout: 0.5 }, 'timeout'],
    [{ url: 'https://a.example/', timeout: 301 }, 'timeout'],
    [{ url: 'https://a.example/', max_retries: 11 }, 'max_retries'],
    [{ url: 'https://a.example/', max_retries: -1 }, 'max_retries'],
    [{ url: 'https://a.example/', name: 'x'.repeat(101) }, 'name'],
    [{ url: 'https://a.example/', headers: { Host: 'b' } }, 'headers'],
    [{ url: 'https://a.example/', headers: { 'X-Webhook-Event': 'b' } }, 'headers'],
    [{ url: 'https://a.example/', headers: { 'X-A': 'b\r\nX-B: c' } }, 'headers'],
    [{ url: 'https://a.example/', secret: 'whsec_!!' }, 'secret'],
    [{ url: 'https://a.example/', retries: 3 }, undefined],
  ])('are refused where they are wrong: %j', (input, field) => {
    const parsed = createWebhookInput.safeParse(input)
    expect(parsed.error?.issues[0]?.path[0]).toBe(field)
    expect(parsed.success).toBe(false)
  })

  it('there is one for each address', () => {
    const { id } = create({ url: 'https://a.example/' })
    expect(() => create({ url: 'https://a.example/' })).toThrow(failure('webhook_exists', 'already exists'))
    const other = create({ url: 'https://b.example/' })
    expect(() => update(other.id, { url: 'https://a.example/' })).toThrow(failure('webhook_exists', 'already exists'))
    expect(update(id, { url: 'https://a.example/', name: 'same' }).name).toBe('same')
  })

  it('change only in what is given; an empty text or list takes away', () => {
    const { id } = create(FULL)
    expect(update(id, { name: 'New' })).toMatchObject({ name: 'New', description: 'for the team', has_secret: true })
    const cleared = update(id, { secret: '', name: '', description: '', events: [] })
    expect(cleared).toMatchObject({ has_secret: false, name: null, description: null, events: null, max_retries: 0 })
    expect(() => update(id, {})).toThrow(failure('usage', 'At least one field'))
    expect(() => update('wh_no', { name: 'x' })).toThrow(failure('webhook_missing', "'wh_no' not found"))
  })

  it('that were switched off by themselves are put back by enabling them', () => {
    const { id } = create(FULL)
    place.addHook(id, { enabled: false, disabled_reason: 'it was gone' })
    expect(getWebhook(parts, { webhook_id: id })).toMatchObject({ enabled: false, disabled_reason: 'it was gone' })
    expect(update(id, { enabled: true })).toMatchObject({ enabled: true, disabled_reason: null })
  })

  it('are forgotten with what was still to be sent', () => {
    const { id } = create(FULL)
    const outbox = place.openOutbox()
    outbox.enqueue([{ message: message('m1'), hookIds: [id] }], null, Date.now())
    expect(getWebhook(parts, { webhook_id: id }).pending).toBe(1)
    expect(deleteWebhook(parts, { webhook_id: id })).toEqual({
      success: true,
      message: 'Webhook deleted successfully',
      id,
    })
    expect(outbox.countPending(null)).toBe(0)
    expect(() => deleteWebhook(parts, { webhook_id: id })).toThrow(failure('webhook_missing', 'not found'))
  })

  it('may not point where no webhook may go', () => {
    expect(() => create({ url: 'https://169.254.169.254/' })).toThrow(failure('webhook_refused', 'link-local'))
    expect(() => create({ url: 'http://93.184.216.34/' })).toThrow(failure('webhook_refused', 'not encrypted'))
    const { id } = create({ url: 'https://a.example/' })
    expect(() => update(id, { url: 'https://169.254.169.254/' })).toThrow(failure('webhook_refused', 'link-local'))
  })
})

describe('a test', () => {
  it('is signed like everything else, and its answer is the original’s', async () => {
    const listener = await receiver()
    const { id } = create({ url: listener.url, secret: SECRET })
    expect(await testWebhook(parts, { webhook_id: id }, never)).toEqual({
      success: true,
      message: 'Test webhook delivered successfully',
      status_code: 204,
      delivery_time_ms: expect.any(Number),
      attempt_count: 1,
      error: null,
    })
    expect(listener.forged).toEqual([])
    expect(listener.received).toEqual([
      {
        id: expect.any(String),
        event: 'webhook.test',
        body: {
          event_type: 'webhook.test',
          event_id: listener.received[0]?.id,
          timestamp: expect.stringMatching(/\+00:00$/),
          message: 'This is a test webhook from Claude Task Master',
          test: true,
        },
      },
    ])
  })

  it('that fails is an answer, and is not repeated', async () => {
    const listener = await receiver(() => ({ status: 500, body: 'no' }))
    expect(await testWebhook(parts, { url: listener.url, secret: SECRET }, never)).toMatchObject({
      success: false,
      message: 'Test webhook delivery failed',
      status_code: 500,
      error: 'HTTP 500',
    })
    expect(listener.requests).toHaveLength(1)
  })

  it('is no way to look around in a private network', async () => {
    const listener = await receiver()
    const strict = createWebhooks({
      directory: place.directory,
      policy: { allowPrivate: false, allowHttp: true },
      version: '1',
    })
    await expect(testWebhook(strict, { url: listener.url }, never)).rejects.toEqual(
      failure('webhook_refused', 'private network'),
    )
    await expect(testWebhook(strict, {}, never)).rejects.toEqual(failure('usage', 'Either webhook_id or url'))
    await expect(testWebhook(strict, { webhook_id: 'wh_no' }, never)).rejects.toEqual(
      failure('webhook_missing', 'not found'),
    )
    expect(listener.requests).toEqual([])
  })
})

describe('deliveries', () => {
  it('are nothing, and no file, where nothing was ever sent', async () => {
    expect(listDeliveries(parts, { limit: 50 })).toEqual({ success: true, deliveries: [], total: 0 })
    expect(await deliverPending(parts, { waitMs: 0 })).toMatchObject({ delivered: 0, pending: 0 })
    expect(parts.hasOutbox()).toBe(false)
  })

  it('are sent now, shown with every attempt, and sent again with the same id', async () => {
    const listener = await receiver((_request, count) =>
      count === 1 ? { status: 503, body: 'busy \u001b[31mnow' } : null,
    )
    const { id } = create({ url: listener.url, secret: SECRET })
    place.openOutbox().enqueue([{ message: message('m1'), hookIds: [id] }], null, Date.now())
    expect(await deliverPending(parts, { waitMs: 20_000 })).toMatchObject({ delivered: 1, failed: 0, pending: 0 })
    const [delivery] = listDeliveries(parts, { webhook_id: id, limit: 50 }).deliveries
    expect(getDelivery(parts, { delivery_id: delivery?.id ?? 0 })).toEqual({
      ...delivery,
      payload: { event_id: 'm1' },
      log: [
        {
          number: 1,
          at: expect.any(String),
          duration_ms: expect.any(Number),
          status_code: 503,
          error: 'HTTP 503',
          response: 'busy now',
        },
        {
          number: 2,
          at: expect.any(String),
          duration_ms: expect.any(Number),
          status_code: 204,
          error: null,
          response: null,
        },
      ],
    })
    redeliver(parts, { delivery_id: delivery?.id ?? 0 })
    await deliverPending(parts, { waitMs: 20_000 })
    expect(listener.received.map((received) => received.id)).toEqual(['m1', 'm1'])
    expect(listener.forged).toEqual([])
  })

  it('of a hook that is gone, or that never were, cannot be sent again', () => {
    const { id } = create({ url: 'https://a.example/' })
    place.openOutbox().enqueue([{ message: message('m1'), hookIds: [id] }], null, Date.now())
    deleteWebhook(parts, { webhook_id: id })
    expect(() => redeliver(parts, { delivery_id: 1 })).toThrow(failure('webhook_missing', id))
    expect(() => redeliver(parts, { delivery_id: 9 })).toThrow(failure('webhook_missing', 'Delivery'))
    expect(() => getDelivery(parts, { delivery_id: 9 })).toThrow(failure('webhook_missing', 'Delivery'))
  })
})
