/**
 * What webhooks cost a run. 1. Whole runs with a model that answers at once, alternating: without subscribers, with one that
 * answers and one that never does. What is not inside sessions and commands is ours. 2. CPU time of reading the events and
 * queueing the deliveries.
 * `node scripts/bench-webhooks.ts [pairs]`, after `npm run build`.
 */
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent } from '../src/domain/events.ts'
import type { GroupId, RunId, SessionId, TaskId } from '../src/domain/ids.ts'
import { HOOK_DEFAULTS, type Hook } from '../src/notify/hooks/hook.ts'
import { openOutbox } from '../src/notify/outbox/sqlite-outbox.ts'
import { createRunReader } from '../src/notify/run-reader.ts'
import { createEventReader, openEventLog } from '../src/store/state-dir/event-log.ts'
import { runCli } from '../test/support/cli.ts'
import { createHttpScript } from '../test/support/http-script.ts'
import { createPlace } from '../test/support/place.ts'
import { robustScenario } from '../test/support/robust-scenario.ts'

const PAIRS = Number(process.argv[2] ?? 5)
const TOLD = 1_000
const EVENTS_PER_TOLD = 20

async function main(): Promise<void> {
  if (PAIRS > 0) await benchRuns()
  await benchReading()
}

async function benchRuns(): Promise<void> {
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

/** Everything the run's own process does for it, without the network: in CPU time, which other programs do not change. */
async function benchReading(): Promise<void> {
  const directory = mkdtempSync(join(tmpdir(), 'claudetm-bench-'))
  const log = openEventLog(join(directory, 'events.jsonl'))
  for (let told = 1; told <= TOLD; told += 1) {
    log.append(RUN, told, {
      type: 'task.started',
      groupId: 'g1' as GroupId,
      taskId: 't1' as TaskId,
      title: 'x'.repeat(60),
    })
    for (let noise = 1; noise < EVENTS_PER_TOLD; noise += 1) log.append(RUN, told, ACTIVITY)
  }
  log.close()
  const outbox = openOutbox(join(directory, 'webhooks.sqlite'), () => {})
  const list = () => ({ hooks: [hook('a'), hook('b')], problems: [] })
  const reader = createRunReader({
    place: directory,
    runId: RUN,
    events: createEventReader(join(directory, 'events.jsonl')).after,
    facts: () => FACTS,
    hooks: { location: '', list, change: () => raise() },
    outbox,
    now: Date.now,
  })
  const before = process.cpuUsage()
  await reader.read()
  const { user, system } = process.cpuUsage(before)
  outbox.close()
  rmSync(directory, { recursive: true })
  const perTold = (user + system) / TOLD
  console.log(
    `reading and queueing: ${TOLD} events told to two webhooks among ${TOLD * EVENTS_PER_TOLD}: ${perTold.toFixed(0)} µs of CPU for each that is told (with the ${EVENTS_PER_TOLD - 1} that are not)`,
  )
}

const RUN = 'bench' as RunId
const ACTIVITY = {
  type: 'agent.activity',
  sessionId: 's' as SessionId,
  tool: 'Bash',
  text: 'x'.repeat(120),
  subagent: null,
} as const
const FACTS = {
  goal: '',
  workingDirectory: '',
  targetBranch: 'main',
  maxSessions: null,
  autoMerge: true,
  prPerTask: false,
  tasks: Array.from({ length: 50 }, (_, index) => ({ id: `t${index}` as TaskId, title: 'x', done: false })),
  groups: {},
}

function hook(id: string): Hook {
  const at = new Date(0).toISOString()
  const nothing = { secret: null, events: null, name: null, description: null, run_id: null, disabled_reason: null }
  return { ...HOOK_DEFAULTS, ...nothing, id, url: 'https://a.example/', headers: {}, created_at: at, updated_at: at }
}

function raise(): never {
  throw new Error('nothing is changed here')
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

await main()
