/** Every campaign explored: each transition keeps the rules, a quiet world comes to rest, and blocks can be lifted. */
import type { BenchResult, SafetyRule } from '../safety-rules.ts'
import { CAMPAIGNS, type Campaign } from './campaigns.ts'
import { createFindings } from './findings.ts'
import { notLifted } from './lifting.ts'
import { reach } from './reach.ts'
import { comesToRest, type Rests } from './rest.ts'
import { reachRun } from './run-reach.ts'
import { brokenByTransition } from './transition-rules.ts'

export type CampaignResult = {
  readonly name: string
  readonly states: number
  readonly transitions: number
  /** Most turns and waits from any state to a rest, with agents and a forge that do their worst and nobody else moving. */
  readonly bound: number
  readonly lifted: number
  readonly wrong: readonly { readonly rule: SafetyRule; readonly what: string }[]
  /** Ways in which a quiet world does not come to rest. */
  readonly restless: readonly string[]
}

const MOST_STATES = 60_000

function exploreRun(): CampaignResult {
  const reached = reachRun()
  const rests = comesToRest(reached.nodes)
  return {
    name: 'the run as a whole',
    states: reached.nodes.length,
    transitions: reached.transitions,
    bound: rests.bound,
    lifted: 0,
    wrong: reached.wrong.map(({ rule, what, history }) => ({ rule, what: `${what} (${history})` })),
    restless: restless(rests),
  }
}

function restless({ cycles, stuck }: Rests): readonly string[] {
  return [...cycles.map((cycle) => `goes round: ${cycle}`), ...stuck.map((history) => `has no way on: ${history}`)]
}

export async function exploreCampaign(campaign: Campaign): Promise<CampaignResult> {
  const { name, start, faults, people } = campaign
  const reached = await reach({ start: start(), faults, people, check: brokenByTransition, most: MOST_STATES })
  const rests = comesToRest(reached.nodes)
  const lifting = await notLifted(reached.nodes, faults)
  const uncured = lifting.wrong.map((what) => ({ rule: 'blocks_name_a_cure' as const, what }))
  return {
    name,
    states: reached.nodes.length,
    transitions: reached.transitions,
    bound: rests.bound,
    lifted: lifting.tried,
    wrong: [...reached.wrong.map(({ rule, what, history }) => ({ rule, what: `${what} (${history})` })), ...uncured],
    restless: restless(rests),
  }
}

let explored: Promise<readonly CampaignResult[]> | null = null

/** Once for all who ask: it takes a while. */
export function exploreCampaigns(): Promise<readonly CampaignResult[]> {
  explored ??= (async () => {
    const results: CampaignResult[] = [exploreRun()]
    for (const campaign of CAMPAIGNS) results.push(await exploreCampaign(campaign))
    return results
  })()
  return explored
}

/** Which rules a transition can break, as far as this model shows them. */
const RULES: readonly SafetyRule[] = [
  'merges_only_what_the_gate_allows',
  'commits_stay_reachable',
  'acts_happen_once',
  'tasks_need_evidence',
  'spend_is_capped',
  'usage_limits_cost_nothing',
  'blocks_name_a_cure',
]

export async function exploreTransitions(): Promise<readonly BenchResult[]> {
  const results = await exploreCampaigns()
  const tried = results.reduce((sum, { transitions }) => sum + transitions, 0)
  return RULES.map((rule) => {
    const findings = createFindings()
    for (const { name, wrong } of results)
      for (const found of wrong) if (found.rule === rule) findings.add(`${name}: ${found.what}`)
    return { bench: 'transitions', rule, unit: 'transitions', tried, violations: findings.list() }
  })
}
