/** What Prometheus may ask: only numbers that the server really has. */
import type { MiddlewareHandler } from 'hono'
import { Counter, collectDefaultMetrics, Gauge, Histogram, Registry } from 'prom-client'
import type { RunEvent } from '../domain/events.ts'
import type { DeskCounts } from '../operations/catalog/run-desk.ts'
import type { Variables } from './rest/app.ts'

export type Metrics = {
  readonly contentType: string
  text(): Promise<string>
  /** Of runs at work in this process. */
  onEvent(event: RunEvent): void
  readonly watchers: { inc(): void; dec(): void }
  readonly timing: MiddlewareHandler<{ Variables: Variables }>
}

const HTTP_BUCKETS_S = [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 10]

export function createMetrics(counts: () => DeskCounts): Metrics {
  const registry = new Registry()
  const registers = [registry]
  collectDefaultMetrics({ register: registry })
  new Gauge({
    name: 'claudetm_tasks',
    help: 'Tasks by status',
    labelNames: ['status'],
    registers,
    collect() {
      for (const [status, count] of Object.entries(counts().byStatus)) this.set({ status }, count)
    },
  })
  const gauge = (name: string, help: string, read: (now: DeskCounts) => number) =>
    new Gauge({
      name,
      help,
      registers,
      collect() {
        this.set(read(counts()))
      },
    })
  gauge('claudetm_tasks_at_work', 'Tasks at work in this process', ({ atWork }) => atWork)
  gauge('claudetm_tasks_at_work_max', 'Tasks that may be at work at once', ({ maxAtWork }) => maxAtWork)
  gauge('claudetm_queue_length', 'Tasks that wait for their turn', ({ queued }) => queued)
  const sessions = new Counter({
    name: 'claudetm_sessions_total',
    help: 'Sessions of the agent that ended',
    labelNames: ['kind', 'outcome'],
    registers,
  })
  const cost = new Counter({
    name: 'claudetm_cost_usd_total',
    help: 'What sessions cost',
    labelNames: ['kind'],
    registers,
  })
  const tokens = new Counter({
    name: 'claudetm_tokens_total',
    help: 'Tokens of sessions, without those of the cache',
    labelNames: ['direction'],
    registers,
  })
  const merges = new Counter({ name: 'claudetm_pull_requests_merged_total', help: 'Merged pull requests', registers })
  const blocks = new Counter({ name: 'claudetm_blocks_total', help: 'How often a person was needed', registers })
  const watchers = new Gauge({ name: 'claudetm_event_streams', help: 'Open streams of events', registers })
  const http = new Histogram({
    name: 'claudetm_http_request_duration_seconds',
    help: 'Until the answer begins',
    labelNames: ['method', 'operation', 'status'],
    buckets: HTTP_BUCKETS_S,
    registers,
  })

  return {
    contentType: registry.contentType,
    text: () => registry.metrics(),
    watchers: { inc: () => watchers.inc(), dec: () => watchers.dec() },
    onEvent(event) {
      if (event.type === 'session.completed') {
        sessions.inc({ kind: event.kind, outcome: event.outcome })
        cost.inc({ kind: event.kind }, Math.max(0, event.costUsd))
        tokens.inc({ direction: 'input' }, Math.max(0, event.inputTokens))
        tokens.inc({ direction: 'output' }, Math.max(0, event.outputTokens))
      }
      if (event.type === 'pr.merged') merges.inc()
      if (event.type === 'blocked') blocks.inc()
    },
    async timing(c, next) {
      const startedAt = performance.now()
      await next()
      // By operation, not by path: a path can be anything.
      const labels = {
        method: knownMethod(c.req.method),
        operation: c.get('operation') ?? 'none',
        status: c.res.status,
      }
      http.observe(labels, (performance.now() - startedAt) / 1_000)
    },
  }
}

const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])

function knownMethod(method: string): string {
  return METHODS.has(method) ? method : 'other'
}
