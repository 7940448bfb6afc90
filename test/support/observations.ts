/** Observations of a PR group for tests of the rules: a healthy group in a known place, with what the test changes. */

import { createGroupState } from '../../src/domain/group-state.ts'
import type { CommitSha, GroupId, PrNumber, RunId, TaskId } from '../../src/domain/ids.ts'
import { FRESH_GUARD, type Guard } from '../../src/domain/integrity/finding.ts'
import type {
  Check,
  GroupObservation,
  KnownReviews,
  PresentWorkspace,
  PrSnapshot,
  Remark,
  ReviewThread,
  WorkspaceObservation,
} from '../../src/domain/observation.ts'
import type { PrGroup } from '../../src/domain/plan.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'
import type {
  Attempt,
  Finding,
  GateRecord,
  GroupState,
  SessionOutcome,
  TaskEvidence,
  WorkReport,
} from '../../src/domain/run.ts'

export const BASE = sha('b')
export const HEAD = sha('a')
export const OTHER = sha('c')
export const NOW = 1_000_000_000
/** Digest of what the PR should say. */
export const TEXT = 'text'
export const OPTIONS: GroupObservation['options'] = {
  autoMerge: true,
  pauseOnPr: false,
  admin: false,
  syncBeforeMerge: false,
  draft: false,
  targetBranch: 'main',
}

export function sha(digit: string): CommitSha {
  return digit.repeat(40) as CommitSha
}

export function group(tasks = 1): PrGroup {
  return {
    id: 'g1' as GroupId,
    title: 'Add factorial',
    why: '',
    dependsOn: [],
    touches: null,
    releaseChecks: [],
    tasks: Array.from({ length: tasks }, (_, index) => ({
      id: `t${index + 1}` as TaskId,
      title: `Task ${index + 1}`,
      details: '',
      complexity: 'coding' as const,
    })),
  }
}

export function groupState(changes: Partial<GroupState> = {}): GroupState {
  const fresh = createGroupState({ runId: '20260101-000000' as RunId, groupId: 'g1' as GroupId, headBranch: null })
  return { ...fresh, stage: 'working', base: BASE, prText: TEXT, guard: guard(), ...changes }
}

/** The newest commit was looked at and nothing was found. */
export function guard(changes: Partial<Guard> = {}): Guard {
  return { ...FRESH_GUARD, look: { since: BASE, commit: HEAD, findings: [], at: NOW }, ...changes }
}

export function present(changes: Partial<PresentWorkspace> = {}): WorkspaceObservation {
  return { kind: 'present', head: HEAD, tree: 'clean', leftovers: [], ahead: 1, operationInProgress: false, ...changes }
}

export function evidence(): TaskEvidence {
  return { at: NOW, commit: HEAD, how: 'committed', summary: '' }
}

export function gate(changes: Partial<GateRecord> = {}): GateRecord {
  return { commit: HEAD, outcome: 'passed', checks: [], durationMs: 100, at: NOW, ...changes }
}

export function report(changes: Partial<WorkReport> = {}): SessionOutcome {
  return {
    kind: 'completed',
    report: { outcome: 'done', summary: '', learnings: [], blockedReason: null, explanations: [], ...changes },
  }
}

export function attempt(changes: Partial<Attempt> = {}): Attempt {
  return {
    purpose: 'task',
    subject: 't1',
    startHead: BASE,
    sessionHead: BASE,
    sessions: 1,
    failures: 0,
    cutOffs: 0,
    undelivered: 0,
    finishes: 0,
    gateFixes: 0,
    last: report(),
    lastKind: 'work',
    lastEndedAt: NOW,
    confirmation: null,
    ...changes,
  }
}

export function check(changes: Partial<Check> = {}): Check {
  return {
    name: 'test',
    status: 'passed',
    required: true,
    description: '',
    cause: 'code',
    onBase: 'unknown',
    canRerun: false,
    url: null,
    ...changes,
  }
}

/** A remark of a trusted person. */
export function remark(changes: Partial<Remark> = {}): Remark {
  return {
    id: 'R1',
    author: 'ann',
    isBot: false,
    trusted: true,
    ours: false,
    body: 'use const',
    at: NOW,
    url: null,
    ...changes,
  }
}

export function thread(changes: Partial<ReviewThread> = {}): ReviewThread {
  return { id: 'T1', resolved: false, outdated: false, path: 'src/a.ts', line: 3, remarks: [remark()], ...changes }
}

/** Nobody said anything. */
export function known(changes: Partial<KnownReviews> = {}): KnownReviews {
  return {
    kind: 'known',
    threads: [],
    threadsComplete: true,
    changeRequests: [],
    reviewersComplete: true,
    comments: [],
    commentsComplete: true,
    botsExpected: false,
    ...changes,
  }
}

export function finding(changes: Partial<Finding> = {}): Finding {
  return {
    kind: 'thread',
    id: 'T1',
    remark: 'R1',
    author: 'ann',
    isBot: false,
    path: 'src/a.ts',
    digest: 'use const',
    action: 'fixed',
    message: 'done',
    at: NOW,
    ...changes,
  }
}

export function pr(changes: Partial<PrSnapshot> = {}): PrSnapshot {
  return {
    number: 1 as PrNumber,
    url: 'local:#1',
    title: 'Add factorial',
    author: 'dev',
    state: 'open',
    draft: false,
    headBranch: 'claudetm/20260101-000000/g1',
    head: HEAD,
    isFromFork: false,
    baseBranch: 'main',
    mergeCommit: null,
    mergeability: 'clean',
    behind: false,
    mustBeUpToDate: false,
    awaits: [],
    checks: { kind: 'reported', head: HEAD, complete: true, items: [check()] },
    reviews: known(),
    mergeScheduled: null,
    canSchedule: null,
    headSince: NOW,
    ...changes,
  }
}

/** Everything done, pushed, green: the merge is next. */
export function observation(changes: Partial<GroupObservation> = {}): GroupObservation {
  return {
    now: NOW,
    group: group(),
    state: groupState({ gate: gate(), pr: { number: 1 as PrNumber, url: 'local:#1' } }),
    done: { t1: evidence() },
    workspace: present(),
    pushed: { kind: 'known', head: HEAD },
    foreign: null,
    pr: { kind: 'pr', pr: pr() },
    prText: TEXT,
    budget: { sessionsLeft: null, costLeftUsd: null, usageLimitUntil: null, usageLimitWaits: 0 },
    options: OPTIONS,
    policy: DEFAULT_POLICY,
    gateDurationMs: 100,
    ...changes,
  }
}

/** The first task is open and nothing is on the forge. */
export function working(changes: Partial<GroupObservation> = {}, state: Partial<GroupState> = {}): GroupObservation {
  return observation({
    state: groupState(state),
    done: {},
    workspace: present({ head: BASE, ahead: 0 }),
    pushed: { kind: 'known', head: null },
    pr: { kind: 'none' },
    ...changes,
  })
}
