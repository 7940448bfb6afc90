/** Every bench that checks the safety rules. A new one is one line here: tests run it, docs/reliability.md shows it. */
import { exploreBudgets } from './exploration/budgets.ts'
import { exploreDecisions } from './exploration/decisions.ts'
import { exploreGate } from './exploration/gate.ts'
import { exploreOwners } from './exploration/owners.ts'
import { exploreRunDecisions } from './exploration/run-decisions.ts'
import { exploreTransitions } from './exploration/transitions.ts'
import type { BenchResult } from './safety-rules.ts'

export type Bench = { readonly name: string; readonly run: () => Promise<readonly BenchResult[]> }

export const BENCHES: readonly Bench[] = [
  { name: 'merge gate', run: async () => [exploreGate()] },
  { name: 'budgets', run: async () => [exploreBudgets()] },
  { name: 'decide', run: async () => exploreDecisions() },
  { name: 'decide, run', run: async () => exploreRunDecisions() },
  { name: 'owners', run: async () => [await exploreOwners()] },
  { name: 'transitions', run: exploreTransitions },
]
