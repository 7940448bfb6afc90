/**
 * A world in memory behind the real interfaces: repository, workspaces, forge, store and agent, on a virtual clock. The
 * engine that runs in it is the real one.
 */
import type { AgentActivity, RecalledSession, SessionRequest, SessionResult } from '../../src/agent/agent.ts'
import type { ModelTable } from '../../src/agent/routing.ts'
import type { RunEvent, RunEventBody } from '../../src/domain/events.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { CommitSha, PrNumber, RunId } from '../../src/domain/ids.ts'
import { type Changes, NO_CHANGES } from '../../src/domain/integrity/changes.ts'
import type { Check, PrSnapshot } from '../../src/domain/observation.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'
import type { GateRecord, RunState } from '../../src/domain/run.ts'
import type { EngineParts } from '../../src/engine/parts.ts'
import type { Forge, Reply } from '../../src/forge/forge.ts'
import { parseState } from '../../src/store/state-dir/state-schema.ts'
import type { ControlRequest, DocumentName, RunLock, RunSummary, Store } from '../../src/store/store.ts'
import type { Slot, Workspaces } from '../../src/workspace/workspace.ts'
import { NO_MAILBOX } from '../support/no-mailbox.ts'

export type SimulatedBranch = { head: CommitSha; base: CommitSha; dirty: string[]; commits: number }
export type SimulatedPr = { snapshot: PrSnapshot; headBranch: string }

export type World = {
  now: number
  target: CommitSha
  readonly merges: CommitSha[]
  readonly branches: Map<string, SimulatedBranch>
  readonly pushed: Map<string, CommitSha>
  readonly prs: SimulatedPr[]
  readonly events: RunEvent[]
  readonly documents: Map<DocumentName, string>
  readonly prompts: SessionRequest[]
  /** Outcome of the gate for a commit; absent = passed. */
  readonly gates: Map<CommitSha, GateRecord['outcome']>
  /** What the diff guard sees at a commit; absent = nothing. */
  readonly changes: Map<CommitSha, Changes>
  /** What it was asked to look at. */
  readonly looks: { since: CommitSha; commit: CommitSha }[]
  /** Checks of the next heads, first come first served; absent = one green check. */
  readonly ci: ((head: CommitSha) => readonly Check[])[]
  /** Verdict of commands; absent = exit code 0. */
  readonly commands: Map<string, number>
  /** What other people do while a run waits, one at a time. */
  readonly meanwhile: (() => void)[]
  /** Replies with the head they were given on. */
  readonly replies: (Reply & { head: CommitSha | null })[]
  readonly reviewsRequested: string[]
  /** Texts that pull requests were opened with and given later. */
  readonly bodies: string[]
  readonly notices: { number: PrNumber; text: string | null }[]
  state: RunState | null
  newCommit(): CommitSha
  commit(branch: string): CommitSha
}

export type SimulatedAgent = (request: SessionRequest, world: World) => SessionResult

const SPEND = { costUsd: 0.1, usage: {}, turns: 3, durationMs: 1_000, contextTokens: 1_000 }

export const MODELS: ModelTable = {
  models: { opus: 'opus', sonnet: 'sonnet', haiku: 'haiku', fable: 'fable', sonnet_1m: 'sonnet' },
  efforts: { opus: 'max', sonnet: 'medium', haiku: 'low', fable: 'max', sonnet_1m: 'high' },
  contextWindows: { opus: 1_000_000, sonnet: 200_000, haiku: 200_000, fable: 1_000_000, sonnet_1m: 1_000_000 },
}

export function completed(output: unknown): SessionResult {
  return { outcome: 'completed', output, ...SPEND }
}

export function ended(
  result:
    | { outcome: 'cut_off'; by: 'turns' }
    | { outcome: 'refused'; resetsAt: number | null; why: string }
    | { outcome: 'failed'; failure: Failure }
    | { outcome: 'aborted' },
): SessionResult {
  return { ...SPEND, ...result }
}

export function createWorld(): World {
  let commits = 0
  const nextSha = () => (++commits).toString(16).padStart(40, '0') as CommitSha
  const branches = new Map<string, SimulatedBranch>()
  return {
    now: 1_700_000_000_000,
    target: nextSha(),
    merges: [],
    branches,
    pushed: new Map(),
    prs: [],
    events: [],
    documents: new Map(),
    prompts: [],
    gates: new Map(),
    changes: new Map(),
    looks: [],
    ci: [],
    commands: new Map(),
    meanwhile: [],
    replies: [],
    reviewsRequested: [],
    bodies: [],
    notices: [],
    state: null,
    newCommit: nextSha,
    commit(name) {
      const branch = branches.get(name)
      if (branch === undefined) throw new Error(`no branch ${name}`)
      branch.head = nextSha()
      branch.commits += 1
      branch.dirty = []
      return branch.head
    },
  }
}

export function createParts(world: World, agent: SimulatedAgent): EngineParts {
  let ids = 0
  const lock: RunLock = {
    owner: { pid: 1, host: 'here', processStart: '0', fence: 1, acquiredAt: world.now },
    holds: async () => true,
    release: async () => {},
  }
  return {
    store: createStore(world),
    lock,
    agent: {
      async run(request: SessionRequest, _: { signal: AbortSignal; onActivity: (activity: AgentActivity) => void }) {
        world.prompts.push(request)
        world.now += 60_000
        return agent(request, world)
      },
      recall: async (): Promise<RecalledSession> => ({ kind: 'absent' }),
      describe: () => ({ protection: 'none', account: 'simulated' }),
    },
    forge: createForge(world),
    workspaces: createWorkspaces(world),
    clock: {
      now: () => world.now,
      async sleepUntil(at, signal) {
        await new Promise(setImmediate) // what else can happen happens first
        if (signal.aborted) throw new Error('aborted')
        world.now = Math.max(world.now, at)
      },
    },
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    policy: DEFAULT_POLICY,
    models: MODELS,
    maxTurns: null,
    concurrency: 1,
    mailbox: NO_MAILBOX,
    observer: { onEvent: (event) => world.events.push(event), onState: () => {} },
  }
}

function createStore(world: World): Store {
  return {
    location: 'memory',
    acquire: () => Promise.reject(new Error('not simulated')),
    owner: async () => null,
    load: async () => world.state,
    async save(_, state) {
      const next = structuredClone({ ...state, revision: state.revision + 1, updatedAt: world.now })
      const parsed = parseState(next)
      if (parsed.kind !== 'valid')
        throw new Failure('internal', `a state that could not be loaded again: ${JSON.stringify(parsed)}`)
      world.state = next
      return next
    },
    async append(_, runId: RunId, body: RunEventBody) {
      return { ...body, seq: world.events.length + 1, at: world.now, runId }
    },
    async *events() {
      yield* world.events
    },
    readDocument: async (name) => world.documents.get(name) ?? null,
    async writeDocument(_, name, text) {
      world.documents.set(name, text)
    },
    async exchangeDocument(_, name, { from, to }) {
      if ((world.documents.get(name) ?? null) !== from) return false
      world.documents.set(name, to)
      return true
    },
    requestControl: async () => {},
    controlRequests: async (): Promise<readonly ControlRequest[]> => [],
    clearControl: async () => {},
    controlArrived: () => new Promise(() => {}),
    archive: async () => {},
    history: async (): Promise<readonly RunSummary[]> => [],
    logFile: () => 'log',
  }
}

function createWorkspaces(world: World): Workspaces {
  const slotFor = (branch: string | null): Slot => ({
    path: `/pool/${branch ?? 'detached'}`,
    git: {
      commonDir: '/repo/.git',
      worktreeDir: '/repo/.git/worktrees/1',
      branch,
      identity: { name: 'x', email: 'x@y' },
    },
  })
  return {
    async ensure({ branch, base }) {
      const adopted = world.branches.has(branch)
      if (!adopted) world.branches.set(branch, { head: base, base, dirty: [], commits: 0 })
      return { ...slotFor(branch), adopted }
    },
    withCheckout: (_, __, use) => use(slotFor(null)),
    install: async () => ({ kind: 'nothing' }),
    async observe(name) {
      const branch = world.branches.get(name)
      if (branch === undefined) return { kind: 'absent' }
      return {
        kind: 'present',
        head: branch.head,
        tree: branch.dirty.length > 0 ? 'dirty' : 'clean',
        leftovers: branch.dirty,
        ahead: branch.commits,
        operationInProgress: false,
      }
    },
    findChecks: async () => [{ name: 'test', command: 'npm test' }],
    async gate(_, commit) {
      const outcome = world.gates.get(commit) ?? 'passed'
      const check = {
        name: 'test',
        command: 'npm test',
        exitCode: outcome === 'failed' ? 1 : 0,
        timedOut: false,
        durationMs: 100,
        tail: '',
      }
      return { commit, outcome, checks: [check], durationMs: 100, at: world.now }
    },
    async runCommand(_, command) {
      return {
        name: command,
        command,
        exitCode: world.commands.get(command) ?? 0,
        timedOut: false,
        durationMs: 1,
        tail: '',
      }
    },
    async push({ branch, commit }) {
      world.pushed.set(branch, commit)
      const open = world.prs.find((pr) => pr.headBranch === branch && pr.snapshot.state === 'open')
      if (open !== undefined)
        open.snapshot = { ...open.snapshot, head: commit, headSince: world.now, checks: checksFor(world, commit) }
    },
    async changes(asked) {
      world.looks.push(asked)
      return world.changes.get(asked.commit) ?? NO_CHANGES
    },
    files: async () => ['README.md'],
    relate: async () => 'ahead',
    contains: async () => true,
    async integrate(slot, { commit }) {
      const branch = world.branches.get(slot.git.branch ?? '')
      if (branch !== undefined) branch.head = commit
      return { kind: 'integrated', head: commit }
    },
    fastForward: async () => ({ kind: 'current' }),
    async release({ branch, shippedHead }) {
      const known = world.branches.get(branch)
      if (known !== undefined && known.commits > 0 && known.head !== shippedHead)
        return { kind: 'kept', commits: [known.head] }
      world.branches.delete(branch)
      return { kind: 'released' }
    },
    removePool: async () => {},
  }
}

function checksFor(world: World, head: CommitSha): PrSnapshot['checks'] {
  const next = world.ci.shift()
  const green = simulatedCheck()
  return { kind: 'reported', head, complete: true, items: next === undefined ? [green] : next(head) }
}

export function simulatedCheck(changes: Partial<Check> = {}): Check {
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

function createForge(world: World): Forge {
  const newest = (branch: string) => world.prs.findLast((pr) => pr.headBranch === branch)
  const byNumber = (number: PrNumber) => world.prs.find((pr) => pr.snapshot.number === number)
  const change = (number: PrNumber, changes: (pr: PrSnapshot) => Partial<PrSnapshot>) => {
    const pr = byNumber(number)
    if (pr !== undefined) pr.snapshot = { ...pr.snapshot, ...changes(pr.snapshot) }
  }
  return {
    name: 'simulated',
    targetHead: async () => world.target,
    pushTarget: (branch) => ({ remote: 'origin', ref: `refs/heads/${branch}` }),
    observePushed: async (branch) => ({ kind: 'known', head: world.pushed.get(branch) ?? null }),
    async observe(branch) {
      const pr = newest(branch)
      return pr === undefined ? { kind: 'none' } : { kind: 'pr', pr: pr.snapshot }
    },
    ready: async () => ({ place: 'simulation', account: null, notes: [] }),
    async observeNumber(number) {
      const pr = byNumber(number)
      return pr === undefined ? { kind: 'none' } : { kind: 'pr', pr: pr.snapshot }
    },
    async edit(number, { title, body }) {
      world.bodies.push(body)
      change(number, () => ({ title }))
    },
    async markReady(number) {
      change(number, () => ({ draft: false }))
    },
    async ensureOpen({ headBranch, head, title, body }) {
      world.bodies.push(body)
      const open = newest(headBranch)
      if (open?.snapshot.state === 'open')
        return { number: open.snapshot.number, url: open.snapshot.url, created: false }
      const number = (world.prs.length + 1) as PrNumber
      const snapshot = openPr(world, { number, title, head, headBranch })
      world.prs.push({ snapshot, headBranch })
      return { number, url: snapshot.url, created: true }
    },
    async changed() {
      world.now += 10_000
      world.meanwhile.shift()?.()
    },
    failureLogs: async () => [{ check: 'test', tail: 'boom', file: null }],
    async rerun(number, head) {
      change(number, () => ({ checks: checksFor(world, head) }))
      return { kind: 'started' }
    },
    async reply(number, replies) {
      world.replies.push(...replies.map((reply) => ({ ...reply, head: byNumber(number)?.snapshot.head ?? null })))
      for (const reply of replies) change(number, (pr) => ({ reviews: answered(pr, reply, world.now) }))
    },
    async requestReview(_, logins) {
      world.reviewsRequested.push(...logins)
    },
    async setNotice(number, text) {
      world.notices.push({ number, text })
    },
    async updateBranch(number) {
      const pr = byNumber(number)
      const branch = pr === undefined ? undefined : world.branches.get(pr.headBranch)
      if (pr === undefined || branch === undefined) return { kind: 'refused', why: 'no branch' }
      const head = world.newCommit()
      world.pushed.set(pr.headBranch, head)
      change(number, () => ({ head, behind: false, mergeability: 'clean', checks: checksFor(world, head) }))
      return { kind: 'updated' }
    },
    async cancelScheduled(number) {
      change(number, () => ({ mergeScheduled: null }))
    },
    ciRuns: null,
    async merge({ number, head }) {
      const pr = byNumber(number)
      if (pr === undefined || pr.snapshot.head !== head) return { kind: 'stale', why: 'another head' }
      if (pr.snapshot.canSchedule !== null) {
        change(number, () => ({ mergeScheduled: pr.snapshot.canSchedule }))
        return { kind: 'scheduled', by: pr.snapshot.canSchedule }
      }
      const commit = `f${world.target.slice(1)}` as CommitSha
      world.merges.push(head)
      world.target = commit
      pr.snapshot = { ...pr.snapshot, state: 'merged', mergeCommit: commit }
      return { kind: 'merged', commit }
    },
    async deleteHeadBranch(branch) {
      world.pushed.delete(branch)
    },
    close: async () => {},
  }
}

/** What the forge shows after a reply: our remark below, and the thread resolved when that was asked for. */
function answered(pr: PrSnapshot, reply: Reply, at: number): PrSnapshot['reviews'] {
  const { to, key, body } = reply
  if (pr.reviews.kind !== 'known' || to.kind !== 'thread') return pr.reviews
  const ours = { id: key, author: 'claudetm', isBot: false, trusted: true, ours: true, body, at, url: null }
  const threads = pr.reviews.threads.map((thread) =>
    thread.id === to.id ? { ...thread, resolved: to.resolve, remarks: [...thread.remarks, ours] } : thread,
  )
  return { ...pr.reviews, threads }
}

function openPr(
  world: World,
  { number, title, head, headBranch }: { number: PrNumber; title: string; head: CommitSha; headBranch: string },
): PrSnapshot {
  return {
    number,
    url: `sim:#${number}`,
    title,
    author: 'claudetm',
    state: 'open',
    draft: false,
    headBranch,
    head,
    isFromFork: false,
    baseBranch: 'main',
    mergeCommit: null,
    mergeability: 'clean',
    behind: false,
    mustBeUpToDate: false,
    awaits: [],
    checks: checksFor(world, head),
    reviews: {
      kind: 'known',
      threads: [],
      threadsComplete: true,
      changeRequests: [],
      reviewersComplete: true,
      comments: [],
      commentsComplete: true,
      botsExpected: false,
    },
    mergeScheduled: null,
    canSchedule: null,
    headSince: world.now,
  }
}
