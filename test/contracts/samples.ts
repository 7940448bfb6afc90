/** A run in the middle of its life, with every optional part filled in, and other things a store keeps. */
import type { CommitSha, ConversationId, GroupId, PrNumber, RunId, SessionId, TaskId } from '../../src/domain/ids.ts'
import type { GroupState, RunState } from '../../src/domain/run.ts'
import type { RunSummary } from '../../src/store/store.ts'

export const RUN = '20260102-030405' as RunId
const GROUP = 'g1' as GroupId
const TASK = 't1' as TaskId
const COMMIT = 'c'.repeat(40) as CommitSha
const CONVERSATION = '11111111-1111-4111-8111-111111111111' as ConversationId
const AT = 1_767_322_000_000

const group: GroupState = {
  stage: 'waiting_ci',
  branch: `claudetm/${RUN}/g1`,
  headBranch: 'feature',
  base: COMMIT,
  pr: { number: 7 as PrNumber, url: 'local:7' },
  abandonedPr: 6 as PrNumber,
  prPauseDone: true,
  historyRewritten: false,
  pendingReplies: [{ id: 'thread 1', action: 'fixed', message: 'done — “like this”' }],
  green: { head: COMMIT, at: AT },
  noChecksAcceptedFor: COMMIT,
  counters: {
    ciFixes: 1,
    reruns: 0,
    conflicts: 0,
    reviewRounds: 2,
    mergeRefusals: 0,
    openFailures: 0,
    pushFailures: 0,
  },
  conversation: { id: CONVERSATION, model: 'opus', contextTokens: 12_000 },
  attempt: {
    purpose: 'fix-ci',
    subject: COMMIT,
    startHead: COMMIT,
    sessionHead: COMMIT,
    sessions: 2,
    failures: 0,
    cutOffs: 1,
    undelivered: 0,
    finishes: 0,
    gateFixes: 0,
    last: { kind: 'cut_off', by: 'turns' },
    lastKind: 'fix-ci',
    lastEndedAt: AT,
    confirmation: { verdict: 'inconclusive', evidence: '' },
  },
  gate: {
    commit: COMMIT,
    outcome: 'failed',
    checks: [{ name: 'test', command: 'npm test', exitCode: null, timedOut: true, durationMs: 12.5, tail: 'a\nb' }],
    durationMs: 13,
    at: AT,
  },
  acts: [{ key: `push:${COMMIT}`, kind: 'push', intendedAt: AT, doneAt: null, detail: '' }],
  unknowns: 0,
  merged: { commit: COMMIT, head: COMMIT, at: AT },
  emptyAt: null,
  waitingSince: AT,
  block: { cause: 'red', tried: null, command: 'claudetm resume --force', at: AT },
}

export function sampleState(changes: Partial<RunState> = {}): RunState {
  return {
    schemaVersion: 1,
    revision: 0,
    runId: RUN,
    goal: 'Add a thing\nwith “quotes” and \u0000 and 🦀',
    status: 'working',
    reason: null,
    options: {
      model: 'opus',
      autoMerge: true,
      maxSessions: 10,
      maxPrs: null,
      pauseOnPr: false,
      prPerTask: false,
      branch: null,
      targetBranch: 'main',
      sessionBudgetUsd: 1.5,
      maxCostUsd: null,
      criteria: ['it works'],
      verify: true,
      logLevel: 'verbose',
      sandbox: 'auto',
      forge: 'local',
    },
    createdAt: AT,
    updatedAt: AT,
    plan: {
      criteria: [{ text: 'it works', command: 'npm test', source: 'user' }],
      groups: [
        {
          id: GROUP,
          title: 'A thing',
          why: '',
          dependsOn: [],
          touches: ['src/**'],
          releaseChecks: [],
          tasks: [
            { id: TASK, title: 'one', details: '', complexity: 'coding' },
            { id: 't2' as TaskId, title: 'two', details: 'more\nlines', complexity: 'quick' },
          ],
        },
      ],
    },
    planFileDigest: 'abc',
    planFileTicked: [TASK],
    nextTaskNumber: 3,
    nextGroupNumber: 2,
    tasks: { [TASK]: { at: AT, commit: COMMIT, how: 'committed', summary: 'did it' } },
    groups: { [GROUP]: group },
    sessions: [
      {
        id: '22222222-2222-4222-8222-222222222222' as SessionId,
        kind: 'work',
        groupId: GROUP,
        taskId: TASK,
        conversationId: CONVERSATION,
        cwd: '/somewhere',
        model: 'opus',
        startedAt: AT,
        endedAt: null,
        outcome: 'running',
        reservedUsd: 1,
        costUsd: 0.25,
        usage: { opus: { inputTokens: 1, outputTokens: 2, cacheReadTokens: 3, cacheWriteTokens: 4 } },
        turns: 3,
      },
    ],
    learnings: ['tests run with vitest'],
    messages: ['also this'],
    attempt: {
      kind: 'verify',
      subject: COMMIT,
      conversationId: null,
      sessions: 1,
      failures: 1,
      invalid: 0,
      lastProblem: 'no answer',
      last: { kind: 'failed', failure: 'agent_network', why: 'reset', retryable: true },
      output: { anything: [1, null, 'x'] },
      lastEndedAt: AT,
    },
    verification: {
      round: 1,
      commit: COMMIT,
      followedUp: false,
      results: [
        {
          criterion: 'it works',
          command: null,
          verdict: 'confirmed',
          evidence: 'seen',
          durationMs: null,
          commit: COMMIT,
          at: AT,
        },
      ],
    },
    verifiedAt: null,
    usageLimitUntil: AT,
    usageLimitWaits: 1,
    block: null,
    capsSince: { costUsd: 0, sessions: 0 },
    ...changes,
  }
}

export function sampleSummary(changes: Partial<RunSummary> = {}): RunSummary {
  return {
    runId: RUN,
    goal: 'Add a thing',
    status: 'success',
    reason: null,
    createdAt: AT,
    endedAt: AT + 1,
    tasksDone: 2,
    tasksTotal: 2,
    sessions: 3,
    costUsd: 1.25,
    merged: [{ title: 'A thing', pr: 7, commit: COMMIT }],
    log: 'run.txt',
    ...changes,
  }
}
