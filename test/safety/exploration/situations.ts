/** The situations of a PR group that a rule can tell apart, as products of small domains, each from its own start. */
import {
  FRESH_GUARD,
  type Guard,
  type IntegrityClass,
  type IntegrityFinding,
} from '../../../src/domain/integrity/finding.ts'
import type { GroupObservation, PrObservation, PrSnapshot } from '../../../src/domain/observation.ts'
import { DEFAULT_POLICY } from '../../../src/domain/policy.ts'
import { type Attempt, COUNTERS, type Counter, type GateRecord, type SessionOutcome } from '../../../src/domain/run.ts'
import {
  attempt,
  BASE,
  evidence,
  gate,
  group,
  groupState,
  guard,
  HEAD,
  NOW,
  OPTIONS,
  OTHER,
  observation,
  pr,
  report,
} from '../../support/observations.ts'
import { CHECKS, PUSHED, RULES, TALKS, WORKSPACES } from './forge-domains.ts'
import { forEachCombination } from './product.ts'

type Visit = (o: GroupObservation) => void

const policy = DEFAULT_POLICY
const STATE = groupState({ gate: gate(), pr: { number: pr().number, url: 'local:#1' } })
const START = observation({ state: STATE })
const UNLIMITED = START.budget
const TASKS = group(2)
const all = <T>(record: Readonly<Record<string, T>>) => Object.values(record)

const BUDGETS: readonly GroupObservation['budget'][] = [
  UNLIMITED,
  { ...UNLIMITED, sessionsLeft: 1, costLeftUsd: 0.01 },
  { ...UNLIMITED, sessionsLeft: 0 },
  { ...UNLIMITED, costLeftUsd: 0 },
  { ...UNLIMITED, usageLimitUntil: NOW + 1, usageLimitWaits: 1 },
  { ...UNLIMITED, usageLimitUntil: NOW, usageLimitWaits: policy.usageLimitMaxWaits },
  { ...UNLIMITED, usageLimitUntil: NOW + 1, usageLimitWaits: policy.usageLimitMaxWaits + 1 },
]

const GATES: readonly (GateRecord | null)[] = [
  null,
  gate(),
  gate({ outcome: 'none' }),
  gate({ outcome: 'failed' }),
  gate({ commit: OTHER }),
]

function shows(changes: Partial<PrSnapshot>): PrObservation {
  return { kind: 'pr', pr: pr(changes) }
}

/** A session's outcome waits to be dealt with: every purpose, every end, every counter below, at and beyond its bound. */
export function sessionSituations(visit: Visit): number {
  return forEachCombination(
    {
      attempt: ATTEMPTS,
      workspace: WORKSPACES.filter((workspace) => workspace.kind !== 'present' || workspace.ahead > 0),
      gate: [GATES[0] ?? null, GATES[1] ?? null, GATES[3] ?? null],
      pr: [
        { kind: 'none' },
        { kind: 'unknown', why: 'x' },
        shows({ checks: CHECKS.red ?? START_CHECKS }),
        shows({}),
        shows({ state: 'closed' }),
      ] satisfies PrObservation[],
      budget: [0, 4].map((index) => BUDGETS[index] ?? UNLIMITED),
      gateDurationMs: [null, policy.quickGateMs + 1],
      isThere: [true, false],
    },
    ({ attempt, workspace, gate, pr, budget, gateDurationMs, isThere }) => {
      const isTask = attempt.purpose === 'task'
      visit({
        ...START,
        group: isThere || !isTask ? TASKS : { ...TASKS, tasks: TASKS.tasks.slice(1) },
        done: isTask ? { t2: evidence() } : { t1: evidence(), t2: evidence() },
        state: {
          ...STATE,
          attempt,
          gate,
          guard: attempt.purpose === 'fix-integrity' && isThere ? REFUTED : STATE.guard,
          pendingReplies: attempt.purpose === 'fix-review' && isThere ? FIXED : null,
        },
        workspace,
        pr,
        budget,
        gateDurationMs,
      })
    },
  )
}

const START_CHECKS = pr().checks
const FIXED = [{ id: 'T1', action: 'fixed', message: 'done' }] as const

const ATTEMPTS: readonly Attempt[] = (
  ['task', 'fix-gate', 'fix-integrity', 'fix-ci', 'fix-review', 'resolve-conflict'] as const
).flatMap((purpose) =>
  ([null, 'finish', 'fix-gate'] as const).flatMap((kind) =>
    [BASE, HEAD].flatMap((startHead) =>
      ENDS(purpose).map((end) =>
        attempt({
          purpose,
          subject: purpose === 'task' ? 't1' : HEAD,
          startHead,
          lastKind: kind ?? (purpose === 'task' ? 'work' : purpose),
          ...end,
        }),
      ),
    ),
  ),
)

/** How the latest session ended, with the counters that this end looks at. */
function ENDS(purpose: Attempt['purpose']): readonly Partial<Attempt>[] {
  const around = (counter: 'failures' | 'cutOffs' | 'undelivered' | 'finishes' | 'gateFixes', bound: number) =>
    [0, bound, bound + 1].map((value) => ({ [counter]: value }))
  const failed = (retryable: boolean): SessionOutcome => ({
    kind: 'failed',
    failure: 'agent_network',
    why: 'x',
    retryable,
  })
  const done = purpose === 'fix-review' ? ({ kind: 'completed', report: null } as const) : report()
  const confirmed = (['confirmed', 'refuted', 'inconclusive'] as const).map((verdict) => ({ verdict, evidence: 'x' }))
  return [
    { last: null },
    { last: { kind: 'interrupted' } },
    ...[0, 9].map((used) => ({
      last: { kind: 'refused', resetsAt: null, why: 'x' } as const,
      failures: used,
      finishes: used,
      gateFixes: used,
    })),
    ...around('cutOffs', policy.maxCutOffs).map((counter) => ({
      last: { kind: 'cut_off', by: 'turns' } as const,
      ...counter,
    })),
    ...around('failures', policy.maxSessionFailures).flatMap((counter) =>
      [NOW, NOW - 2 * policy.backoffCapMs].map((lastEndedAt) => ({ last: failed(true), lastEndedAt, ...counter })),
    ),
    { last: failed(false), failures: 1 },
    { last: report({ outcome: 'blocked', blockedReason: 'which key?' }) },
    ...[
      ...around('undelivered', policy.maxUndelivered),
      ...around('finishes', policy.maxFinishes),
      ...around('gateFixes', policy.maxGateFixes),
    ].map((counter) => ({ last: done, ...counter })),
    ...[null, ...confirmed].flatMap((confirmation) =>
      [0, policy.maxUndelivered].map((undelivered) => ({
        last: report({ outcome: 'nothing_to_do' }),
        confirmation,
        undelivered,
      })),
    ),
  ]
}

/** All tasks are done; what is here has to get onto the forge. */
export function deliverySituations(visit: Visit): number {
  return forEachCombination(
    {
      workspace: WORKSPACES,
      pushed: PUSHED,
      foreign: [null, 'ahead', 'diverged', 'unknown'] as const,
      gate: GATES,
      pr: PULL_REQUESTS,
      historyRewritten: [false, true],
      failures: [{}, { pushFailures: 6 }, { openFailures: 6 }] as readonly Partial<Record<Counter, number>>[],
      pauses: [{}, { pauseOnPr: true }] as const,
      prText: ['text', 'newer'],
      adopted: [false, true],
      replies: [null, FIXED],
    },
    (c) =>
      visit({
        ...START,
        workspace: c.workspace,
        pushed: c.pushed,
        foreign: c.foreign,
        pr: c.pr,
        prText: c.prText,
        options: { ...OPTIONS, ...c.pauses },
        state: {
          ...STATE,
          gate: c.gate,
          historyRewritten: c.historyRewritten,
          counters: { ...STATE.counters, ...c.failures },
          adopted: c.adopted ? { number: pr().number, head: OTHER } : null,
          pendingReplies: c.replies,
        },
      }),
  )
}

/** All tasks are done; what sessions changed has to be looked at before it gets onto the forge. */
export function integritySituations(visit: Visit): number {
  return forEachCombination(
    {
      workspace: WORKSPACES,
      pushed: PUSHED,
      pr: PULL_REQUESTS,
      gate: [null, gate()],
      foreign: [null, 'ahead'] as const,
      guard: GUARDS,
      counters: [{}, { integrityFixes: policy.maxIntegrityFixes }] as readonly Partial<Record<Counter, number>>[],
      budget: [0, 2, 4].map((index) => BUDGETS[index] ?? UNLIMITED),
      adopted: [false, true],
    },
    ({ workspace, pushed, pr: shown, gate, foreign, guard, counters, budget, adopted }) =>
      visit({
        ...START,
        workspace,
        pushed,
        pr: shown,
        foreign,
        budget,
        state: {
          ...STATE,
          gate,
          guard,
          counters: { ...STATE.counters, ...counters },
          adopted: adopted ? { number: pr().number, head: OTHER } : null,
        },
      }),
  )
}

const found = (id: string, of: IntegrityClass): IntegrityFinding => ({
  id,
  class: of,
  path: 'test/a.test.ts',
  line: 1,
  what: 'a test is gone',
  excerpt: '',
})
const DELETED = found('11111111', 'tests_deleted')
const SECRET = found('22222222', 'secrets')
const REFUTED = guard({
  look: { since: BASE, commit: HEAD, findings: [DELETED], at: NOW },
  verdicts: { commit: HEAD, given: [{ finding: DELETED.id, verdict: 'refuted', evidence: 'x' }] },
  asked: [DELETED.id],
})
const letThrough = { ...DELETED, how: 'waived', by: 'ann', why: 'x', at: NOW } as const

/** What was looked at, what was found, what came of it. */
const GUARDS: readonly Guard[] = [
  FRESH_GUARD,
  guard({ since: OTHER }),
  ...[HEAD, OTHER].flatMap((commit) =>
    [[], [DELETED], [SECRET], [DELETED, SECRET]].flatMap((findings) =>
      [[], [letThrough]].flatMap((closed) =>
        (
          [
            {},
            { failures: 1, lastEndedAt: NOW },
            { failures: policy.maxSessionFailures + 1, lastEndedAt: 0 },
            { verdicts: { commit: HEAD, given: [{ finding: DELETED.id, verdict: 'refuted', evidence: 'x' }] } },
            {
              verdicts: { commit: HEAD, given: [{ finding: DELETED.id, verdict: 'refuted', evidence: 'x' }] },
              asked: [DELETED.id],
            },
            { verdicts: { commit: OTHER, given: [] }, asked: [DELETED.id] },
          ] satisfies Partial<Guard>[]
        ).map((changes) => guard({ look: { since: BASE, commit, findings, at: NOW }, letThrough: closed, ...changes })),
      ),
    ),
  ),
]

const PULL_REQUESTS: readonly PrObservation[] = [
  { kind: 'none' },
  { kind: 'unknown', why: 'x' },
  shows({}),
  shows({ head: OTHER }),
  shows({ checks: { kind: 'none_configured' } }),
  shows({ state: 'closed' }),
  shows({ state: 'merged', mergeCommit: OTHER }),
  shows({ state: 'merged', mergeCommit: null }),
  shows({ baseBranch: 'release' }),
]

/** Where the run as a whole is not where it was: done, blocked, merged, given up, out of budget, tasks added meanwhile. */
export function endingSituations(visit: Visit): number {
  const merged = { commit: OTHER, head: HEAD, at: NOW }
  return forEachCombination(
    {
      stage: ['pending', 'working', 'merged', 'done'] as const,
      ended: [
        {},
        { merged },
        { emptyAt: NOW },
        { abandonedPr: pr().number },
        { block: { cause: 'x', tried: null, command: 'claudetm resume', at: NOW } },
      ],
      attempt: [null, attempt(), attempt({ purpose: 'fix-ci', subject: HEAD })],
      workspace: WORKSPACES,
      pushed: PUSHED,
      pr: PULL_REQUESTS,
      unknowns: [0, policy.maxUnknowns],
      done: [{}, { t1: evidence() }, { t1: evidence(), t2: evidence() }] as GroupObservation['done'][],
      budget: [0, 3, 4, 6].map((index) => BUDGETS[index] ?? UNLIMITED),
    },
    ({ stage, ended, attempt, workspace, pushed, pr, unknowns, done, budget }) =>
      visit({
        ...START,
        group: TASKS,
        workspace,
        pushed,
        pr,
        done,
        budget,
        state: { ...STATE, stage, attempt, unknowns, ...ended },
      }),
  )
}

/** Everything is on the forge: what it shows decides. */
export function forgeSituations(visit: Visit): number {
  const shared = { checks: all(CHECKS), rules: RULES, talk: all(TALKS) }
  const options = forEachCombination(
    {
      ...shared,
      draft: [
        [false, false],
        [true, true],
        [true, false],
      ] as const,
      scheduled: [null, 'queue'] as const,
      options: OPTION_SETS,
    },
    ({ checks, rules, talk, draft: [draft, wanted], scheduled, options }) =>
      visit({
        ...START,
        pr: shows({ checks, reviews: talk.reviews, draft, mergeScheduled: scheduled, ...rules }),
        options: { ...options, draft: wanted },
        state: { ...STATE, findings: talk.findings },
      }),
  )
  const counters = forEachCombination(
    {
      ...shared,
      talk: SOME_TALKS,
      counters: SPENT,
      times: TIMES,
      redBase: [{}, { redBaseSince: NOW - 1 }, { redBaseSince: NOW - policy.redBaseWaitMs, redBaseAccepted: true }],
    },
    ({ checks, rules, talk, counters, times, redBase }) =>
      visit({
        ...START,
        now: NOW + times.laterMs,
        pr: shows({ checks, reviews: talk.reviews, ...rules }),
        state: {
          ...STATE,
          findings: talk.findings,
          counters,
          waitingSince: times.laterMs === 0 ? null : NOW,
          ...redBase,
          green: { head: HEAD, at: NOW },
        },
      }),
  )
  return options + counters
}

/** Where counters and clocks decide, what is said matters only by what it asks for. */
const SOME_TALKS = [
  'unknown',
  'silence',
  'person',
  'bot_answered',
  'bot_repeats',
  'comments_missing',
  'bots_expected',
].flatMap((name) => TALKS[name] ?? [])

const OPTION_SETS: readonly GroupObservation['options'][] = [
  OPTIONS,
  { ...OPTIONS, autoMerge: false },
  { ...OPTIONS, admin: true },
  { ...OPTIONS, syncBeforeMerge: true },
]

const TIMES = [{ laterMs: 0 }, { laterMs: 10 * policy.ciDeadlineMs }] as const

/** Nothing spent, one bound reached, or all of them. */
const SPENT: readonly Readonly<Record<Counter, number>>[] = [
  STATE.counters,
  ...COUNTERS.map((counter) => ({ ...STATE.counters, [counter]: 99 })),
  Object.fromEntries(COUNTERS.map((counter) => [counter, 99])) as Record<Counter, number>,
]
