/** What the client makes of GitHub's answers, and of none, over real HTTP. */
import { afterEach, describe, expect, test } from 'vitest'
import { z } from 'zod'
import { parseGithubRemote } from '../../src/forge/github/address.ts'
import { createGithubClient, type GithubClient } from '../../src/forge/github/client.ts'
import type { Credentials } from '../../src/forge/github/credentials.ts'
import { GITHUB_PACE, type Pace } from '../../src/forge/github/octokit.ts'
import { createHttpScript, type HttpScript, type ScriptedAnswer, type SeenRequest } from '../support/http-script.ts'

const QUICK: Pace = { spacesWrites: false, secondMs: 1, timeoutMs: 5_000, maxLimitWait: 60 }
const anything = z.unknown()
const REPOSITORY = { owner: 'octo', repo: 'demo' }

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function serve(answer: (request: SeenRequest, count: number) => ScriptedAnswer | Promise<ScriptedAnswer>) {
  const script = await createHttpScript(answer)
  cleanups.push(script.close)
  return script
}

function connect(
  script: Pick<HttpScript, 'url'>,
  changes: { pace?: Pace; credentials?: Credentials; now?: () => number; onRenamed?: (url: string) => void } = {},
): GithubClient {
  const address = parseGithubRemote(`${script.url}/octo/demo.git`, {})
  if (address === null) throw new Error('no address')
  return createGithubClient({ address, credentials: token(), version: '1.2.3', now: Date.now, pace: QUICK, ...changes })
}

function token(renew: () => Promise<string | null> = async () => null): Credentials {
  return { source: 'GH_TOKEN', kind: 'user', token: async () => 'secret-token', renew }
}

function failureOf(
  promise: Promise<unknown>,
): Promise<{ kind: string; message: string; facts: Record<string, unknown> }> {
  return promise.then(
    (value) => {
      throw new Error(`did not fail: ${JSON.stringify(value)}`)
    },
    (error) => error,
  )
}

const QUERY = { query: 'query Demo { viewer { login } }', schema: anything }
const MUTATION = { query: 'mutation Demo { x }', variables: {}, schema: anything }

describe('reading', () => {
  test('every request says who asks and with whose rights', async () => {
    const script = await serve(() => ({ body: {} }))
    await connect(script).rest('GET /repos/{owner}/{repo}', REPOSITORY, anything)
    const [request] = script.requests
    expect([request?.method, request?.path, request?.headers.authorization, request?.headers['user-agent']]).toEqual([
      'GET',
      '/api/v3/repos/octo/demo',
      'bearer secret-token',
      expect.stringMatching(/^claude-task-master\/1\.2\.3 /),
    ])
  })

  // L26
  test('a server error is asked again, and what comes then counts', async () => {
    const script = await serve((_, count) => (count < 3 ? { status: 502, body: 'bad gateway' } : { body: { id: 7 } }))
    expect(await connect(script).rest('GET /x', {}, z.object({ id: z.number() }))).toEqual({ id: 7 })
  })

  test('half an answer is no answer: it is asked again, and unreachable in the end', async () => {
    const script = await serve(() => ({ body: '{"id": 7, "na' }))
    expect(await failureOf(connect(script).rest('GET /x', {}, anything))).toMatchObject({ kind: 'forge_unreachable' })
    expect(script.requests).toHaveLength(3)
  })

  test('an answer that is not GitHub’s names the request and what is wrong with it', async () => {
    const script = await serve(() => ({ body: { id: 'seven' } }))
    const failure = await failureOf(connect(script).rest('GET /x', {}, z.object({ id: z.number() })))
    expect(failure).toMatchObject({
      kind: 'forge_unreachable',
      message: expect.stringMatching(/GET \/x .*expected number/s),
    })
  })

  // L107
  test('a server that never answers does not hold anybody up', async () => {
    const script = await serve(() => ({ silence: 'hang' }))
    const client = connect(script, { pace: { ...QUICK, timeoutMs: 30 } })
    expect(await failureOf(client.rest('GET /x', {}, anything))).toMatchObject({
      kind: 'forge_unreachable',
      facts: { method: 'GET', path: '/x', maybeDone: false },
    })
  })

  test('an abort ends the waiting with its reason, also during a pause before the next attempt', async () => {
    const abort = new AbortController()
    const script = await serve(() => {
      setImmediate(() => abort.abort())
      return { status: 502 }
    })
    const client = connect(script, { pace: { ...QUICK, secondMs: 1_000_000 } })
    await expect(client.rest('GET /x', {}, anything, { signal: abort.signal })).rejects.toMatchObject({
      name: 'AbortError',
    })
    await expect(client.query({ ...QUERY, signal: abort.signal })).rejects.toMatchObject({ name: 'AbortError' })
    expect(script.requests).toHaveLength(1)
  })

  // W25
  test('what was not modified is not sent again', async () => {
    const script = await serve((request) =>
      request.headers['if-none-match'] === '"v1"' ? { status: 304 } : { headers: { etag: '"v1"' }, body: { id: 7 } },
    )
    const client = connect(script)
    const route = 'GET /repos/{owner}/{repo}'
    const answers = [await client.rest(route, REPOSITORY, anything), await client.rest(route, REPOSITORY, anything)]
    expect([answers, script.requests.map((request) => request.headers['if-none-match'])]).toEqual([
      [{ id: 7 }, { id: 7 }],
      [undefined, '"v1"'],
    ])
  })

  // L103 L104
  test('all pages are read; more than the limit, or items that cannot be read, are not the whole list', async () => {
    const script: HttpScript = await serve((request) => {
      const page = Number(new URL(request.path, 'http://x').searchParams.get('page') ?? 1)
      const next = `<${script.url}${request.path.split('?')[0]}?page=${page + 1}>; rel="next"`
      const item = request.path.includes('odd') && page === 2 ? { id: null } : { id: page }
      return { headers: page < 3 ? { link: next } : {}, body: { total_count: 3, things: [item] } }
    })
    const client = connect(script)
    const schema = z.object({ id: z.number() })
    expect(await client.pages('GET /things', {}, schema)).toEqual({
      items: [{ id: 1 }, { id: 2 }, { id: 3 }],
      complete: true,
    })
    expect(await client.pages('GET /things', {}, schema, 2)).toEqual({ items: [{ id: 1 }, { id: 2 }], complete: false })
    expect(await client.pages('GET /odd', {}, schema)).toEqual({ items: [{ id: 1 }, { id: 3 }], complete: false })
  })

  test('who we act as is asked once', async () => {
    const script = await serve(() => ({ body: { data: { viewer: { login: 'claudetm[bot]' } } } }))
    const client = connect(script)
    expect([await client.viewer(), await client.viewer()]).toEqual([
      { login: 'claudetm[bot]', kind: 'app' },
      { login: 'claudetm[bot]', kind: 'app' },
    ])
    expect(script.requests).toHaveLength(1)
  })
})

describe('writing', () => {
  // L34 L68
  test('a write that failed on the way is not repeated, and says that it may have happened', async () => {
    const answers: ScriptedAnswer[] = [{ status: 502 }, { silence: 'reset' }, { body: '{"num' }]
    const script = await serve((_, count) => answers[count - 1] ?? { body: {} })
    const client = connect(script)
    for (const _ of answers) {
      expect(await failureOf(client.rest('POST /repos/{owner}/{repo}/pulls', REPOSITORY, anything))).toMatchObject({
        kind: 'forge_unreachable',
        facts: { maybeDone: true },
      })
    }
    expect(script.requests).toHaveLength(3)
  })

  test('a mutation that failed on the way is not repeated either', async () => {
    const script = await serve(() => ({ status: 502 }))
    expect(await failureOf(connect(script).mutate(MUTATION))).toMatchObject({ facts: { maybeDone: true, status: 502 } })
    expect(script.requests).toHaveLength(1)
  })

  test('a refused connection is known to have done nothing', async () => {
    const script = await createHttpScript(() => ({}))
    await script.close()
    expect(await failureOf(connect(script).rest('POST /x', {}, anything))).toMatchObject({
      kind: 'forge_unreachable',
      message: expect.stringContaining('ECONNREFUSED'),
      facts: { maybeDone: false },
    })
  })

  test.each([405, 409, 422])(
    'a merge that is refused with %i is asked once and told in GitHub’s words',
    async (status) => {
      const script = await serve(() => ({
        status,
        body: { message: 'Not mergeable', errors: [{ message: 'the base moved' }], documentation_url: 'https://x' },
      }))
      const route = 'PUT /repos/{owner}/{repo}/pulls/{pull_number}/merge'
      expect(await failureOf(connect(script).rest(route, { ...REPOSITORY, pull_number: 1 }, anything))).toMatchObject({
        kind: 'forge_refused',
        message: expect.stringContaining('Not mergeable: the base moved'),
        facts: { status, method: 'PUT', repository: 'octo/demo' },
      })
      expect(script.requests).toHaveLength(1)
    },
  )

  test('a refused mutation has the status that REST has for it', async () => {
    const errors = [{ type: 'UNPROCESSABLE', message: 'Pull request is in clean status', path: ['x'] }]
    const script = await serve(() => ({ body: { data: { x: null }, errors } }))
    expect(await failureOf(connect(script).mutate(MUTATION))).toMatchObject({
      kind: 'forge_refused',
      message: expect.stringContaining('Pull request is in clean status'),
      facts: { status: 422, type: 'UNPROCESSABLE' },
    })
  })
})

describe('rights', () => {
  test('a refused token is a matter of credentials, and names the host', async () => {
    const script = await serve(() => ({ status: 401, body: { message: 'Bad credentials' } }))
    const failure = await failureOf(connect(script).query(QUERY))
    expect(failure).toMatchObject({ kind: 'forge_auth', facts: { host: new URL(script.url).host } })
    expect(JSON.stringify([failure, failure.message])).not.toContain('secret-token')
  })

  test('an app’s token that ended is replaced once', async () => {
    const script = await serve((request) =>
      request.headers.authorization === 'bearer new' ? { body: { id: 1 } } : { status: 401, body: { message: 'Bad' } },
    )
    const client = connect(script, { credentials: token(async () => 'new') })
    expect(await client.rest('POST /x', {}, anything)).toEqual({ id: 1 })
    expect(script.requests).toHaveLength(2)
  })

  test('a missing permission is named', async () => {
    const script = await serve(() => ({
      status: 403,
      headers: { 'x-accepted-github-permissions': 'pull_requests=write' },
      body: { message: 'Resource not accessible by personal access token' },
    }))
    expect(await failureOf(connect(script).rest('POST /x', {}, anything))).toMatchObject({
      kind: 'forge_permission',
      facts: { permission: 'pull_requests=write', repository: 'octo/demo', status: 403 },
    })
  })
})

describe('rate limits', () => {
  const spent = (resetAt: number): ScriptedAnswer => ({
    status: 403,
    headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(resetAt / 1000) },
    body: { message: 'API rate limit exceeded' },
  })

  // L36 L106
  test('a limit that lasts is told with its end, and nothing more is sent before', async () => {
    const resetAt = Date.now() + 3_600_000
    const script = await serve(() => spent(Math.ceil(resetAt / 1000) * 1000))
    let time = Date.now()
    const client = connect(script, { now: () => time })
    for (const _ of [1, 2]) {
      expect(await failureOf(client.rest('GET /x', {}, anything))).toMatchObject({
        kind: 'forge_unreachable',
        facts: { retryAt: expect.any(Number), maybeDone: false },
      })
    }
    expect(script.requests).toHaveLength(1)
    time = resetAt + 5_000
    await failureOf(client.rest('GET /x', {}, anything))
    expect(script.requests).toHaveLength(2)
  })

  test('a limit that ends soon is waited out, for writes too: a limited write did nothing', async () => {
    const limited: ScriptedAnswer = {
      status: 403,
      headers: { 'retry-after': '30' },
      body: { message: 'You have exceeded a secondary rate limit.' },
    }
    const script = await serve((_, count) => (count === 1 ? limited : { body: { id: 7 } }))
    expect(await connect(script).rest('POST /x', {}, anything)).toEqual({ id: 7 })
    expect(script.requests).toHaveLength(2)
  })

  test('GraphQL says it in an answer with status 200', async () => {
    const limited: ScriptedAnswer = {
      headers: { 'x-ratelimit-remaining': '0', 'x-ratelimit-reset': String(Math.ceil(Date.now() / 1000) + 3_000) },
      body: { errors: [{ type: 'RATE_LIMITED', message: 'API rate limit exceeded' }] },
    }
    const script = await serve(() => limited)
    expect(await failureOf(connect(script).query(QUERY))).toMatchObject({
      kind: 'forge_unreachable',
      facts: { retryAt: expect.any(Number) },
    })
    expect(script.requests).toHaveLength(1)
  })

  test('at GitHub’s own pace queries do not wait for each other', async () => {
    const { promise: allHere, resolve } = Promise.withResolvers<void>()
    const script = await serve(async (_, count) => {
      if (count === 6) resolve()
      await allHere
      return { body: { data: {} } }
    })
    const client = connect(script, { pace: { ...GITHUB_PACE, timeoutMs: 2_500 } }) // less than five pauses
    await Promise.all(Array.from({ length: 6 }, () => client.query(QUERY)))
    expect(script.requests).toHaveLength(6)
  })
})

describe('GraphQL', () => {
  const partial = (type: string | null) => ({
    body: { data: { a: { id: 1 }, b: null }, errors: [{ type, message: 'no', path: ['b'] }] },
  })

  test('what is forbidden or not found is null and told', async () => {
    const script = await serve(() => partial('FORBIDDEN'))
    expect(await connect(script).query(QUERY)).toEqual({
      data: { a: { id: 1 }, b: null },
      problems: ['b (FORBIDDEN): no'],
    })
  })

  // L66
  test('a part that failed otherwise is no answer, unless the caller can do without it', async () => {
    const script = await serve(() => partial('SOMETHING_ELSE'))
    const client = connect(script)
    expect(await failureOf(client.query(QUERY))).toMatchObject({ kind: 'forge_refused' })
    expect(await client.query({ ...QUERY, mayFail: ['b'] })).toMatchObject({ data: { b: null } })
  })

  test('an internal error of GitHub is asked again', async () => {
    const errors = [{ message: 'Something went wrong while executing your query. Please include abc' }]
    const script = await serve((_, count) => ({ body: count === 1 ? { data: null, errors } : { data: { ok: 1 } } }))
    expect(await connect(script).query(QUERY)).toEqual({ data: { ok: 1 }, problems: [] })
  })
})

describe('redirects', () => {
  test('a renamed repository is followed, writes with their body, and it is told', async () => {
    const renamed: string[] = []
    const script: HttpScript = await serve((request) =>
      request.path.startsWith('/api/v3/repositories/')
        ? { body: { path: request.path, method: request.method, title: request.body } }
        : {
            status: request.method === 'GET' ? 301 : 307,
            headers: { location: `${script.url}/api/v3/repositories/7` },
            body: { message: 'Moved Permanently' },
          },
    )
    const client = connect(script, { onRenamed: (url) => renamed.push(url) })
    expect(await client.rest('GET /repos/{owner}/{repo}', REPOSITORY, anything)).toMatchObject({ method: 'GET' })
    expect(await client.rest('PATCH /repos/{owner}/{repo}', { ...REPOSITORY, name: 'x' }, anything)).toMatchObject({
      method: 'PATCH',
      title: '{"name":"x"}',
    })
    expect(renamed).toEqual([`${script.url}/api/v3/repositories/7`])
    expect(script.requests.map((request) => request.headers.authorization)).toEqual(
      Array(4).fill('bearer secret-token'),
    )
  })

  // L113
  test('a log behind a redirect to another host is read without our token, its end is kept, and absence is an answer', async () => {
    const store = await serve(() => ({
      headers: { 'content-type': 'text/plain' },
      body: `${'x'.repeat(5_000)}\nthe end ✓`,
    }))
    const script = await serve((request) =>
      request.path.endsWith('/gone/logs')
        ? { status: 410, body: { message: 'Gone' } }
        : { status: 302, headers: { location: `${store.url}/log` } },
    )
    const client = connect(script)
    expect(await client.text('GET /jobs/{id}/logs', { id: 1 }, 11)).toEqual({ text: 'the end ✓', truncated: true })
    expect(await client.text('GET /jobs/{id}/logs', { id: 1 }, 10_000)).toMatchObject({ truncated: false })
    expect(await client.text('GET /jobs/{id}/logs', { id: 'gone' }, 10)).toBeNull()
    expect(store.requests.map((request) => request.headers.authorization)).toEqual([undefined, undefined])
  })

  test('no write goes to another host', async () => {
    const other = await serve(() => ({ body: {} }))
    const script = await serve(() => ({ status: 307, headers: { location: other.url } }))
    await failureOf(connect(script).rest('POST /x', { secret: 1 }, anything))
    expect(other.requests).toEqual([])
  })
})
