/** `decide` in every situation: each answer keeps its promises, and each block can be lifted. */
import { decide } from '../../../src/domain/decide/decide.ts'
import type { GroupObservation } from '../../../src/domain/observation.ts'
import type { BenchResult, SafetyRule } from '../safety-rules.ts'
import { isCommand, whyNotCured } from './cures.ts'
import { brokenPromises, PROMISES } from './decision-rules.ts'
import { createFindings, type Findings } from './findings.ts'
import {
  deliverySituations,
  endingSituations,
  forgeSituations,
  integritySituations,
  sessionSituations,
} from './situations.ts'

const SITUATIONS = [sessionSituations, deliverySituations, integritySituations, endingSituations, forgeSituations]

export function exploreDecisions(): readonly BenchResult[] {
  const rules = new Set(Object.values(PROMISES).flatMap((promises) => promises.map(({ rule }) => rule)))
  const findings = new Map<SafetyRule, Findings>([...rules].map((rule) => [rule, createFindings()]))
  let tried = 0
  const judge = (o: GroupObservation) => {
    const decision = decide(o)
    for (const { rule, what } of brokenPromises(o, decision)) findings.get(rule)?.add(what, () => describe(o))
    const { action } = decision
    const uncured = whyNotCured(o, decision)
    if (uncured !== null) findings.get('blocks_name_a_cure')?.add(uncured, () => describe(o))
    if (action.kind === 'pause' && !isCommand(action.command))
      findings.get('blocks_name_a_cure')?.add(`pause: no such command: ${action.command}`)
  }
  for (const situations of SITUATIONS) tried += situations(judge)
  return [...findings].map(([rule, found]) => ({
    bench: 'decide',
    rule,
    unit: 'states',
    tried,
    violations: found.list(),
  }))
}

/** What matters of an observation, for a person who looks for the reason. */
function describe(o: GroupObservation): unknown {
  const { attempt, gate, guard, counters, pendingReplies, merged, emptyAt, stage, block } = o.state
  const spent = Object.fromEntries(Object.entries(counters).filter(([, value]) => value > 0))
  const pr = o.pr.kind === 'pr' ? { ...o.pr.pr, url: undefined, title: undefined } : o.pr
  return {
    workspace: o.workspace,
    pushed: o.pushed,
    foreign: o.foreign,
    pr,
    attempt,
    gate: gate?.outcome,
    guard,
    spent,
    pendingReplies,
    merged,
    emptyAt,
    stage,
    block,
    done: Object.keys(o.done),
    budget: o.budget,
  }
}
