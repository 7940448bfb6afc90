/** Many histories: what was tried against each rule, and the shortest history that breaks one. */
import fc from 'fast-check'
import type { BenchResult, SafetyRule } from '../safety/safety-rules.ts'
import { histories } from './arbitraries.ts'
import type { History } from './history.ts'
import { SIMULATED_RULES } from './rules.ts'
import { type Outcome, simulate } from './simulate.ts'

export type BenchRequest = {
  readonly seed: number
  readonly runs: number
  /** Where in the tree of histories to begin: as a failure printed it. */
  readonly path?: string
  /** When to stop looking for a shorter history (ms). */
  readonly shrinkMs?: number
}

export type BenchReport = {
  readonly tried: number
  /** The shortest failing history, as a story with the command that plays it again; null = all rules held. */
  readonly failure: { readonly story: string; readonly outcome: Outcome; readonly history: History } | null
}

export async function runBench({
  seed,
  runs,
  path,
  shrinkMs = Number.POSITIVE_INFINITY,
}: BenchRequest): Promise<BenchReport> {
  let failedAt: number | null = null
  const property = fc.asyncProperty(histories, async (history) => {
    // Enough was searched for a shorter one: nothing that is left counts as failing.
    if (failedAt !== null && performance.now() - failedAt > shrinkMs) return true
    const { violations } = await simulate(history)
    const holds = Object.keys(violations).length === 0
    if (!holds) failedAt ??= performance.now()
    return holds
  })
  const details = await fc.check(property, {
    seed,
    numRuns: runs,
    ...(path !== undefined && { path, endOnFailure: false }),
  })
  if (!details.failed || details.counterexample === null) return { tried: details.numRuns, failure: null }
  const [history] = details.counterexample
  const outcome = await simulate(history)
  const replay = `npm run simulate -- --seed ${details.seed} --path ${details.counterexamplePath}`
  return { tried: details.numRuns, failure: { story: `${outcome.story}\n\n${replay}`, outcome, history } }
}

/** One line for each rule that the simulation can break. */
export function toResults(tried: number, outcomes: readonly Pick<Outcome, 'violations'>[]): readonly BenchResult[] {
  return (Object.keys(SIMULATED_RULES) as SafetyRule[]).map((rule) => ({
    bench: 'simulation',
    rule,
    unit: 'histories',
    tried,
    violations: outcomes.flatMap(({ violations }) => violations[rule] ?? []),
  }))
}
