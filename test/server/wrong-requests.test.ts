/** What an API fuzzer (see docs/server.md) found: nonsense that was taken, and answers that were not as described. */
import { connect } from 'node:net'
import { text } from 'node:stream/consumers'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import type { LocalServer } from '../support/server/local-server.ts'
import { createWorkplace, type Workplace } from '../support/server/workplace.ts'

let place: Workplace
let server: LocalServer
let id = ''
beforeAll(async () => {
  place = await createWorkplace()
  server = await place.serve({ env: { CLAUDETM_PASSWORD: 'right' } })
  const repository = await place.repository('one')
  id = (await server.post('/tasks', { goal: 'Say hello', repository })).body.task.id
  await server.events(`/tasks/${id}/events`)
})
afterAll(() => place.cleanup())

describe('numbers and flags are spelled plainly', () => {
  it.each([
    ['/tasks?limit=0x10'],
    ['/tasks?limit=1e2'],
    ['/tasks?limit=%20'],
    ['/tasks/{id}/logs?tail='],
    ['/tasks/{id}/logs?tail=1.0'],
    ['/tasks/{id}/ci-logs?lines=+5'],
    ['/tasks/{id}/events?after='],
    ['/tasks/{id}/comments?all='],
    ['/tasks/{id}/comments?all=maybe'],
    ['/webhooks/deliveries?limit='],
    ['/webhooks/deliveries/0x1'],
  ])('%s', async (path) => {
    const { status, body } = await server.get(path.replace('{id}', id))
    expect([status, body.errors.length]).toEqual([422, 1])
  })

  it.each(['', 'x', '-1', '0x1'])('Last-Event-ID %j', async (last) => {
    expect((await server.get(`/tasks/${id}/events`, { 'Last-Event-ID': last })).status).toBe(422)
  })

  it('a wrong `after` is wrong also beside a Last-Event-ID', async () => {
    expect((await server.get(`/tasks/${id}/events?after=x`, { 'Last-Event-ID': '0' })).status).toBe(422)
  })

  it('as they are meant', async () => {
    for (const path of ['/tasks?limit=10', `/tasks/${id}/logs?tail=1`, `/tasks/${id}/comments?all=true`]) {
      expect([path, (await server.get(path)).status]).toEqual([path, 200])
    }
  })
})

describe('a path says which methods it has', () => {
  it.each([
    ['OPTIONS', '/webhooks/deliveries', 'GET, HEAD'],
    ['DELETE', '/webhooks/test', 'POST'],
    ['GET', '/webhooks/test', 'POST'],
    ['POST', '/webhooks/wh_1', 'GET, HEAD, PUT, PATCH, DELETE'],
    ['PUT', '/tasks/0123456789abcdef', 'GET, HEAD, DELETE'],
    ['POST', '/health', 'GET, HEAD'],
    ['DELETE', '/metrics', 'GET, HEAD'],
    ['PUT', '/livez', 'GET, HEAD'],
    ['POST', '/', 'GET, HEAD'],
    ['GET', '/mcp', 'POST'],
    ['GET', '/github/webhooks', 'POST'],
  ])('%s %s', async (method, path, allow) => {
    const { status, headers, body } = await server.call(method, path)
    expect([status, headers.get('allow'), body.error]).toEqual([405, allow, 'method_not_allowed'])
  })

  it('HEAD is GET without a body', async () => {
    const { status, body } = await server.call('HEAD', '/health')
    expect([status, body]).toEqual([200, ''])
  })
})

describe('what is no request at all', () => {
  async function send(bytes: string): Promise<{ status: string; body: string }> {
    const { hostname, port } = new URL(server.url)
    const socket = connect(Number(port), hostname)
    socket.on('error', () => {}) // it may be closed while we write
    socket.write(bytes)
    const [head = '', body = ''] = (await text(socket)).split('\r\n\r\n')
    return { status: head.split('\r\n')[0] ?? '', body }
  }

  it('headers that are too large', async () => {
    const { status, body } = await send(`GET /tasks?x=${'x'.repeat(20_000)} HTTP/1.1\r\nHost: localhost\r\n\r\n`)
    expect(status).toBe('HTTP/1.1 431 Request Header Fields Too Large')
    expect(JSON.parse(body)).toMatchObject({ success: false, status: 431, error: 'too_large' })
  })

  it('another protocol', async () => {
    const { status, body } = await send('EHLO localhost\r\n\r\n')
    expect(status).toBe('HTTP/1.1 400 Bad Request')
    expect(JSON.parse(body)).toMatchObject({ success: false, status: 400, error: 'invalid_request' })
  })
})

describe('errors name the field that was sent', () => {
  it.each([
    ['/repo/setup', { work_dir: '/etc' }, 'work_dir'],
    ['/repo/plan', { work_dir: '/etc', goal: 'x' }, 'work_dir'],
    ['/repo/clone', { url: 'https://github.com/a/b', target_dir: '/etc/x' }, 'target_dir'],
    ['/repo/clone', { url: 'x' }, 'url'],
    ['/tasks', { goal: 'x', repository: '/etc' }, 'repository'],
    ['/tasks', { goal: 'x', branch: 'a\u0000b' }, 'branch'],
    ['/control/pause', { state_dir: '/etc' }, 'state_dir'],
  ])('%s %j', async (path, body, field) => {
    const answer = await server.post(path, body)
    expect(answer.body.errors.map((error: { field: string }) => error.field)).toEqual([field])
  })
})

it('the document does not offer what is refused', () => {
  const fields = server.document.paths['/config'].patch.requestBody.content['application/json'].schema.properties
  const only = (name: string) => fields[name].anyOf[0]
  expect([only('log_format').enum, only('enable_release').const, only('enable_checkpointing').const]).toEqual([
    ['text'],
    false,
    false,
  ])
})

it('times that are no whole milliseconds are times', async () => {
  const waited = await server.post('/repo/plan', {
    work_dir: await place.repository('two'),
    goal: 'Say hello',
    wait_seconds: 59.123456789,
  })
  expect(waited.status).toBe(200)
  const hook = await server.post('/webhooks', { url: 'https://no-such-host.invalid/', timeout: 1.0000000001 })
  const tested = await server.post('/webhooks/test', { webhook_id: hook.body.webhook.id })
  expect([tested.status, tested.body.success]).toEqual([200, false])
  expect(server.reports).toEqual([])
})
