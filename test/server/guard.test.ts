/** Nobody gets past the door: passwords, names, origins, sizes. */
import { readFile, stat } from 'node:fs/promises'
import { request } from 'node:http'
import { join } from 'node:path'
import bcrypt from 'bcryptjs'
import { afterEach, describe, expect, it } from 'vitest'
import { readPassword } from '../../src/server/guard/password.ts'
import { createThrottle } from '../../src/server/guard/throttle.ts'
import { createWorkplace, type Workplace } from '../support/server/workplace.ts'

const places: Workplace[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

async function workplace(): Promise<Workplace> {
  const place = await createWorkplace()
  places.push(place)
  return place
}

/** `fetch` sets Host and Origin itself. */
function raw(url: string, options: { method?: string; path: string; headers?: Record<string, string>; body?: string }) {
  return new Promise<{ status: number; headers: NodeJS.Dict<string | string[]>; text: string }>((resolve, reject) => {
    const sent = request(
      url,
      { path: options.path, method: options.method ?? 'GET', headers: options.headers ?? {} },
      (answer) => {
        let text = ''
        answer.on('data', (chunk: Buffer) => {
          text += chunk
        })
        answer.on('end', () => resolve({ status: answer.statusCode ?? 0, headers: answer.headers, text }))
      },
    )
    sent.on('error', reject)
    sent.end(options.body)
  })
}

const basic = (text: string) => `Basic ${Buffer.from(text).toString('base64')}`

describe('the password', () => {
  const right = 'correct horse'

  it('is asked for everywhere but at the public pages', async () => {
    const server = await (await workplace()).serve({ env: { CLAUDETM_PASSWORD: right } })
    const open = ['/', '/health', '/healthz', '/livez', '/ready', '/docs', '/openapi.json']
    for (const path of open) expect([path, (await fetch(`${server.url}${path}`)).status]).toEqual([path, 200])
    const paths = Object.entries(server.document.paths as Record<string, Record<string, { security?: unknown[] }>>)
    for (const [path, methods] of paths) {
      for (const [method, { security }] of Object.entries(methods)) {
        const url = `${server.url}${path.replaceAll('{id}', '0123456789abcdef')}`
        const { status } = await fetch(url, { method: method.toUpperCase() })
        expect([method, path, status]).toEqual([method, path, security === undefined ? 401 : 200])
      }
    }
    for (const path of [
      '/nothing',
      '/tasks/../metrics',
      '//metrics',
      '/METRICS',
      '/metrics/',
      '/docs/../metrics',
      '/health/../tasks',
    ]) {
      const { status } = await raw(server.url, { path, headers: { host: 'localhost' } })
      expect([path, [401, 404].includes(status)]).toEqual([path, true])
    }
  })

  it.each([
    ['Bearer', `Bearer ${right}`, 200],
    ['bearer, in any case', `bearer ${right}`, 200],
    ['Basic with any name', basic(`me:${right}`), 200],
    ['Basic without a name', basic(`:${right}`), 200],
    ['Basic without a colon', basic(right), 401],
    ['nothing', '', 401],
    ['another scheme', `Digest ${right}`, 401],
    ['no scheme', right.replace(' ', '_'), 401],
    ['wrong', 'Bearer wrong', 403],
    ['the beginning of it', 'Bearer correct', 403],
    ['with something after it', `Bearer ${right}!`, 403],
  ])('as %s', async (_, authorization, status) => {
    const server = await (await workplace()).serve({ env: { CLAUDETM_PASSWORD: right } })
    const answer = await fetch(`${server.url}/tasks`, { headers: { authorization } })
    expect(answer.status).toBe(status)
    if (status === 401) expect(answer.headers.get('www-authenticate')).toMatch(/^Bearer realm=/)
    if (status !== 200)
      expect(await answer.json()).toMatchObject({
        success: false,
        status,
        detail: expect.any(String),
        error: expect.stringMatching(/^(missing_authorization|invalid_password)$/),
      })
  })

  it('is throttled when it is guessed, but not for who knows it', async () => {
    const server = await (await workplace()).serve({ env: { CLAUDETM_PASSWORD: right } })
    expect((await server.get('/tasks')).status).toBe(200)
    const guesses = await Promise.all(
      Array.from({ length: 20 }, (_, index) =>
        fetch(`${server.url}/tasks`, { headers: { authorization: `Bearer guess-${index}` } }),
      ),
    )
    const statuses = guesses.map((guess) => guess.status)
    expect(statuses.filter((status) => status === 403)).toHaveLength(5)
    expect(statuses.filter((status) => status === 429)).toHaveLength(15)
    expect(Number(guesses.find((guess) => guess.status === 429)?.headers.get('retry-after'))).toBeGreaterThan(0)
    expect((await server.get('/tasks')).status).toBe(200)
  })

  it('is required to listen beyond this machine', async () => {
    const place = await workplace()
    await expect(place.serve({ env: { CLAUDETM_SERVER_HOST: '0.0.0.0' } })).rejects.toMatchObject({
      kind: 'config_invalid',
    })
    const server = await place.serve({ env: { CLAUDETM_SERVER_HOST: '0.0.0.0', CLAUDETM_PASSWORD: right } })
    expect((await server.get('/health')).status).toBe(200)
  })

  it('is required where code of others comes onto the machine', async () => {
    const server = await (await workplace()).serve()
    for (const path of ['/repo/clone', '/repo/setup', '/repo/plan']) {
      expect((await server.post(path, {})).body.error).toBe('authentication_required')
    }
  })

  it('reaches no run and no log', async () => {
    const place = await workplace()
    const secret = 'hunter2-hunter2'
    const server = await place.serve({ env: { CLAUDETM_PASSWORD: secret } })
    const repository = await place.repository('one')
    const { body } = await server.post('/tasks', { goal: 'Say hello', repository })
    await server.events(`/tasks/${body.task.id}/events`)
    const audit = await readFile(join(place.env.CLAUDETM_HOME ?? '', 'server', 'audit.jsonl'), 'utf8')
    const seen = [
      JSON.stringify(await server.get(`/tasks/${body.task.id}`)),
      (await server.get('/metrics')).body,
      audit,
      server.reports.join(),
    ]
    expect(seen.join()).not.toContain(secret)
  })
})

describe('passwords as they are configured', () => {
  const argon = '$argon2id$v=19$m=1024,t=1,p=1$c29tZXNhbHRzb21lc2FsdA$'

  it.each([
    ['bcrypt', { CLAUDETM_PASSWORD_HASH: bcrypt.hashSync('secret', 4) }],
    ['bcrypt of other programs', { CLAUDETM_PASSWORD_HASH: bcrypt.hashSync('secret', 4).replace('$2b$', '$2y$') }],
    ['bcrypt in the wrong variable', { CLAUDETM_PASSWORD: bcrypt.hashSync('secret', 4) }],
    ['plain', { CLAUDETM_PASSWORD: 'secret' }],
    ['a hash before a plain one', { CLAUDETM_PASSWORD_HASH: bcrypt.hashSync('secret', 4), CLAUDETM_PASSWORD: 'other' }],
  ])('%s', async (_, environment) => {
    const password = readPassword(environment)
    expect(password?.isKnown('secret')).toBe(false)
    expect([await password?.verify('other'), await password?.verify(''), await password?.verify('secret')]).toEqual([
      false,
      false,
      true,
    ])
    expect([password?.isKnown('secret'), password?.isKnown('other')]).toEqual([true, false])
  })

  it('argon2id, as every other program writes it', async () => {
    const { argon2Sync } = (await import('node:crypto')) as unknown as { argon2Sync?: (...args: unknown[]) => Buffer }
    if (argon2Sync === undefined)
      return expect(() => readPassword({ CLAUDETM_PASSWORD_HASH: `${argon}${'A'.repeat(43)}` })).toThrow(/24\.7/)
    const parameters = {
      message: 'secret',
      nonce: Buffer.from('somesaltsomesalt'),
      parallelism: 1,
      tagLength: 32,
      memory: 1024,
      passes: 1,
    }
    const hash = argon2Sync('argon2id', parameters).toString('base64').replace(/=+$/, '')
    const password = readPassword({ CLAUDETM_PASSWORD_HASH: `${argon}${hash}` })
    expect([await password?.verify('secre'), await password?.verify('secret')]).toEqual([false, true])
  })

  it('nothing, and nonsense', () => {
    expect([readPassword({}), readPassword({ CLAUDETM_PASSWORD: '', CLAUDETM_PASSWORD_HASH: '' })]).toEqual([
      null,
      null,
    ])
    for (const hash of [
      'secret',
      '$2b$12$short',
      '$argon2id$v=16$m=1,t=1,p=1$a$b',
      '$argon2i$v=19$m=1024,t=1,p=1$c29tZXNhbHQ$aaaa',
    ]) {
      expect(() => readPassword({ CLAUDETM_PASSWORD_HASH: hash })).toThrow(/CLAUDETM_PASSWORD_HASH/)
    }
  })
})

describe('the throttle', () => {
  it('lets an address try again after a while, and holds all of them together', () => {
    let now = 0
    const throttle = createThrottle(() => now)
    for (let tries = 0; tries < 5; tries += 1) throttle.failed('a')
    expect([throttle.waitMs('a'), throttle.waitMs('b')]).toEqual([10_000, 0])
    now += 10_000
    expect(throttle.waitMs('a')).toBe(0)
    for (let tries = 0; tries < 50; tries += 1) throttle.failed(`address-${tries}`)
    expect(throttle.waitMs('somebody-new')).toBeGreaterThan(0)
    now += 2_000
    expect(throttle.waitMs('somebody-new')).toBe(0)
  })
})

describe('names and origins', () => {
  it.each([
    ['127.0.0.1', 200],
    ['127.0.0.1:8000', 200],
    ['localhost:1', 200],
    ['[::1]:8000', 200],
    ['10.1.2.3', 200],
    ['allowed.example', 200],
    ['ALLOWED.example:443', 200],
    ['evil.example', 421],
    ['localhost.evil.example', 421],
    ['127.0.0.1.evil.example', 421],
    ['evil.example:127', 421],
    ['localhost:80@evil.example', 400],
  ])('Host %s', async (host, status) => {
    const server = await (await workplace()).serve({ env: { CLAUDETM_ALLOWED_HOSTS: 'allowed.example' } })
    expect((await raw(server.url, { path: '/health', headers: { host } })).status).toBe(status)
  })

  it.each([
    ['http://localhost:8000', 'localhost:8000', 200],
    ['https://localhost:8000', 'localhost:8000', 200],
    ['https://pages.example', 'localhost:8000', 200],
    ['http://localhost:8001', 'localhost:8000', 403],
    ['https://evil.example', 'localhost:8000', 403],
    ['https://pages.example.evil.example', 'localhost:8000', 403],
    ['null', 'localhost:8000', 403],
    ['', 'localhost:8000', 403],
    ['file://', 'localhost:8000', 403],
  ])('Origin %s at %s', async (origin, host, status) => {
    const server = await (await workplace()).serve({ env: { CLAUDETM_CORS_ORIGINS: 'https://pages.example' } })
    const answer = await raw(server.url, { path: '/tasks', headers: { host, origin } })
    expect(answer.status).toBe(status)
    expect(answer.headers['access-control-allow-origin']).toBe(origin === 'https://pages.example' ? origin : undefined)
  })

  it('without configuration no page of another origin is let in', async () => {
    const server = await (await workplace()).serve()
    const preflight = await raw(server.url, {
      method: 'OPTIONS',
      path: '/tasks',
      headers: { origin: 'https://pages.example', 'access-control-request-method': 'POST' },
    })
    expect([preflight.status, preflight.headers['access-control-allow-origin']]).toEqual([403, undefined])
  })
})

describe('requests', () => {
  it('carry what protects browsers', async () => {
    const server = await (await workplace()).serve()
    for (const path of ['/health', '/docs', '/nothing']) {
      const { headers } = await fetch(`${server.url}${path}`)
      expect(Object.fromEntries(headers)).toMatchObject({
        'x-content-type-options': 'nosniff',
        'x-frame-options': 'DENY',
        'referrer-policy': 'no-referrer',
        'content-security-policy': expect.stringContaining("default-src 'none'"),
        'x-request-id': expect.any(String),
      })
    }
  })

  it.each([
    ['not JSON', 'POST', '/tasks', '{', 'application/json', 400],
    ['a list', 'POST', '/tasks', '[]', 'application/json', 400],
    ['a form', 'POST', '/tasks', 'goal=x', 'application/x-www-form-urlencoded', 415],
    ['text that a page may send', 'POST', '/tasks', '{"goal":"x"}', 'text/plain', 415],
    ['no goal', 'POST', '/tasks', '{"repository":"/x"}', 'application/json', 422],
    ['a blank goal', 'POST', '/tasks', '{"goal":"  ","repository":"/x"}', 'application/json', 422],
    [
      'an unknown field',
      'POST',
      '/tasks',
      '{"goal":"x","repository":"/x","parallel_tasks":1}',
      'application/json',
      422,
    ],
    [
      'a number out of range',
      'POST',
      '/tasks',
      '{"goal":"x","repository":"/x","max_sessions":0}',
      'application/json',
      422,
    ],
    [
      'a branch that is an option',
      'POST',
      '/tasks',
      '{"goal":"x","repository":"/x","branch":"--upload-pack=x"}',
      'application/json',
      422,
    ],
    ['a place outside of the roots', 'POST', '/tasks', '{"goal":"x","repository":"/etc"}', 'application/json', 403],
    ['too much', 'POST', '/tasks', JSON.stringify({ goal: 'x'.repeat(2_000_000) }), 'application/json', 413],
    ['a wrong method', 'PUT', '/tasks', '{}', 'application/json', 405],
    ['a wrong id', 'POST', '/tasks/..%2f..%2fetc/pause', '{}', 'application/json', 422],
    ['an unknown id', 'POST', '/tasks/0123456789abcdef/pause', '{}', 'application/json', 404],
    ['an unknown path', 'POST', '/nothing', '{}', 'application/json', 404],
  ])('%s', async (_, method, path, body, type, status) => {
    const server = await (await workplace()).serve()
    const answer = await raw(server.url, { method, path, body, headers: { 'content-type': type } })
    expect({ status: answer.status, ...JSON.parse(answer.text) }).toMatchObject({
      status,
      success: false,
      error: expect.any(String),
      message: expect.any(String),
      detail: expect.any(String),
      title: expect.any(String),
      type: 'about:blank',
    })
  })

  it('say which field is wrong', async () => {
    const server = await (await workplace()).serve()
    const { body } = await server.post('/tasks', {
      goal: 'x',
      repository: '/x',
      max_sessions: 'many',
      criteria: ['ok', 7],
    })
    expect(body.errors.map((error: { field: string }) => error.field)).toEqual(['max_sessions', 'criteria.1'])
  })

  it('that change something, and those turned away, are in the audit log', async () => {
    const place = await workplace()
    const server = await place.serve({ env: { CLAUDETM_PASSWORD: 'right' } })
    const repository = await place.repository('one')
    const { body } = await server.post('/tasks', { goal: 'Say hello', repository })
    await server.get('/tasks')
    await fetch(`${server.url}/tasks?password=right`, { headers: { authorization: 'Bearer wrong' } })
    await server.post(`/tasks/${body.task.id}/pause`)
    const file = join(place.env.CLAUDETM_HOME ?? '', 'server', 'audit.jsonl')
    const lines = (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line))
    expect(lines).toEqual([
      expect.objectContaining({
        operation: 'start_task',
        method: 'POST',
        path: '/tasks',
        status: 201,
        address: '127.0.0.1',
      }),
      expect.objectContaining({ operation: null, path: '/tasks', status: 403 }),
      expect.objectContaining({ operation: 'pause_task', task: body.task.id, status: 200 }),
    ])
    expect((await stat(file)).mode & 0o777).toBe(0o600)
  })
})

describe('webhooks of GitHub', () => {
  it('need a secret, and a signature made with it', async () => {
    const place = await workplace()
    const without = await place.serve()
    expect((await without.post('/github/webhooks', {})).status).toBe(503)
    await without.close()
    const { sign } = await import('@octokit/webhooks-methods')
    const server = await place.serve({ env: { CLAUDETM_GITHUB_WEBHOOK_SECRET: 'shh', CLAUDETM_PASSWORD: 'right' } })
    const body = JSON.stringify({ repository: { full_name: 'a/b' } })
    const send = (signature: string, id: string) =>
      raw(server.url, {
        method: 'POST',
        path: '/github/webhooks',
        body,
        headers: {
          host: 'hooks.example',
          'content-type': 'application/json',
          'x-hub-signature-256': signature,
          'x-github-delivery': id,
        },
      })
    const signature = await sign('shh', body)
    expect((await send('sha256=00', '1')).status).toBe(401)
    expect((await send(signature, '1')).status).toBe(202)
    expect((await send(signature, '1')).status).toBe(202)
  })
})
