/**
 * A world small enough that all of it can be explored: one repository, one branch, one pull request. Immutable; the ports
 * beside this file replace it as the engine acts. It keeps the truth, with which every act is judged.
 */

import { createGroupState } from '../../../src/domain/group-state.ts'
import type { GroupId, RunId, TaskId } from '../../../src/domain/ids.ts'
import type { Remark, ReviewThread } from '../../../src/domain/observation.ts'
import type { PrGroup } from '../../../src/domain/plan.ts'
import { DEFAULT_POLICY, type Policy } from '../../../src/domain/policy.ts'
import type { RunOptions, RunState } from '../../../src/domain/run.ts'
import { initialState } from '../../../src/operations/initial-state.ts'
import { type CommitGraph, ROOT } from './commit-graph.ts'

export type Ci = 'green' | 'red' | 'red_here_too' | 'infrastructure' | 'pending' | 'none_yet' | 'none_configured'

export type SmallPr = {
  readonly number: number
  readonly state: 'open' | 'merged' | 'closed'
  readonly base: 'main' | 'other'
  readonly draft: boolean
  /** The commit it shows; an old one while the forge has not noticed a push. */
  readonly head: number
  readonly headSince: number
  readonly ci: Ci
  readonly conflicts: boolean
  readonly behind: boolean
  readonly scheduled: boolean
  readonly mergeCommit: number | null
  readonly threads: readonly ReviewThread[]
  readonly changeRequests: readonly Remark[]
}

export type SmallWorld = {
  readonly now: number
  readonly commits: CommitGraph
  /** Pieces of work that anybody made. */
  readonly work: number
  readonly target: number
  readonly local: { readonly head: number; readonly dirty: boolean; readonly operation: boolean } | null
  /** Where the branch was left behind with commits that were not shipped. */
  readonly kept: number | null
  readonly pushed: number | null
  readonly prs: readonly SmallPr[]
  /** Outcome of the project's own checks by commit. */
  readonly gates: Readonly<Record<number, 'passed' | 'failed'>>
  /** Commits that lack a test which was there before. */
  readonly lackTest: readonly number[]
  /** A second look, or a person who was told, let that go. */
  readonly letGo: boolean
  /** Two commits that git cannot join by itself. */
  readonly clash: readonly [number, number] | null
  /** Moves of other people and crashes that may still come. */
  readonly movesLeft: number
  readonly crashesLeft: number
  /** What a killed session had answered. */
  readonly answered: unknown
  readonly merges: number
  /** The commit for which a person said by force, when asked, that no check will report. */
  readonly acceptedWithoutChecks: number | null
  /** Pull requests that a person closed and, when asked, gave up by force. */
  readonly givenUp: readonly number[]
  /** Keys of the replies given: one each. */
  readonly replies: readonly string[]
  readonly state: RunState
}

/** Every bound as small as it can be and still be met from both sides. */
export const SMALL_POLICY: Policy = {
  ...DEFAULT_POLICY,
  maxCiFixes: 1,
  maxReruns: 2,
  flakeReruns: 1,
  maxConflicts: 1,
  maxSyncs: 1,
  maxReviewRounds: 2,
  maxUndelivered: 1,
  maxFinishes: 1,
  maxGateFixes: 1,
  maxIntegrityFixes: 1,
  maxCutOffs: 1,
  maxSessionFailures: 1,
  maxUnknowns: 1,
  maxMergeRefusals: 1,
  maxPlanAttempts: 1,
  maxVerificationRounds: 2,
  backoffBaseMs: 1,
  backoffCapMs: 1,
  ciDeadlineMs: 3,
  scheduleDeadlineMs: 3,
  redBaseWaitMs: 3,
  noChecksGraceMs: 2,
  reviewQuietMs: 2,
  usageLimitDefaultWaitMs: 2,
  usageLimitMaxWaits: 1,
  usageLimitMaxWaitMs: 4,
}

export const GROUP = 'g1' as GroupId

const OPTIONS: RunOptions = {
  model: 'opus',
  autoMerge: true,
  maxSessions: null,
  maxPrs: null,
  pauseOnPr: false,
  prPerTask: false,
  branch: null,
  targetBranch: 'main',
  sessionBudgetUsd: null,
  maxCostUsd: null,
  criteria: [],
  verify: false,
  logLevel: 'quiet',
  sandbox: 'off',
  forge: 'local',
  mergeMethod: null,
  admin: false,
  syncBeforeMerge: false,
  draft: false,
}

export function createSmallWorld(request: {
  tasks: number
  options: Partial<RunOptions>
  moves: number
  crashes: number
}): SmallWorld {
  const runId = '20260101-000000' as RunId
  const options = { ...OPTIONS, ...request.options }
  return {
    now: 0,
    commits: ROOT,
    work: 0,
    target: 0,
    local: null,
    kept: null,
    pushed: null,
    prs: [],
    gates: {},
    lackTest: [],
    letGo: false,
    clash: null,
    movesLeft: request.moves,
    crashesLeft: request.crashes,
    answered: null,
    merges: 0,
    acceptedWithoutChecks: null,
    givenUp: [],
    replies: [],
    state: {
      ...initialState(runId, 'Explore', options, 0),
      status: 'working',
      plan: { criteria: [], groups: [groupOf(request.tasks)] },
      groups: { [GROUP]: createGroupState({ runId, groupId: GROUP, headBranch: null }) },
    },
  }
}

function groupOf(tasks: number): PrGroup {
  return {
    id: GROUP,
    title: 'Explore',
    why: '',
    dependsOn: [],
    touches: null,
    releaseChecks: [],
    tasks: Array.from({ length: tasks }, (_, index) => ({
      id: `t${index + 1}` as TaskId,
      title: `Task ${index + 1}`,
      details: '',
      complexity: 'coding',
    })),
  }
}

export function newestPr({ prs }: SmallWorld): SmallPr | null {
  return prs.at(-1) ?? null
}

export function withPr(world: SmallWorld, changes: Partial<SmallPr>): SmallWorld {
  const last = newestPr(world)
  return last === null ? world : { ...world, prs: [...world.prs.slice(0, -1), { ...last, ...changes }] }
}
