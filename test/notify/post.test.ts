import { execFileSync } from 'node:child_process'
import { readFileSync } from 'node:fs'
import { mkdtemp, rm } from 'node:fs/promises'
import { createServer, type Server } from 'node:http'
import { createServer as createTlsServer } from 'node:https'
import { type AddressInfo, createServer as createTcpServer } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import { type PostParts, type PostRequest, post, type Resolve } from '../../src/notify/delivery/post.ts'
import { createHttpScript, type ScriptedAnswer } from '../support/http-script.ts'

const closers: (() => unknown)[] = []
afterEach(async () => {
  for (const close of closers.splice(0)) await close()
})

const LOCAL: PostParts = { allowPrivate: true, allowHttp: false, now: () => performance.now() }
const never = new AbortController().signal

function send(url: string, change: Partial<PostRequest> = {}, parts: Partial<PostParts> = {}, signal = never) {
  const request = { url, headers: { 'X-A': '1' }, body: '{"ü":1}', timeoutMs: 5_000, verifyTls: true, ...change }
  return post(request, { ...LOCAL, ...parts }, signal)
}

async function answering(...answers: ScriptedAnswer[]) {
  const script = await createHttpScript((_request, count) => answers[Math.min(count, answers.length) - 1] ?? {})
  closers.push(script.close)
  return script
}

/** Answers by hand, for what no honest server does. */
async function listening(handle: Parameters<typeof createServer>[1]): Promise<string> {
  const server = createServer(handle)
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  closers.push(() => close(server))
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/`
}

function close(server: Server): Promise<void> {
  server.closeAllConnections()
  return new Promise((resolve) => server.close(() => resolve()))
}

describe('one attempt', () => {
  it('may take any time that can be written as seconds', async () => {
    const script = await answering({ status: 204 })
    expect(await send(script.url, { timeoutMs: 6857.5032316502375 })).toMatchObject({ kind: 'delivered' })
  })

  it('is one POST with exactly this body, and any 2xx is success', async () => {
    const script = await answering({ status: 202, body: 'thanks' })
    expect(await send(`${script.url}/hook?x=1`)).toMatchObject({
      kind: 'delivered',
      statusCode: 202,
      response: 'thanks',
    })
    expect(script.requests).toEqual([
      {
        method: 'POST',
        path: '/hook?x=1',
        body: '{"ü":1}',
        headers: expect.objectContaining({
          'x-a': '1',
          'content-length': '8',
          host: expect.stringContaining('127.0.0.1'),
        }),
      },
    ])
  })

  it.each([
    [429, 'endpoint'],
    [500, 'message'],
    [502, 'endpoint'],
    [503, 'endpoint'],
    [504, 'endpoint'],
    [400, 'never'],
    [404, 'never'],
    [410, 'never'],
    [501, 'never'],
  ] as const)('that is answered with %d may be repeated: %s', async (status, retry) => {
    const script = await answering({ status, body: 'no' })
    expect(await send(script.url)).toMatchObject({ kind: 'failed', statusCode: status, retry, error: `HTTP ${status}` })
  })

  it.each([
    ['7', 7_000],
    [new Date(Date.UTC(2026, 0, 1, 0, 0, 30)).toUTCString(), 30_000],
    ['soon', null],
  ])('reads Retry-After: %s', async (value, retryAfterMs) => {
    const date = new Date(Date.UTC(2026, 0, 1)).toUTCString()
    const script = await answering({ status: 429, headers: { 'retry-after': value, date } })
    expect(await send(script.url)).toMatchObject({ retryAfterMs })
  })

  it('does not follow a redirect', async () => {
    const elsewhere = await answering({ status: 200 })
    const script = await answering({ status: 307, headers: { location: elsewhere.url } })
    expect(await send(script.url)).toMatchObject({
      kind: 'failed',
      retry: 'never',
      error: expect.stringContaining('redirects are not followed'),
    })
    expect(elsewhere.requests).toEqual([])
  })

  it('reads only the beginning of a huge answer, without what could trick a terminal', async () => {
    const url = await listening((_request, response) => {
      response.write('\u001b[31mred\u0007 \u202e and more ')
      const pour = () => {
        while (!response.destroyed && response.write('x'.repeat(65_536))) {
          // until it is full
        }
      }
      response.on('drain', pour)
      pour()
    })
    const result = await send(url)
    expect(result).toMatchObject({ kind: 'delivered', response: expect.stringMatching(/^red and more x+…$/) })
    expect(result.response).toHaveLength(500)
  })

  it('is over when the status is there, however slowly the rest drips', async () => {
    const url = await listening((_request, response) => {
      response.write('drip')
      const drip = setInterval(() => response.write('.'), 50)
      response.on('close', () => clearInterval(drip))
    })
    expect(await send(url)).toMatchObject({ kind: 'delivered', response: expect.stringMatching(/^drip/) })
  })

  it('ends at its time limit when nobody answers', async () => {
    const script = await answering({ silence: 'hang' })
    expect(await send(script.url, { timeoutMs: 200 })).toMatchObject({
      kind: 'failed',
      retry: 'endpoint',
      error: 'no answer within 0.2 s',
    })
  })

  it('ends at its time limit when a head never ends', async () => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => {})
      const drip = setInterval(() => socket.write('H'), 20)
      socket.on('close', () => clearInterval(drip))
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => new Promise((resolve) => server.close(resolve)))
    const { port } = server.address() as AddressInfo
    expect(await send(`http://127.0.0.1:${port}/`, { timeoutMs: 300 })).toMatchObject({
      kind: 'failed',
      retry: 'endpoint',
    })
  })

  it('ends when it is broken off', async () => {
    const script = await answering({ silence: 'hang' })
    const broken = new AbortController()
    const sending = send(script.url, {}, {}, broken.signal)
    broken.abort()
    expect(await sending).toMatchObject({ kind: 'failed', error: 'interrupted' })
  })

  it.each([['reset' as const, 'connection reset']])('that is %s: %s', async (silence, error) => {
    const script = await answering({ silence })
    expect(await send(script.url)).toMatchObject({ kind: 'failed', retry: 'endpoint', error })
  })

  it('to a port where nobody listens: connection refused', async () => {
    const script = await answering({})
    await script.close()
    closers.pop()
    expect(await send(script.url)).toMatchObject({ kind: 'failed', retry: 'endpoint', error: 'connection refused' })
  })
})

describe('where it goes', () => {
  const resolvesTo =
    (...addresses: string[]): Resolve =>
    async () =>
      addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 }))

  it('is the address that was looked at: the name is asked for once', async () => {
    const script = await answering({ status: 200 })
    let asked = 0
    const { port } = new URL(script.url)
    const result = await send(
      `http://rebinding.example:${port}/`,
      {},
      {
        resolve: async () => {
          asked += 1
          return [{ address: asked === 1 ? '127.0.0.1' : '127.0.0.2', family: 4 }]
        },
      },
    )
    expect([result.kind, asked, script.requests[0]?.headers.host]).toEqual([
      'delivered',
      1,
      `rebinding.example:${port}`,
    ])
  })

  it.each([
    ['a private address', ['10.1.2.3']],
    ['the metadata of a cloud', ['169.254.169.254']],
    ['a public and a private one', ['93.184.216.34', '192.168.0.1']],
    ['a private one inside of IPv6', ['::ffff:127.0.0.1']],
  ])('is never %s', async (_name, addresses) => {
    const result = await send('https://name.example/', {}, { allowPrivate: false, resolve: resolvesTo(...addresses) })
    expect(result).toMatchObject({ kind: 'failed', retry: 'never', forbidden: true, statusCode: null })
  })

  it('is not metadata, although private addresses are allowed', async () => {
    const result = await send('http://name.example/', {}, { resolve: resolvesTo('169.254.169.254') })
    expect(result).toMatchObject({ forbidden: true })
  })

  it('is not a literal loopback address without permission, in any spelling', async () => {
    const script = await answering({})
    const { port } = new URL(script.url)
    for (const host of ['127.0.0.1', '2130706433', '0x7f000001', '[::ffff:127.0.0.1]', 'localhost']) {
      const result = await send(`http://${host}:${port}/`, {}, { allowPrivate: false, allowHttp: true })
      expect([host, result]).toEqual([host, expect.objectContaining({ forbidden: true })])
    }
    expect(script.requests).toEqual([])
  })

  it('is not a public address without TLS, unless that is allowed', async () => {
    const resolve = resolvesTo('93.184.216.34')
    const result = await send('http://name.example/', {}, { resolve })
    expect(result).toMatchObject({ forbidden: true, error: expect.stringContaining('not encrypted') })
  })

  it('may be a name that is not known for a while', async () => {
    const resolve: Resolve = async () => {
      throw Object.assign(new Error('getaddrinfo ENOTFOUND'), { code: 'ENOTFOUND' })
    }
    expect(await send('https://gone.example/', {}, { resolve })).toMatchObject({
      kind: 'failed',
      retry: 'endpoint',
      error: 'the name is not known (DNS)',
    })
  })

  it('does not wait for ever for a name', async () => {
    const resolve: Resolve = () => new Promise(() => {})
    expect(await send('https://slow.example/', { timeoutMs: 100 }, { resolve })).toMatchObject({
      kind: 'failed',
      error: 'no answer within 0.1 s',
    })
  })
})

describe('over TLS', () => {
  it('a certificate that nobody vouches for is refused, unless it is to be accepted', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'claudetm-tls-'))
    closers.push(() => rm(directory, { recursive: true }))
    const [key, cert] = [join(directory, 'key.pem'), join(directory, 'cert.pem')]
    const subject = ['-subj', '/CN=receiver.example', '-addext', 'subjectAltName=DNS:receiver.example']
    execFileSync(
      'openssl',
      [
        'req',
        '-x509',
        '-newkey',
        'ec',
        '-pkeyopt',
        'ec_paramgen_curve:P-256',
        '-nodes',
        '-days',
        '1',
        '-keyout',
        key,
        '-out',
        cert,
        ...subject,
      ],
      { stdio: 'ignore' },
    )
    const names: unknown[] = []
    const server = createTlsServer({ key: readFileSync(key), cert: readFileSync(cert) }, (request, response) => {
      names.push((request.socket as unknown as { servername: unknown }).servername)
      response.end('ok')
    })
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
    closers.push(() => close(server as unknown as Server))
    const url = `https://receiver.example:${(server.address() as AddressInfo).port}/`
    const resolve: Resolve = async () => [{ address: '127.0.0.1', family: 4 }]
    expect(await send(url, {}, { resolve })).toMatchObject({
      kind: 'failed',
      retry: 'endpoint',
      error: expect.stringMatching(/certificate/),
    })
    expect(await send(url, { verifyTls: false }, { resolve })).toMatchObject({ kind: 'delivered', response: 'ok' })
    expect(names).toEqual(['receiver.example'])
  })
})
