/** Deliveries of GitHub's webhooks: verified, taken once, and reduced to whom they wake. */
import { createHmac } from 'node:crypto'
import { connect } from 'node:net'
import { afterEach, describe, expect, test } from 'vitest'
import { createWebhookIntake, type Wake, type WebhookIntake } from '../../src/forge/github/webhook-intake.ts'
import { listen, type WebhookListener } from '../../src/forge/github/webhook-listener.ts'

const SECRET = 'it is a secret'
const PUSH = { ref: 'refs/heads/main', after: 'b'.repeat(40), repository: { full_name: 'Octo/Demo' } }

function sign(body: string, secret = SECRET): string {
  return `sha256=${createHmac('sha256', secret).update(body).digest('hex')}`
}

function deliver(intake: WebhookIntake, payload: unknown, headers: Record<string, string> = {}) {
  const body = typeof payload === 'string' ? payload : JSON.stringify(payload)
  return intake.handle({ body, headers: { 'x-hub-signature-256': sign(body), ...headers } })
}

function createHeard() {
  const intake = createWebhookIntake({ secret: SECRET })
  const wakes: Wake[] = []
  intake.subscribe((wake) => wakes.push(wake))
  return { intake, wakes }
}

describe('intake', () => {
  test.each<[string, unknown, Partial<Wake>]>([
    ['push', PUSH, { branches: ['main'], heads: ['b'.repeat(40)] as never }],
    [
      'pull_request',
      {
        action: 'opened',
        number: 7,
        pull_request: { number: 7, head: { ref: 'work', sha: 'c' }, base: { ref: 'main' } },
      },
      { numbers: [7] as never, heads: ['c'] as never, branches: ['work'] },
    ],
    [
      'check_run',
      { check_run: { head_sha: 'c', check_suite: {}, pull_requests: [{ number: 7 }] } },
      { numbers: [7] as never, heads: ['c'] as never },
    ],
    [
      'check_suite of a fork',
      { check_suite: { head_sha: 'c', head_branch: 'work', pull_requests: [] } },
      { heads: ['c'] as never, branches: ['work'] },
    ],
    [
      'status',
      { sha: 'c', state: 'success', branches: [{ name: 'work' }] },
      { heads: ['c'] as never, branches: ['work'] },
    ],
    ['issue_comment', { issue: { number: 7, pull_request: {} }, comment: {} }, { numbers: [7] as never }],
    [
      'pull_request_review_thread',
      { pull_request: { number: 7, head: null }, thread: null },
      { numbers: [7] as never },
    ],
    ['an event of a shape not known here', { check_run: 'odd', issue: [], branches: 5, number: 'x' }, {}],
  ])('%s tells whom it may wake', async (_, payload, expected) => {
    const { intake, wakes } = createHeard()
    expect(await deliver(intake, payload)).toMatchObject({ status: 202 })
    const repository = payload === PUSH ? 'octo/demo' : null
    expect(wakes).toEqual([{ repository, numbers: [], heads: [], branches: [], ...expected }])
  })

  // W34
  test.each([
    ['none', {}],
    ['of another secret', { 'x-hub-signature-256': sign(JSON.stringify(PUSH), 'other') }],
    ['of another body', { 'x-hub-signature-256': sign('{}') }],
    ['malformed', { 'x-hub-signature-256': 'sha256=xyz' }],
    ['of the older kind', { 'x-hub-signature': `sha1=${createHmac('sha1', SECRET).update('{}').digest('hex')}` }],
  ])('a signature that is %s is refused and wakes nobody', async (_, headers) => {
    const { intake, wakes } = createHeard()
    expect(await intake.handle({ body: JSON.stringify(PUSH), headers })).toMatchObject({ status: 401 })
    expect(wakes).toEqual([])
  })

  test('a delivery counts once; one that was refused may come again with its signature', async () => {
    const { intake, wakes } = createHeard()
    const id = { 'x-github-delivery': 'one' }
    await intake.handle({ body: '{}', headers: id })
    const answers = [await deliver(intake, PUSH, id), await deliver(intake, PUSH, id)]
    expect([answers.map(({ status }) => status), wakes.length]).toEqual([[202, 200], 1])
  })

  test('what is remembered of deliveries is bounded', async () => {
    const { intake, wakes } = createHeard()
    for (let at = 0; at <= 1_000; at += 1) await deliver(intake, PUSH, { 'x-github-delivery': `delivery-${at}` })
    await deliver(intake, PUSH, { 'x-github-delivery': 'delivery-0' })
    expect(wakes).toHaveLength(1_002)
  })

  test('a form is read like JSON, and what is neither is refused', async () => {
    const { intake, wakes } = createHeard()
    const form = new URLSearchParams({ payload: JSON.stringify(PUSH) }).toString()
    expect(await deliver(intake, form, { 'content-type': 'application/x-www-form-urlencoded' })).toMatchObject({
      status: 202,
    })
    expect(await deliver(intake, 'not json')).toMatchObject({ status: 400 })
    expect(wakes).toHaveLength(1)
  })

  test('without a secret there is no intake', () => {
    expect(() => createWebhookIntake({ secret: '' })).toThrow('secret')
  })
})

describe('listener', () => {
  const listeners: WebhookListener[] = []
  afterEach(async () => {
    for (const listener of listeners.splice(0)) await listener.close()
  })

  async function start() {
    const heard = createHeard()
    const listener = await listen({ host: '127.0.0.1', port: 0, intake: heard.intake })
    listeners.push(listener)
    return { ...heard, listener }
  }

  async function post(url: string, body: string) {
    const response = await fetch(url, { method: 'POST', body, headers: { 'x-hub-signature-256': sign(body) } })
    await response.text()
    return response.status
  }

  test('it takes deliveries at its one path, and nothing else', async () => {
    const { listener, wakes } = await start()
    const body = JSON.stringify(PUSH)
    const origin = new URL(listener.url).origin
    expect([
      await post(listener.url, body),
      await post(`${origin}/`, body),
      (await fetch(listener.url)).status,
      wakes.length,
    ]).toEqual([202, 404, 405, 1])
  })

  test('a body that is too large is refused before it is read', async () => {
    const { listener, wakes } = await start()
    const status = await post(listener.url, 'x'.repeat(1024 * 1024 + 1)).catch(() => 413) // it may hang up on us
    expect([status, wakes]).toEqual([413, []])
  })

  test('one that claims to be endless is refused as well', async () => {
    const { listener } = await start()
    const { port } = new URL(listener.url)
    const socket = connect(Number(port), '127.0.0.1')
    const answer = new Promise<string>((resolve) => {
      socket.once('data', (data) => resolve(data.toString()))
      socket.once('error', () => resolve('413'))
    })
    socket.write('POST /github/webhooks HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n')
    const piece = 'x'.repeat(65_536)
    for (let at = 0; at < 20; at += 1) socket.write(`${piece.length.toString(16)}\r\n${piece}\r\n`)
    expect(await answer).toContain('413')
    socket.destroy()
  })

  test('a port that is taken is a matter of configuration', async () => {
    const { listener, intake } = await start()
    const port = Number(new URL(listener.url).port)
    await expect(listen({ host: '127.0.0.1', port, intake })).rejects.toMatchObject({
      kind: 'config_invalid',
      facts: { port },
    })
  })

  test('closing does not wait for who stays connected', async () => {
    const { listener } = await start()
    const socket = connect(Number(new URL(listener.url).port), '127.0.0.1')
    await new Promise((resolve) => socket.once('connect', resolve))
    const ended = new Promise((resolve) => socket.once('close', resolve))
    socket.on('error', () => {})
    await listener.close()
    await ended
  })
})
