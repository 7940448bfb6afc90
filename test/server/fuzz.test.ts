/** Whatever is sent to any operation of the document: no defect shows, and every answer is as described. */
import fc from 'fast-check'
import { afterAll, beforeAll, describe, expect, it } from 'vitest'
import { ROUTES } from '../../src/server/rest/routes.ts'
import type { Loose } from '../support/server/api.ts'
import type { LocalServer } from '../support/server/local-server.ts'
import { createWorkplace, type Workplace } from '../support/server/workplace.ts'

let place: Workplace
let server: LocalServer
/** What the path of an operation can name that is really there. */
const known: Record<string, string> = {}
beforeAll(async () => {
  place = await createWorkplace()
  server = await place.serve({ gates: [], env: { CLAUDETM_PASSWORD: 'right', CLAUDETM_MAX_RUNS: '1' } })
  const { body } = await server.post('/tasks', { goal: 'Say hello', repository: await place.repository('one') })
  known.id = body.task.id
  const hook = await server.post('/webhooks', { url: 'https://no-such-host.invalid/', max_retries: 0 })
  known.webhook_id = hook.body.webhook.id
  known.delivery_id = '1'
  await server.sessions('plan', 1)
})
afterAll(() => place.cleanup())

const nasty = fc.oneof(
  fc.anything({ maxDepth: 2, withNullPrototype: false, withBigInt: false }),
  fc.string({ unit: 'binary' }),
  fc.constantFrom(
    '',
    ' ',
    '..',
    '/etc/passwd',
    '/',
    '-x',
    '--help',
    '\u0000',
    '1e999',
    'NaN',
    '__proto__',
    '{{x}}',
    "' OR 1=1 --",
    'x'.repeat(5_000),
  ),
  fc.integer(),
  fc.double(),
)

/** Values that fit a schema half of the time, so that more than the first check is reached. */
function valueFor(schema: Loose): fc.Arbitrary<unknown> {
  const fitting =
    schema.enum !== undefined
      ? fc.constantFrom(...schema.enum)
      : schema.type === 'boolean'
        ? fc.boolean()
        : schema.type === 'integer'
          ? fc.integer({ min: 1, max: 100 })
          : schema.type === 'number'
            ? fc.double({ min: schema.minimum ?? 0, max: Math.min(schema.maximum ?? 1e6, 5), noNaN: true })
            : schema.type === 'string'
              ? fc.oneof(
                  fc.string({ minLength: 1, maxLength: 40 }),
                  fc.constantFrom('https://no-such-host.invalid/x', place.root),
                )
              : schema.anyOf !== undefined
                ? fc.oneof(...schema.anyOf.map(valueFor))
                : nasty
  return fc.oneof({ weight: 2, arbitrary: fitting }, { weight: 1, arbitrary: nasty })
}

const id = fc.oneof(
  { weight: 3, arbitrary: fc.constant('known') },
  { weight: 1, arbitrary: fc.string({ minLength: 1, unit: 'binary' }).filter(isKeptByClients) },
  { weight: 1, arbitrary: fc.constantFrom('0123456789abcdef', '%00', '%2e%2e%2f') },
)

describe.each(
  ROUTES.filter((route) => route.operation.kind === 'call').map((route) => [route.method, route.path] as const),
)('%s %s', (method, path) => {
  it('stands it', async () => {
    const operation = server.document.paths[path][method]
    const body: Record<string, Loose> = operation.requestBody?.content['application/json'].schema.properties ?? {}
    const query: Loose[] = (operation.parameters ?? []).filter((parameter: Loose) => parameter.in === 'query')
    const bodies = fc.record(
      Object.fromEntries(Object.entries(body).map(([name, schema]) => [name, valueFor(schema)])),
      { requiredKeys: [] },
    )
    const queries = fc.record(Object.fromEntries(query.map(({ name, schema }) => [name, valueFor(schema)])), {
      requiredKeys: [],
    })
    await fc.assert(
      fc.asyncProperty(id, bodies, queries, async (name, sent, asked) => {
        const real = path.replace(/\{(\w+)\}/, (_, named) =>
          encodeURIComponent((name === 'known' ? (known[named] ?? '') : name).toWellFormed()),
        )
        const search = new URLSearchParams(
          Object.entries(asked).map(([key, value]): [string, string] => [key, toText(value)]),
        )
        const isRead = method === 'get' || method === 'delete'
        const answer = await server.call(method.toUpperCase(), `${real}?${search}`, isRead ? undefined : sent)
        expect(answer.status).not.toBe(500)
        expect(answer.status).not.toBe(405)
      }),
      { numRuns: 25 },
    )
    expect(server.reports.filter((report) => !report.startsWith('webhook '))).toEqual([])
  })
})

/** `.` and `..` are resolved by whoever makes the address, before anything is sent. */
function isKeptByClients(name: string): boolean {
  return name !== '.' && name !== '..'
}

function toText(value: unknown): string {
  try {
    return (typeof value === 'string' ? value : (JSON.stringify(value) ?? '')).toWellFormed()
  } catch {
    return ''
  }
}
