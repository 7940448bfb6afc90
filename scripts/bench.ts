/**
 * What we add to the work. 1. A whole run with a model that answers at once: wall time minus the time inside sessions,
 * gate, CI, installing and criteria commands. 2. `claudetm status` against `node -e 0`, alternating.
 * `npm run bench -- [runs] [ms]`: so many runs, and so long for each answer of the model.
 */
import { spawnSync } from 'node:child_process'
import type { RunEvent } from '../src/domain/events.ts'
import { CLI, runCli } from '../test/support/cli.ts'
import { createPlace, type Place } from '../test/support/place.ts'
import { robustScenario } from '../test/support/robust-scenario.ts'

const RUNS = Number(process.argv[2] ?? 3)
const ANSWER_MS = Number(process.argv[3] ?? 0)
const STARTS = 40

type Interval = readonly [number, number]

async function main(): Promise<void> {
  const shares: number[] = []
  for (let run = 1; run <= RUNS; run += 1) shares.push(await benchRun(run))
  console.log(
    `overhead of a run: median ${percent(median(shares))} of wall time over ${RUNS} runs, ${ANSWER_MS} ms an answer (aim: at most 5 %)`,
  )
  await benchStatus()
}

async function benchRun(run: number): Promise<number> {
  const place = await createPlace({
    scenario: robustScenario,
    delayMs: ANSWER_MS,
    repository: { files: { 'package.json': PACKAGE } },
  })
  try {
    const startedAt = Date.now()
    const result = await runCli(['start', 'Write three files', '--json'], {
      cwd: place.repository.path,
      env: place.env,
    })
    const wallMs = Date.now() - startedAt
    if (result.exitCode !== 0)
      throw new Error(`the run ended with ${result.exitCode}: ${result.stderr}\n${result.stdout.slice(-2_000)}`)
    const events = result.stdout
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as RunEvent)
    const workMs = coveredMs(events.flatMap(workInterval))
    const share = (wallMs - workMs) / wallMs
    console.log(
      `run ${run}: wall ${wallMs} ms, inside sessions and commands ${Math.round(workMs)} ms, ours ${Math.round(wallMs - workMs)} ms (${percent(share)})`,
    )
    return share
  } finally {
    await place.cleanup()
  }
}

const PACKAGE = JSON.stringify({ name: 'bench', private: true, scripts: { test: 'node -e 0' } })

function workInterval(event: RunEvent): Interval[] {
  switch (event.type) {
    case 'session.completed':
    case 'gate.completed':
    case 'ci.check':
    case 'dependencies':
      return [[event.at - event.durationMs, event.at]]
    case 'verification.result':
      return event.result.durationMs === null ? [] : [[event.result.at - event.result.durationMs, event.result.at]]
    default:
      return []
  }
}

/** Length of the union: what ran side by side counts once. */
function coveredMs(intervals: readonly Interval[]): number {
  let covered = 0
  let end = Number.NEGATIVE_INFINITY
  for (const [from, to] of [...intervals].sort(([a], [b]) => a - b)) {
    covered += Math.max(0, to - Math.max(from, end))
    end = Math.max(end, to)
  }
  return covered
}

async function benchStatus(): Promise<void> {
  const place = await createPlace({ scenario: [{ kind: 'plan', steps: [{ answer: { criteria: [], groups: [] } }] }] })
  try {
    // A run that blocked is there to be shown.
    await runCli(['start', 'Something'], { cwd: place.repository.path, env: place.env })
    const ours: number[] = []
    const bare: number[] = []
    for (let start = 0; start < STARTS; start += 1) {
      bare.push(timeNode(['-e', '0'], place))
      ours.push(timeNode([CLI, 'status'], place))
    }
    const ratio = median(ours) / median(bare)
    console.log(
      `status: median ${median(ours).toFixed(1)} ms, node -e 0: ${median(bare).toFixed(1)} ms, ratio ${ratio.toFixed(2)} over ${STARTS} pairs (aim: under 1.5)`,
    )
  } finally {
    await place.cleanup()
  }
}

function timeNode(args: readonly string[], place: Place): number {
  const startedAt = performance.now()
  const result = spawnSync(process.execPath, args, { cwd: place.repository.path, env: place.env, stdio: 'ignore' })
  if (result.status !== 0) throw new Error(`${args.join(' ')} ended with ${result.status}`)
  return performance.now() - startedAt
}

function median(values: readonly number[]): number {
  return [...values].sort((a, b) => a - b)[Math.floor(values.length / 2)] ?? 0
}

function percent(share: number): string {
  return `${(share * 100).toFixed(1)} %`
}

await main()
