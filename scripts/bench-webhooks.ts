/**
 * What webhooks cost a run. 1. Whole runs with a model that answers at once, alternating: without subscribers, with one that
 * answers and one that never does. What is not inside sessions and commands is ours. 2. How long the outbox holds up the
 * event loop for one event, with a thousand of them.
 * `node scripts/bench-webhooks.ts [pairs]`, after `npm run build`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '../src/domain/events.ts'
import { NO_STORY } from '../src/notify/event/story.ts'
import { openOutbox } from '../src/notify/outbox/sqlite-outbox.ts'
import { runCli } from '../test/support/cli.ts'
import { createHttpScript } from '../test/support/http-script.ts'
import { createPlace } from '../test/support/place.ts'
import { robustScenario } from '../test/support/robust-scenario.ts'

const PAIRS = Number(process.argv[2] ?? 5)
const EVENTS = 1_000

async function main(): Promise<void> {
  const answering = await createHttpScript(() => ({ status: 204 }))
  const silent = await createHttpScript(() => ({ silence: 'hang' }))
  const plain: number[] = []
  const told: number[] = []
  for (let pair = 0; pair < PAIRS; pair += 1) {
    plain.push(await measureRun([]))
    told.push(await measureRun([answering.url, silent.url]))
    console.log(`pair ${pair + 1}: ours without ${plain.at(-1)} ms, with webhooks ${told.at(-1)} ms`)
  }
  console.log(
    `ours in a whole run, until it says how it ended: median ${median(plain)} ms without, ${median(told)} ms with two webhooks (${answering.requests.length / PAIRS} deliveries a run)`,
  )
  await Promise.all([answering.close(), silent.close()])
  benchOutbox()
}

/** From the first event to the last one of the run; waiting for endpoints comes after that. */
async function measureRun(urls: readonly string[]): Promise<number> {
  const place = await createPlace({
    scenario: robustScenario,
    repository: {
      files: { 'package.json': JSON.stringify({ name: 'bench', private: true, scripts: { test: 'node -e 0' } }) },
    },
    env: { CLAUDETM_WEBHOOKS_ALLOW_PRIVATE: 'true' },
  })
  try {
    const at = { cwd: place.repository.path, env: place.env }
    for (const url of urls) await runCli(['webhooks', 'add', url, '--secret', 'geheim'], at)
    const result = await runCli(['start', 'Write three files', '--json'], at)
    if (result.exitCode !== 0) throw new Error(`the run ended with ${result.exitCode}: ${result.stderr}`)
    const events = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
    const [first, last] = [events[0], events.findLast((event) => event.type === 'run.completed')]
    const workMs = events.reduce((sum, event) => sum + workOf(event), 0)
    return Math.round((last?.at ?? 0) - (first?.at ?? 0) - workMs)
  } finally {
    await place.cleanup()
  }
}

function workOf(event: RunEvent): number {
  switch (event.type) {
    case 'session.completed':
    case 'gate.completed':
    case 'dependencies':
      return event.durationMs
    default:
      return 0
  }
}

function benchOutbox(): void {
  const directory = mkdtempSync(join(tmpdir(), 'claudetm-bench-'))
  const outbox = openOutbox(join(directory, 'webhooks.sqlite'), () => {})
  const took: number[] = []
  for (let seq = 1; seq <= EVENTS; seq += 1) {
    const body = JSON.stringify({ seq, text: 'x'.repeat(400) })
    const message = { id: `id-${seq}`, event: 'task.started', runId: 'run', at: seq, body } as const
    const startedAt = performance.now()
    outbox.enqueue([{ message, hookIds: ['a', 'b'] }], { source: 'run', seq, at: seq, story: NO_STORY }, seq)
    took.push(performance.now() - startedAt)
  }
  outbox.close()
  rmSync(directory, { recursive: true })
  const sorted = took.sort((a, b) => a - b)
  console.log(
    `outbox: ${EVENTS} events for two hooks, median ${sorted[EVENTS / 2]?.toFixed(2)} ms, p99 ${sorted[EVENTS * 0.99]?.toFixed(2)} ms, longest ${sorted.at(-1)?.toFixed(2)} ms each`,
  )
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

await main()
