/** `decideRun` in every situation of a run, and from its start as far as it can get. */
import { decideRun } from '../../../src/domain/decide/run.ts'
import type { BenchResult, SafetyRule } from '../safety-rules.ts'
import { createFindings, type Findings } from './findings.ts'
import { brokenByRunDecision } from './run-rules.ts'
import { runSituations } from './run-situations.ts'

const RULES: readonly SafetyRule[] = [
  'tasks_need_evidence',
  'spend_is_capped',
  'usage_limits_cost_nothing',
  'blocks_name_a_cure',
]

export function exploreRunDecisions(): readonly BenchResult[] {
  const findings = new Map<SafetyRule, Findings>(RULES.map((rule) => [rule, createFindings()]))
  const tried = runSituations((o) => {
    const decision = decideRun(o)
    for (const { rule, what } of brokenByRunDecision(o, decision)) findings.get(rule)?.add(what, () => o.state)
  })
  return [...findings].map(([rule, found]) => ({
    bench: 'decide, run',
    rule,
    unit: 'states',
    tried,
    violations: found.list(),
  }))
}
