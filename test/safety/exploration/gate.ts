/** The merge gate, asked about every combination of what its clauses look at. */
import { judgeMerge, type MergeQuestion } from '../../../src/domain/merge-gate.ts'
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts'
import { HEAD, NOW, pr } from '../../support/observations.ts'
import type { BenchResult } from '../safety-rules.ts'
import { createFindings } from './findings.ts'
import { ALL_RULES, CHECKS, PUSHED, RULES, type Rules, TALKS, type Talk, WORKSPACES } from './forge-domains.ts'
import { obstacles, redAndCounts } from './merge-conditions.ts'
import { forEachCombination } from './product.ts'

type Domains = {
  workspace: MergeQuestion['workspace']
  pushed: MergeQuestion['pushed']
  state: 'open' | 'merged' | 'closed'
  draft: boolean
  scheduled: 'queue' | null
  checks: (typeof CHECKS)[string]
  accepted: boolean
  rules: Rules
  talk: Talk
  /** How long ago the head was first seen green. */
  greenMs: number | null
  autoMerge: boolean
  admin: boolean
  botsBlock: boolean
}

const policies = [DEFAULT_POLICY, { ...DEFAULT_POLICY, botChangeRequestsBlock: true }] as const
const QUIET = DEFAULT_POLICY.reviewQuietMs
const all = <T>(record: Readonly<Record<string, T>>) => Object.values(record)

/** Everything is in order: what a product does not vary. */
const ORDER = {
  workspace: [WORKSPACES[2]],
  pushed: [PUSHED[2]],
  state: ['open'],
  draft: [false],
  scheduled: [null],
  checks: [CHECKS.green],
  accepted: [false],
  rules: [RULES[0]],
  talk: [TALKS.silence],
  greenMs: [null],
  autoMerge: [true],
  admin: [false],
  botsBlock: [false],
} as { readonly [K in keyof Domains]: readonly Domains[K][] }

/** Each clause's own inputs in full, beside the others in a few values each; every two clauses meet. */
const PRODUCTS: readonly { readonly [K in keyof Domains]: readonly Domains[K][] }[] = [
  {
    ...ORDER,
    workspace: WORKSPACES,
    pushed: PUSHED,
    state: ['open', 'merged', 'closed'],
    draft: [false, true],
    scheduled: [null, 'queue'],
    checks: pick(CHECKS, 'unknown', 'none_configured', 'skipped', 'pending', 'green', 'tolerated', 'red'),
    accepted: [false, true],
    rules: RULES.filter((_, index) => index % 4 === 0),
    talk: pick(TALKS, 'unknown', 'silence', 'person', 'bot_answered', 'changes_requested'),
    autoMerge: [true, false],
  },
  {
    ...ORDER,
    checks: all(CHECKS),
    accepted: [false, true],
    rules: RULES,
    talk: all(TALKS),
    greenMs: [null, QUIET - 1, QUIET],
    autoMerge: [true, false],
    admin: [false, true],
    botsBlock: [false, true],
  },
  {
    ...ORDER,
    workspace: WORKSPACES,
    pushed: PUSHED,
    checks: pick(CHECKS, 'none_configured', 'skipped', 'green', 'red'),
    rules: ALL_RULES,
    talk: pick(TALKS, 'silence', 'bots_expected', 'bot', 'comments_missing'),
    admin: [false, true],
  },
]

export function exploreGate(): BenchResult {
  const findings = createFindings()
  let tried = 0
  for (const domains of PRODUCTS)
    tried += forEachCombination(domains, (combination) => judge(combination, findings.add))
  return {
    bench: 'merge gate',
    rule: 'merges_only_what_the_gate_allows',
    unit: 'states',
    tried,
    violations: findings.list(),
  }
}

function judge(c: Readonly<Domains>, violation: (text: string) => void): void {
  const question = toQuestion(c)
  const verdict = judgeMerge(question)
  const forbidding = obstacles(question)
  const said = verdict.kind === 'not_yet' ? `not yet (${verdict.clause})` : verdict.kind
  const expected = forbidding.length > 0 ? 'not_yet' : question.autoMerge ? 'merge' : 'ready'
  if (verdict.kind !== expected) violation(`${said} although: ${forbidding.join(', ') || 'nothing forbids it'}`)
  if (verdict.kind === 'not_yet') return
  if (verdict.head !== question.pr.head || verdict.head !== HEAD) violation(`${said} of another head`)
  if (verdict.kind === 'merge' && verdict.tolerated.join() !== tolerated(question).join())
    violation('tolerated is not named')
}

function tolerated({ pr: { checks }, policy }: MergeQuestion): readonly string[] {
  if (checks.kind !== 'reported' || checks.head !== HEAD) return []
  return checks.items.filter((item) => item.status === 'failed' && !redAndCounts(item, policy)).map((item) => item.name)
}

function toQuestion(c: Readonly<Domains>): MergeQuestion {
  return {
    now: NOW,
    pr: pr({
      state: c.state,
      draft: c.draft,
      mergeScheduled: c.scheduled,
      checks: c.checks,
      reviews: c.talk.reviews,
      ...c.rules,
    }),
    workspace: c.workspace,
    pushed: c.pushed,
    autoMerge: c.autoMerge,
    admin: c.admin,
    findings: c.talk.findings,
    noChecksAcceptedFor: c.accepted ? HEAD : null,
    greenAt: c.greenMs === null ? null : NOW - c.greenMs,
    policy: policies[c.botsBlock ? 1 : 0],
  }
}

function pick<T>(record: Readonly<Record<string, T>>, ...names: string[]): readonly T[] {
  return names.map((name) => {
    const value = record[name]
    if (value === undefined) throw new Error(`no ${name}`)
    return value
  })
}
