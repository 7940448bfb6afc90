/**
 * Histories of the real engine in the simulated world: `npm run simulate -- --seed N [--runs N]`, or one failure again with
 * `--seed N --path P`. `npm run soak -- --minutes N` tries one seed after the other, and lists every way of failing once.
 */
import { parseArgs } from 'node:util'
import { type BenchReport, runBench, toResults } from '../test/simulation/bench.ts'
import type { Outcome } from '../test/simulation/simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '1000' },
    path: { type: 'string' },
    minutes: { type: 'string' },
    /** Longest search for a shorter history, in seconds. */
    shrink: { type: 'string', default: '60' },
  },
})

const RUNS_PER_SEED = 250
const end = values.minutes === undefined ? null : performance.now() + Number(values.minutes) * 60_000
const failures: Outcome[] = []
const kinds = new Set<string>()
let tried = 0

let seed = Number(values.seed)
do {
  const report = await runBench({
    seed,
    runs: end === null ? Number(values.runs) : RUNS_PER_SEED,
    ...(values.path !== undefined && { path: values.path }),
    shrinkMs: Number(values.shrink) * 1_000,
  })
  tried += report.tried
  note(report)
  seed += 1
} while (end !== null && performance.now() < end)

console.log(`${tried} histories, seeds ${values.seed} to ${seed - 1}`)
for (const { rule, violations } of toResults(tried, failures))
  console.log(`${violations.length === 0 ? 'held  ' : 'BROKEN'} ${rule}`)
process.exitCode = failures.length === 0 ? 0 : 1

/** The same way of failing is told once. */
function note({ failure }: BenchReport): void {
  if (failure === null) return
  failures.push(failure.outcome)
  const kind = JSON.stringify(failure.outcome.violations).replace(/[0-9a-f]*\d[0-9a-f]*/g, 'N')
  if (kinds.has(kind)) return
  kinds.add(kind)
  console.log(`${failure.story}\n${'-'.repeat(80)}`)
}
