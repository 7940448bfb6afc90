/** Every bench that checks the safety rules. A new one is one line here: tests run it, docs/reliability.md shows it. */

import { runBench, toResults } from '../simulation/bench.ts'
import { SIMULATED_RULES } from '../simulation/rules.ts'
import { runAttacks } from './attacks/bench.ts'
import { exploreBudgets } from './exploration/budgets.ts'
import { exploreDecisions } from './exploration/decisions.ts'
import { exploreGate } from './exploration/gate.ts'
import { exploreOwners } from './exploration/owners.ts'
import { exploreRunDecisions } from './exploration/run-decisions.ts'
import { exploreTransitions } from './exploration/transitions.ts'
import type { BenchResult, SafetyRule } from './safety-rules.ts'

export type Bench = { readonly name: string; readonly run: () => Promise<readonly BenchResult[]> }

export const BENCHES: readonly Bench[] = [
  { name: 'merge gate', run: async () => [exploreGate()] },
  { name: 'budgets', run: async () => [exploreBudgets()] },
  { name: 'decide', run: async () => exploreDecisions() },
  { name: 'decide, run', run: async () => exploreRunDecisions() },
  { name: 'owners', run: async () => [await exploreOwners()] },
  { name: 'transitions', run: exploreTransitions },
]

const HISTORIES = 2_000

/** Their own tests run these; here they are for the table. `isConfinable`: bubblewrap works here. */
export function benchesOfTheirOwn(
  isConfinable: boolean,
): readonly (Bench & { readonly rules: readonly SafetyRule[] })[] {
  return [
    {
      name: 'simulation',
      rules: Object.keys(SIMULATED_RULES) as SafetyRule[],
      async run() {
        const { tried, failure } = await runBench({ seed: 20260101, runs: HISTORIES })
        return toResults(tried, failure === null ? [] : [failure.outcome])
      },
    },
    { name: 'attacks', rules: ['workspace_only', 'no_secrets'], run: () => runAttacks({ isConfinable }) },
  ]
}
