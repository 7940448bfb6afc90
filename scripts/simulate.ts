/**
 * Histories of the real engine in the simulated world: `npm run simulate -- --seed N [--runs N]`, or one failure again with
 * `--seed N --path P`. `npm run soak -- --minutes N` tries one seed after the other, and lists every way of failing once.
 */
import { spawn } from 'node:child_process'
import { parseArgs } from 'node:util'
import { type BenchReport, runBench, toResults } from '../test/simulation/bench.ts'
import type { Violations } from '../test/simulation/simulate.ts'

const { values } = parseArgs({
  options: {
    seed: { type: 'string', default: String(Date.now() % 1_000_000) },
    runs: { type: 'string', default: '1000' },
    path: { type: 'string' },
    minutes: { type: 'string' },
    /** Longest search for a shorter history, in seconds. */
    shrink: { type: 'string', default: '60' },
    /** For the process of one seed: what came of it, as JSON. */
    report: { type: 'boolean', default: false },
  },
})

/** What came of one seed; `failure` with the shortest history, as a story. */
type Report = {
  readonly tried: number
  readonly failure: { readonly story: string; readonly violations: Violations } | null
}

async function main(): Promise<void> {
  const first = Number(values.seed)
  if (values.report) return console.log(JSON.stringify(await playHere(first)))
  const reports: Report[] = []
  const end = performance.now() + Number(values.minutes ?? 0) * 60_000
  let seed = first
  do {
    const report = values.minutes === undefined ? await playHere(seed) : await playApart(seed)
    tell(report, reports)
    reports.push(report)
    seed += 1
  } while (performance.now() < end)
  sumUp(reports, `seeds ${first} to ${seed - 1}`)
}

async function playHere(seed: number): Promise<Report> {
  const { tried, failure }: BenchReport = await runBench({
    seed,
    runs: Number(values.runs),
    ...(values.path !== undefined && { path: values.path }),
    shrinkMs: Number(values.shrink) * 1_000,
  })
  return { tried, failure: failure === null ? null : { story: failure.story, violations: failure.outcome.violations } }
}

/** In a process of its own: what dead processes of a history still hold is gone with it, and so is what brings it down. */
function playApart(seed: number): Promise<Report> {
  const args = [
    import.meta.filename,
    '--report',
    '--seed',
    String(seed),
    '--runs',
    values.runs,
    '--shrink',
    values.shrink,
  ]
  return new Promise((resolve, reject) => {
    const child = spawn(process.execPath, args, { stdio: ['ignore', 'pipe', 'pipe'] })
    const said = { out: '', errors: '' }
    child.stdout.on('data', (chunk: Buffer) => (said.out += chunk))
    child.stderr.on('data', (chunk: Buffer) => (said.errors += chunk))
    child.on('error', reject)
    child.on('close', (exitCode) => resolve(exitCode === 0 ? JSON.parse(said.out) : broughtDown(seed, said.errors)))
  })
}

function broughtDown(seed: number, errors: string): Report {
  const story = `the process of this seed came to its own end:\n${errors}\nnpm run simulate -- --seed ${seed} --runs ${values.runs}`
  return { tried: 0, failure: { story, violations: { blocks_name_a_cure: [errors] } } }
}

/** The same way of failing is told once. */
function tell({ failure }: Report, before: readonly Report[]): void {
  const known = before.flatMap((report) => (report.failure === null ? [] : [kindOf(report.failure.violations)]))
  if (failure !== null && !known.includes(kindOf(failure.violations)))
    console.log(`${failure.story}\n${'-'.repeat(80)}`)
}

function kindOf(violations: Violations): string {
  return JSON.stringify(violations).replace(/[0-9a-f]*\d[0-9a-f]*/g, 'N')
}

function sumUp(reports: readonly Report[], seeds: string): void {
  const tried = reports.reduce((sum, report) => sum + report.tried, 0)
  const failures = reports.flatMap(({ failure }) => (failure === null ? [] : [failure]))
  console.log(`${tried} histories, ${seeds}`)
  for (const { rule, violations } of toResults(tried, failures))
    console.log(`${violations.length === 0 ? 'held  ' : 'BROKEN'} ${rule}`)
  process.exitCode = failures.length === 0 ? 0 : 1
}

await main()
