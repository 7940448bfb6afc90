import { describe, expect, it, test } from 'vitest'
import type { RunEvent, RunEventBody } from '../../src/domain/events.ts'
import type { CommitSha, GroupId, PrNumber, RunId, SessionId, TaskId } from '../../src/domain/ids.ts'
import { toMessage } from '../../src/notify/event/message.ts'
import { type Notification, WEBHOOK_EVENTS } from '../../src/notify/event/notification.ts'
import type { RunFacts } from '../../src/notify/event/run-facts.ts'
import { advanceStory, NO_STORY, type Story } from '../../src/notify/event/story.ts'
import { toNotification } from '../../src/notify/event/to-notification.ts'

const RUN = '20260102-030405' as RunId
const AT = Date.UTC(2026, 0, 2, 3, 4, 5, 678)
const G1 = 'g1' as GroupId
const [T1, T2] = ['t1' as TaskId, 't2' as TaskId]
const S1 = 'session-1' as SessionId
const COMMIT = 'c'.repeat(40) as CommitSha
const PR = {
  type: 'pr.created',
  groupId: G1,
  number: 7 as PrNumber,
  url: 'https://github.com/ann/tiny/pull/7',
  title: 'Say hello',
  branch: 'hello',
  base: 'main',
} as const
const MERGED = {
  type: 'pr.merged',
  groupId: G1,
  number: PR.number,
  url: PR.url,
  commit: COMMIT,
  by: 'us',
} as const
const STARTED = {
  type: 'session.started',
  sessionId: S1,
  kind: 'work',
  groupId: G1,
  taskId: T2,
  model: 'opus',
  effort: 'max',
  continues: false,
  number: 4,
} as const
const TASK = { type: 'task.started', groupId: G1, taskId: T2, title: 'Write b' } as const
const COMPLETED = {
  type: 'session.completed',
  sessionId: S1,
  kind: 'work',
  groupId: G1,
  taskId: T2,
  outcome: 'completed',
  detail: '',
  costUsd: 1,
  inputTokens: 100,
  outputTokens: 20,
  turns: 3,
  durationMs: 12_000,
} as const

const facts: RunFacts = {
  goal: 'Say hello',
  workingDirectory: '/home/ann/tiny',
  targetBranch: 'main',
  maxSessions: 9,
  autoMerge: true,
  prPerTask: false,
  tasks: [
    { id: T1, title: 'Write a', done: true },
    { id: T2, title: 'Write b', done: false },
  ],
  groups: { [G1]: { title: 'Greetings', headBranch: 'hello', tasks: 2, pr: { number: 7, url: PR.url } } },
}

function event(body: RunEventBody, seq = 1, at = AT): RunEvent {
  return { seq, at, runId: RUN, ...body }
}

/** A second apart. */
function tell(...bodies: RunEventBody[]): readonly (Notification | null)[] {
  let story: Story = NO_STORY
  return bodies.map((body, index) => {
    const now = event(body, index + 1, AT + index * 1_000)
    const told = toNotification(now, { story, facts })
    story = advanceStory(story, now)
    return told
  })
}

const PLACE = { branch: 'hello', pr_group: 'Greetings' }
const PULL = { pr_number: 7, pr_url: PR.url, branch: 'hello', repository: 'ann/tiny' }
const SESSION = {
  session_number: 4,
  max_sessions: 9,
  task_index: 1,
  task_description: 'Write b',
  phase: 'working',
}

describe('each of the 13 events, from what happened', () => {
  const rows: Record<Notification['event'], { before?: RunEventBody[]; happened: RunEventBody; fields: object }> = {
    'run.started': {
      happened: {
        type: 'run.started',
        goal: 'Say hello',
        resumed: true,
        protection: '',
        account: '',
        targetBranch: 'main',
        forge: 'local',
      },
      fields: {
        goal: 'Say hello',
        working_directory: '/home/ann/tiny',
        max_sessions: 9,
        auto_merge: true,
        pr_mode: 'per-group',
        resumed: true,
      },
    },
    'run.completed': {
      before: [PR, { type: 'run.status', from: 'working', to: 'blocked', reason: 'red' }],
      happened: {
        type: 'run.completed',
        result: 'blocked',
        exitCode: 1,
        reason: 'red',
        tasksDone: 1,
        tasksTotal: 2,
        sessions: 5,
        prsMerged: 0,
        costUsd: 3,
        durationMs: 90_500,
      },
      fields: {
        goal: 'Say hello',
        result: 'blocked',
        exit_code: 1,
        total_tasks: 2,
        completed_tasks: 1,
        total_sessions: 5,
        duration_seconds: 90.5,
        prs_created: 1,
        prs_merged: 0,
        final_status: 'blocked',
        error_message: 'red',
      },
    },
    'status.changed': {
      before: [STARTED],
      happened: { type: 'run.status', from: 'working', to: 'paused', reason: 'lunch' },
      fields: { previous_status: 'working', new_status: 'paused', reason: 'lunch', task_index: 1, session_number: 4 },
    },
    'session.started': { happened: STARTED, fields: SESSION },
    'session.completed': {
      before: [
        STARTED,
        { type: 'agent.activity', sessionId: S1, tool: 'Bash', text: 'ls', subagent: null },
        { type: 'agent.activity', sessionId: S1, tool: null, text: 'well', subagent: null },
        { type: 'agent.activity', sessionId: S1, tool: 'Edit', text: 'a.ts', subagent: null },
      ],
      happened: COMPLETED,
      fields: { ...SESSION, duration_seconds: 12, result: 'completed', tools_used: 2, tokens_used: 120 },
    },
    'task.started': {
      happened: TASK,
      fields: { ...PLACE, task_index: 1, task_description: 'Write b', total_tasks: 2 },
    },
    'task.completed': {
      before: [TASK],
      happened: {
        type: 'task.completed',
        groupId: G1,
        taskId: T2,
        title: 'Write b',
        commit: COMMIT,
        how: 'committed',
        tasksDone: 2,
        tasksTotal: 2,
      },
      fields: {
        ...PLACE,
        task_index: 1,
        task_description: 'Write b',
        total_tasks: 2,
        completed_tasks: 2,
        duration_seconds: 1,
        commit_hash: COMMIT,
      },
    },
    'task.failed': {
      before: [TASK],
      happened: { type: 'blocked', groupId: G1, cause: 'no commit', tried: '3 times', command: 'claudetm resume' },
      fields: {
        ...PLACE,
        task_index: 1,
        task_description: 'Write b',
        error_message: 'no commit',
        error_type: 'blocked',
        duration_seconds: 1,
        recoverable: true,
      },
    },
    'pr.created': {
      happened: PR,
      fields: { ...PULL, pr_title: 'Say hello', base_branch: 'main', tasks_included: 2, pr_group: 'Greetings' },
    },
    'pr.merged': {
      before: [PR],
      happened: MERGED,
      fields: {
        ...PULL,
        pr_title: 'Say hello',
        base_branch: 'main',
        merge_commit_hash: COMMIT,
        merged_at: '2026-01-02T03:04:06.678000+00:00',
        pr_group: 'Greetings',
        auto_merged: true,
      },
    },
    'ci.passed': {
      before: [PR, { type: 'pushed', groupId: G1, commit: COMMIT, branch: 'hello', to: 'origin', forced: false }],
      happened: { type: 'ci.passed', groupId: G1, head: COMMIT },
      fields: { ...PULL, check_name: null, check_url: null, duration_seconds: 1 },
    },
    'ci.failed': {
      happened: { type: 'ci.failed', groupId: G1, head: COMMIT, checks: ['test', 'lint'] },
      fields: {
        ...PULL,
        check_name: null,
        check_url: null,
        duration_seconds: null,
        failure_reason: 'failed: test, lint',
        failure_log: null,
        recoverable: true,
      },
    },
    'plan.updated': {
      happened: {
        type: 'plan.updated',
        source: 'message',
        message: 'x'.repeat(600),
        added: 1,
        changed: 2,
        removed: 3,
        reopened: 1,
        tasksDone: 4,
        tasksTotal: 6,
      },
      fields: {
        update_source: 'mailbox',
        message: 'x'.repeat(500),
        tasks_added: 1,
        tasks_modified: 3,
        tasks_removed: 3,
        total_tasks: 6,
        completed_tasks: 4,
      },
    },
  }

  test.each(Object.entries(rows))('%s', (name, { before = [], happened, fields }) => {
    expect(tell(...before, happened).at(-1)).toEqual({ event: name, fields })
  })

  test('there is a row for every one', () => {
    expect(Object.keys(rows).sort()).toEqual([...WEBHOOK_EVENTS].sort())
  })
})

describe('what is told', () => {
  it('a plan that is there is a change of status', () => {
    expect(tell({ type: 'plan.created', criteria: 1, groups: 1, tasks: 2 })).toEqual([
      {
        event: 'status.changed',
        fields: { previous_status: 'planning', new_status: 'working', reason: null, task_index: 1, session_number: 0 },
      },
    ])
  })

  it('a pull request is opened once and merged once, however often it is said', () => {
    expect(tell(PR, PR, MERGED, MERGED).map((told) => told?.event ?? null)).toEqual([
      'pr.created',
      null,
      'pr.merged',
      null,
    ])
  })

  it('one that existed before the run is known from the state', () => {
    expect(tell({ ...MERGED, by: 'somebody_else' })[0]).toMatchObject({
      fields: { ...PULL, pr_title: 'Greetings', base_branch: 'main', auto_merged: false },
    })
  })

  it('a session that was cut short by a kill ends like any other', () => {
    const recovered = { ...COMPLETED, type: 'session.recovered', outcome: 'interrupted' } as const
    expect(tell(STARTED, recovered)[1]).toEqual({
      event: 'session.completed',
      fields: { ...SESSION, duration_seconds: null, result: 'skipped', tools_used: 0, tokens_used: null },
    })
  })

  it.each([
    ['completed', 'completed'],
    ['cut_off', 'failed'],
    ['failed', 'failed'],
    ['refused', 'skipped'],
    ['interrupted', 'skipped'],
  ] as const)('a session that is %s: %s', (outcome, result) => {
    expect(tell({ ...COMPLETED, outcome })[0]).toMatchObject({ fields: { result } })
  })

  it('a block outside of a task, and a block of the run, are no failed task', () => {
    const block = { type: 'blocked', cause: 'red', tried: null, command: '' } as const
    expect(tell({ ...block, groupId: G1 }, { ...block, groupId: null })).toEqual([null, null])
  })

  it('nothing of what is only for people who watch', () => {
    const quiet: RunEventBody[] = [
      { type: 'warning', message: 'x' },
      { type: 'agent.activity', sessionId: S1, tool: 'Bash', text: 'x', subagent: null },
      { type: 'group.stage', groupId: G1, from: 'pending', to: 'working', why: '' },
      { type: 'recovered', sessions: 0, processesEnded: 1, adopted: 0 },
    ]
    expect(tell(...quiet)).toEqual(quiet.map(() => null))
  })

  it.each([
    ['https://github.com/ann/tiny/pull/7', 'ann/tiny'],
    ['https://ghe.example/o/r/pull/1', 'o/r'],
    ['https://gitlab.com/a/b/c/-/merge_requests/3', 'a/b/c'],
    ['local:#1', null],
  ])('%s belongs to %s', (url, repository) => {
    expect(tell({ ...PR, url })[0]).toMatchObject({ fields: { repository } })
  })
})

describe('the envelope', () => {
  const told = tell(TASK)[0] as Notification
  const message = (change: Partial<{ seq: number; at: number; place: string; runId: RunId }> = {}) => {
    const { seq = 1, at = AT, place = '/a/.claude-task-master', runId = RUN } = change
    return toMessage(place, { ...event(TASK, seq, at), runId }, told)
  }

  it('is flat, in canonical form, byte for byte', () => {
    const { id, body } = message()
    expect(body).toBe(
      `{"branch":"hello","event_id":"${id}","event_type":"task.started","pr_group":"Greetings","run_id":"${RUN}","task_description":"Write b","task_index":1,"timestamp":"2026-01-02T03:04:05.678000+00:00","total_tasks":2}`,
    )
  })

  it('has an id like a random uuid that is the same whenever it is derived, and another one for anything else', () => {
    const { id } = message()
    expect(id).toMatch(/^[0-9a-f]{8}-[0-9a-f]{4}-4[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/)
    expect(message().id).toBe(id)
    const others = [
      message({ seq: 2 }),
      message({ at: AT + 1 }),
      message({ place: '/b' }),
      message({ runId: 'x' as RunId }),
    ]
    expect(new Set([id, ...others.map((other) => other.id)]).size).toBe(5)
  })

  it('leaves the fraction away when it is zero, as the original does', () => {
    expect(message({ at: AT - 678 }).body).toContain('"timestamp":"2026-01-02T03:04:05+00:00"')
  })
})
