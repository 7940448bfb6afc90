/** A run, a forge and a store in which every text that can come from outside is the same hostile one. */
import type { RunEvent } from '../../../src/domain/events.ts'
import type { GroupId, PrNumber } from '../../../src/domain/ids.ts'
import type { PrObservation, PrSnapshot } from '../../../src/domain/observation.ts'
import type { RunState } from '../../../src/domain/run.ts'
import type { Forge } from '../../../src/forge/forge.ts'
import type { Mailbox } from '../../../src/store/mailbox.ts'
import type { Store } from '../../../src/store/store.ts'
import { groupState, sampleRun } from '../../cli/sample-run.ts'
import { check, HEAD, known, pr, remark, thread } from '../../support/observations.ts'

export function hostileRun(text: string): RunState {
  const run = sampleRun()
  const block = { cause: text, tried: text, command: text, at: 0 }
  const groups = (run.plan?.groups ?? []).map((group) => ({
    ...group,
    title: text,
    why: text,
    tasks: group.tasks.map((task) => ({ ...task, title: text, details: text })),
  }))
  return {
    ...run,
    goal: text,
    reason: text,
    block,
    plan: { criteria: [{ text, command: text, source: 'user' }], groups },
    groups: {
      ...run.groups,
      ['g2' as GroupId]: groupState('g2', { stage: 'working', block, pr: { number: 1 as PrNumber, url: text } }),
    },
    sessions: run.sessions.map((session) => ({ ...session, model: text, cwd: text })),
  } as RunState
}

export function hostilePr(text: string): PrSnapshot {
  const said = remark({ author: text, body: text, url: text })
  return pr({
    url: text,
    title: text,
    author: text,
    headBranch: text,
    baseBranch: text,
    mergeability: 'blocked',
    awaits: [text],
    checks: {
      kind: 'reported',
      head: HEAD,
      complete: false,
      items: [
        check({ name: text, status: 'failed', description: text, url: text }),
        check({ name: `${text}2`, status: 'pending', description: text, url: text }),
      ],
    },
    reviews: known({
      threads: [thread({ path: text, remarks: [said, { ...said, id: 'R2', isBot: true, trusted: false }] })],
      changeRequests: [said],
      comments: [said],
    }),
  })
}

/** Only what the commands that look ask for. */
export function hostileForge(text: string): Forge {
  const seen: PrObservation = { kind: 'pr', pr: hostilePr(text) }
  const job = { name: text, status: 'failed', conclusion: text, url: text }
  const run = { id: 1, name: text, branch: text, head: HEAD, event: text, attempt: 1, url: text, jobs: [job] }
  const forge: Partial<Forge> = {
    name: text,
    observe: async () => seen,
    observeNumber: async () => seen,
    failureLogs: async () => [{ check: text, tail: text, file: text }],
    ciRuns: async () => [{ ...run, status: 'failed', conclusion: text, startedAt: 0, durationMs: 1 }] as never,
    close: async () => {},
  }
  return forge as Forge
}

export function hostileStore(text: string, log: string): Store {
  const summary = { runId: '1', goal: text, status: 'blocked', reason: text, merged: [{ title: text }] }
  const counts = { createdAt: 0, endedAt: 1, tasksDone: 1, tasksTotal: 1, sessions: 1, costUsd: 1, log: text }
  const store: Partial<Store> = {
    location: text,
    load: async () => hostileRun(text),
    owner: async () => ({ pid: 1, host: text, processStart: '1', fence: 1, acquiredAt: 0 }),
    readDocument: async () => text,
    history: async () => [{ ...summary, ...counts }] as never,
    logFile: () => log,
  }
  return store as Store
}

export function hostileMailbox(text: string): Mailbox {
  const letter = {
    id: '1',
    runId: hostileRun(text).runId,
    kind: 'message' as const,
    text,
    sender: text,
    priority: 1,
    at: 1,
  }
  return { letters: async () => [letter] } as Partial<Mailbox> as Mailbox
}

/** One event of each type; what is a number stays one. */
export function hostileEvents(text: string): readonly RunEvent[] {
  const texts = Object.fromEntries(TEXTS.map((name) => [name, text]))
  const lists = Object.fromEntries(LISTS.map((name) => [name, [text, text]]))
  const numbers = Object.fromEntries(NUMBERS.map((name) => [name, 1]))
  const result = { criterion: text, command: null, verdict: 'refuted', evidence: text, commit: HEAD }
  return EVENT_TYPES.map((type) => {
    const own = { 'verification.result': { result }, 'run.completed': { result: 'failed' }, ...OURS }[type as string]
    return {
      ...numbers,
      ...texts,
      ...lists,
      kind: 'work',
      groupId: 'g2',
      taskId: 't3',
      ...own,
      type,
    } as unknown as RunEvent
  })
}

/** Words that only we choose. */
const OURS = { 'run.status': { from: 'planning', to: 'working' }, 'group.stage': { from: 'pending', to: 'working' } }

const EVENT_TYPES: readonly RunEvent['type'][] = [
  ...(['run.started', 'run.status', 'recovered', 'plan.created', 'plan.updated', 'plan.edit_rejected'] as const),
  ...(['group.stage', 'workspace.prepared', 'dependencies', 'session.started', 'agent.activity'] as const),
  ...(['agent.retrying', 'session.completed', 'session.recovered', 'usage_limit', 'task.started'] as const),
  ...(['task.completed', 'gate.started', 'gate.completed', 'pushed', 'pr.created', 'pr.updated'] as const),
  ...(['pr.scheduled', 'pr.unscheduled', 'pr.merged', 'ci.started', 'ci.check', 'ci.passed', 'ci.failed'] as const),
  ...(['ci.tolerated', 'ci.rerun', 'ci.flaky', 'reviews.answered', 'reviews.ignored', 'checkout.updated'] as const),
  ...(['checkout.left', 'waiting', 'blocked', 'paused', 'verification.started', 'verification.result'] as const),
  ...(['warning', 'run.completed'] as const),
]

const TEXTS = [
  ...[
    'goal',
    'protection',
    'account',
    'targetBranch',
    'forge',
    'from',
    'to',
    'reason',
    'source',
    'problem',
    'why',
    'path',
  ],
  ...[
    'command',
    'outcome',
    'tail',
    'sessionId',
    'model',
    'effort',
    'tool',
    'text',
    'subagent',
    'error',
    'detail',
    'title',
  ],
  ...[
    'commit',
    'how',
    'branch',
    'url',
    'base',
    'what',
    'by',
    'head',
    'check',
    'status',
    'log',
    'for',
    'cause',
    'tried',
  ],
  ...['message', 'runId'],
]
const LISTS = ['commands', 'failed', 'checks', 'authors']
const NUMBERS = [
  ...['seq', 'at', 'exitCode', 'tasksDone', 'tasksTotal', 'sessions', 'prsMerged', 'costUsd', 'durationMs', 'number'],
  ...['processesEnded', 'adopted', 'criteria', 'groups', 'tasks', 'added', 'changed', 'removed', 'reopened', 'attempt'],
  ...['delayMs', 'inputTokens', 'outputTokens', 'turns', 'until', 'fixed', 'explained', 'declined', 'round'],
]
