/** What is there besides operations: who we are, the probes of those who watch servers, the documents, the metrics. */
import type { Metrics } from '../metrics.ts'
import { refuseOthers, type ServerApp } from './app.ts'
import { DOCS_POLICY, renderDocs } from './docs-page.ts'
import { toOpenApi } from './openapi.ts'
import { toProblemAnswers } from './problem-answers.ts'
import type { Route } from './route.ts'

export type PagesParts = {
  readonly version: string
  readonly routes: readonly Route[]
  readonly metrics: Metrics
  /** Takes requests for work; false while it ends. */
  readonly isReady: () => boolean
}

export function addPages(app: ServerApp, { version, routes, metrics, isReady }: PagesParts): void {
  const whole = describeServer({ routes, version })
  const page = renderDocs(whole)

  app.get('/', (c) =>
    c.json({
      name: 'Claude Task Master API',
      version,
      description: 'A goal goes in, merged and verified pull requests come out.',
      docs_url: '/docs',
    }),
  )
  app.get('/openapi.json', (c) => c.json(whole))
  app.get('/docs', (c) => c.html(page, 200, { 'Content-Security-Policy': DOCS_POLICY }))
  for (const path of ['/healthz', '/livez']) app.get(path, (c) => c.json({ status: 'ok' }))
  app.get('/ready', (c) => (isReady() ? c.json({ status: 'ready' }) : c.json({ status: 'ending' }, 503)))
  app.get('/metrics', async (c) => c.body(await metrics.text(), 200, { 'Content-Type': metrics.contentType }))
  for (const path of [...PUBLIC_PAGES, '/metrics']) refuseOthers(app, path, ['GET'])
}

/** The whole OpenAPI document: the operations, and what is there besides. */
export function describeServer(parts: Pick<PagesParts, 'routes' | 'version'>): Record<string, unknown> {
  const document = toOpenApi(parts)
  return { ...document, paths: { ...(document.paths as Record<string, unknown>), ...PAGES } }
}

/** Answered without the password: who only watches the server need not know it. */
export const PUBLIC_PAGES: ReadonlySet<string> = new Set([
  '/',
  '/healthz',
  '/livez',
  '/ready',
  '/docs',
  '/openapi.json',
])

const status = (words: readonly string[]) => ({
  type: 'object',
  properties: { status: { type: 'string', enum: words } },
  required: ['status'],
})
const json = (schema: unknown) => ({ content: { 'application/json': { schema } } })

const PAGES = {
  '/healthz': probe('check_health', 'The process answers'),
  '/livez': probe('check_live', 'The process answers'),
  '/ready': {
    get: {
      operationId: 'check_ready',
      summary: 'The server takes work',
      tags: ['server'],
      security: [],
      responses: {
        '200': { description: 'It does', ...json(status(['ready'])) },
        '503': { description: 'It is about to end', ...json(status(['ending'])) },
      },
    },
  },
  '/metrics': {
    get: {
      operationId: 'read_metrics',
      summary: 'Numbers for Prometheus',
      tags: ['server'],
      responses: {
        '200': { description: 'Done', content: { 'text/plain': { schema: { type: 'string' } } } },
        ...toProblemAnswers(
          { changes: false, hasBody: false, namesSomething: false, hasInput: false },
          { $ref: '#/components/schemas/Problem' },
        ),
      },
    },
  },
}

function probe(operationId: string, summary: string): unknown {
  return {
    get: {
      operationId,
      summary,
      tags: ['server'],
      security: [],
      responses: { '200': { description: 'It does', ...json(status(['ok'])) } },
    },
  }
}
