/** The situations of a run as a whole that a rule can tell apart. */

import type { RunObservation } from '../../../src/domain/decide/run.ts'
import { createGroupState } from '../../../src/domain/group-state.ts'
import type { CommitSha, GroupId, RunId } from '../../../src/domain/ids.ts'
import type { Plan } from '../../../src/domain/plan.ts'
import type {
  CriterionEvidence,
  GroupState,
  RunAttempt,
  RunState,
  SessionRecord,
  Verification,
} from '../../../src/domain/run.ts'
import { MAX_LOOKS } from '../../../src/domain/verdicts.ts'
import { HEAD, OTHER } from '../../support/observations.ts'
import { forEachCombination } from './product.ts'
import { createSmallWorld, SMALL_POLICY } from './small-world.ts'

const NOW = 100
const BLOCK = { cause: 'CI stays red', tried: null, command: 'claudetm resume --force', at: NOW }
const G1 = 'g1' as GroupId
const G2 = 'g2' as GroupId

export const RUN: RunState = {
  ...createSmallWorld({ tasks: 1, options: { verify: true }, moves: 0, crashes: 0 }).state,
  plan: null,
  groups: {},
  status: 'planning',
}

/** Two groups, the second on top of the first, and two criteria, one of them without a command. */
export const PLAN: Plan = {
  criteria: [
    { text: 'tests pass', command: 'npm test', source: 'plan' },
    { text: 'it is documented', command: null, source: 'plan' },
  ],
  groups: [G1, G2].map((id) => ({
    id,
    title: id,
    why: '',
    dependsOn: id === G2 ? [G1] : [],
    touches: null,
    releaseChecks: [],
    tasks: [],
  })),
}

export function runGroup(id: GroupId, changes: Partial<GroupState>): GroupState {
  return { ...createGroupState({ runId: '20260101-000000' as RunId, groupId: id, headBranch: null }), ...changes }
}

export function evidenceOf(
  criterion: string,
  verdict: CriterionEvidence['verdict'],
  commit: CommitSha,
): CriterionEvidence {
  const judged = { exitCode: null, looks: verdict === 'inconclusive' ? MAX_LOOKS - 1 : MAX_LOOKS }
  return { criterion, command: null, verdict, evidence: 'x', durationMs: null, ...judged, commit, at: NOW }
}

const STAGES: readonly Partial<GroupState>[] = [{}, { block: BLOCK }, { stage: 'merged' }, { stage: 'done' }]

const RESULTS: readonly (readonly CriterionEvidence['verdict'][])[] = [
  [],
  ['confirmed'],
  ['confirmed', 'confirmed'],
  ['confirmed', 'refuted'],
  ['confirmed', 'inconclusive'],
]

const LAST_WORDS = [
  { followedUp: false, isRepeat: false },
  { followedUp: true, isRepeat: false },
  { followedUp: false, isRepeat: true },
] as const

const VERIFICATIONS: readonly (Verification | null)[] = [
  null,
  ...[1, SMALL_POLICY.maxVerificationRounds].flatMap((round) =>
    [HEAD, OTHER].flatMap((commit) =>
      LAST_WORDS.flatMap((words) =>
        RESULTS.map((verdicts) => ({
          round,
          commit,
          ...words,
          results: verdicts.map((verdict, index) => evidenceOf(PLAN.criteria[index]?.text ?? '', verdict, commit)),
        })),
      ),
    ),
  ),
]

const LASTS: readonly Partial<RunAttempt>[] = [
  { last: null },
  { last: { kind: 'completed', report: null } },
  { last: { kind: 'interrupted' } },
  { last: { kind: 'refused', resetsAt: null, why: 'x' } },
  { last: { kind: 'cut_off', by: 'turns' }, invalid: SMALL_POLICY.maxPlanAttempts },
  { last: { kind: 'failed', failure: 'x', why: 'no network', retryable: true }, failures: 1, lastEndedAt: NOW },
  {
    last: { kind: 'failed', failure: 'x', why: 'no network', retryable: true },
    failures: SMALL_POLICY.maxSessionFailures + 1,
  },
  { last: { kind: 'failed', failure: 'x', why: 'bad key', retryable: false }, failures: 1 },
]

const ATTEMPTS: readonly (RunAttempt | null)[] = [
  null,
  ...(
    [
      ['plan', 'plan'],
      ['plan-update', 'message:1'],
      ['plan-update', 'verification:1'],
      ['verify', HEAD],
    ] as const
  ).flatMap(([kind, subject]) =>
    LASTS.map((last) => ({
      kind,
      subject,
      conversationId: null,
      sessions: 1,
      failures: 0,
      invalid: 0,
      lastProblem: null,
      last: null,
      output: null,
      lastEndedAt: null,
      ...last,
    })),
  ),
]

const SESSION = { outcome: 'completed', turns: 1, costUsd: 5 } as SessionRecord
const LIMITS: readonly Partial<RunState>[] = [
  {},
  { options: { ...RUN.options, maxSessions: 1 }, sessions: [SESSION] },
  { options: { ...RUN.options, maxCostUsd: 5 }, sessions: [SESSION] },
  { usageLimitUntil: NOW + 1, usageLimitWaits: 1 },
  { usageLimitUntil: NOW - 1, usageLimitWaits: SMALL_POLICY.usageLimitMaxWaits + 1 },
]

export function runSituations(visit: (o: RunObservation) => void): number {
  return forEachCombination(
    {
      plan: [null, PLAN],
      first: STAGES,
      second: STAGES,
      messages: [[], ['use tabs']] as readonly (readonly string[])[],
      verification: VERIFICATIONS,
      attempt: ATTEMPTS,
      limits: LIMITS,
      verify: [true, false],
    },
    ({ plan, first, second, messages, verification, attempt, limits, verify }) => {
      const state = { ...RUN, ...limits }
      visit({
        now: NOW,
        policy: SMALL_POLICY,
        target: HEAD,
        state: {
          ...state,
          options: { ...state.options, verify },
          plan,
          groups: { [G1]: runGroup1(first), [G2]: runGroup2(second) },
          messages,
          verification,
          attempt,
        },
      })
    },
  )
}

const runGroup1 = remembered(G1)
const runGroup2 = remembered(G2)

function remembered(id: GroupId): (changes: Partial<GroupState>) => GroupState {
  const made = new Map(STAGES.map((changes) => [changes, runGroup(id, changes)]))
  return (changes) => made.get(changes) ?? runGroup(id, changes)
}
