/** A run half-way: one pull request merged, one at work, one to come. And a state directory that holds it. */
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { hostname, tmpdir } from 'node:os'
import { join } from 'node:path'
import type { RunEvent, RunEventBody } from '../../src/domain/events.ts'
import { createGroupState } from '../../src/domain/group-state.ts'
import type { CommitSha, ConversationId, GroupId, PrNumber, RunId, SessionId, TaskId } from '../../src/domain/ids.ts'
import type { PrGroup } from '../../src/domain/plan.ts'
import type { GroupState, RunOptions, RunState, SessionRecord } from '../../src/domain/run.ts'
import { initialState } from '../../src/operations/initial-state.ts'
import { createStateDirStore } from '../../src/store/state-dir/state-dir-store.ts'
import type { RunLock, Store } from '../../src/store/store.ts'

export const RUN_ID = '20260102-030405' as RunId
export const STARTED_AT = new Date(2026, 0, 2, 3, 4, 5).getTime()
export const COMMIT = 'a'.repeat(40) as CommitSha
export const SESSION_ID = '22222222-2222-4222-8222-222222222222' as SessionId

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
  maxCostUsd: 20,
  criteria: [],
  verify: true,
  logLevel: 'normal',
  sandbox: 'auto',
  forge: 'local',
  mergeMethod: null,
  admin: false,
  syncBeforeMerge: false,
  draft: false,
}

export function sampleRun(changes: Partial<RunState> = {}): RunState {
  return {
    ...initialState(RUN_ID, 'Add a login form', OPTIONS, STARTED_AT),
    status: 'working',
    plan: {
      criteria: [{ text: 'npm test passes', command: 'npm test', source: 'plan' }],
      groups: [
        group('g1', 'Add the session store', [['t1', 'Write the store']]),
        group('g2', 'Add the form', [
          ['t2', 'Draw the form'],
          ['t3', 'Check the password'],
        ]),
        group('g3', 'Write the manual', [['t4', 'Describe the login']]),
      ],
    },
    tasks: Object.fromEntries(['t1', 't2'].map((id) => [id, evidence()])),
    groups: {
      ['g1' as GroupId]: groupState('g1', {
        stage: 'done',
        pr: { number: 1 as PrNumber, url: 'local:1' },
        merged: { commit: COMMIT, head: COMMIT, at: STARTED_AT },
      }),
      ['g2' as GroupId]: groupState('g2', { stage: 'working', base: COMMIT }),
      ['g3' as GroupId]: groupState('g3', {}),
    },
    sessions: [session({ costUsd: 1.25, outcome: 'completed', endedAt: STARTED_AT })],
    ...changes,
  }
}

function group(id: string, title: string, tasks: readonly (readonly [string, string])[]): PrGroup {
  return {
    id: id as GroupId,
    title,
    why: '',
    dependsOn: [],
    touches: null,
    releaseChecks: [],
    tasks: tasks.map(([taskId, text]) => ({ id: taskId as TaskId, title: text, details: '', complexity: 'coding' })),
  }
}

export function groupState(id: string, changes: Partial<GroupState>): GroupState {
  return { ...createGroupState({ runId: RUN_ID, groupId: id as GroupId, headBranch: null }), ...changes }
}

function evidence() {
  return { at: STARTED_AT, commit: COMMIT, how: 'committed' as const, summary: '' }
}

function session(changes: Partial<SessionRecord>): SessionRecord {
  return {
    id: SESSION_ID,
    kind: 'work',
    groupId: 'g1' as GroupId,
    taskId: 't1' as TaskId,
    conversationId: SESSION_ID as string as ConversationId,
    cwd: '/somewhere',
    model: 'claude-opus',
    startedAt: STARTED_AT,
    endedAt: null,
    outcome: 'running',
    reservedUsd: null,
    costUsd: 0,
    usage: {},
    turns: 3,
    ...changes,
  }
}

export function eventAt(seconds: number, body: RunEventBody): RunEvent {
  return { ...body, seq: seconds, at: STARTED_AT + seconds * 1000, runId: RUN_ID }
}

export type TestProject = {
  readonly directory: string
  readonly stateDirectory: string
  readonly store: Store
  /** Writes the run down as its owner; the lock is given back unless it is asked for. */
  put(state: RunState): Promise<void>
  own(): Promise<RunLock>
  cleanup(): Promise<void>
}

/** A directory that looks like the top of a checkout. */
export async function createProject(): Promise<TestProject> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-cli-')))
  await mkdir(join(directory, '.git'))
  const stateDirectory = join(directory, '.claude-task-master')
  const store = createStateDirStore({
    directory: stateDirectory,
    now: () => STARTED_AT,
    host: hostname(),
    pid: process.pid,
  })
  return {
    directory,
    stateDirectory,
    store,
    own: () => store.acquire(),
    cleanup: () => rm(directory, { recursive: true, force: true }),
    async put(state) {
      const lock = await store.acquire()
      const saved = await store.save(lock, state)
      await store.writeDocument(lock, 'plan.md', '## Task List\n- [ ] a \u001b[31mred\u001b[0m task\n')
      for (const number of [1, 2, 3]) {
        await store.append(lock, saved.runId, { type: 'warning', message: `line ${number}` })
      }
      await lock.release()
    },
  }
}
