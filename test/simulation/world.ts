/**
 * A world in memory behind the real interfaces: repository, workspaces, forge, store and agent, on a virtual clock. The
 * engine that runs in it is the real one.
 */
import type { AgentActivity, RecalledSession, SessionRequest, SessionResult } from '../../src/agent/agent.ts'
import type { ModelTable } from '../../src/agent/routing.ts'
import type { RunEvent, RunEventBody } from '../../src/domain/events.ts'
import { Failure } from '../../src/domain/failure.ts'
import type { CommitSha, PrNumber, RunId } from '../../src/domain/ids.ts'
import type { Check, PrSnapshot } from '../../src/domain/observation.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'
import type { GateRecord, RunState } from '../../src/domain/run.ts'
import type { EngineParts } from '../../src/engine/parts.ts'
import type { Forge } from '../../src/forge/forge.ts'
import { parseState } from '../../src/store/state-dir/state-schema.ts'
import type { ControlRequest, DocumentName, RunLock, RunSummary, Store } from '../../src/store/store.ts'
import type { Slot, Workspaces } from '../../src/workspace/workspace.ts'

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
  /** Checks of the next heads, first come first served; absent = one green check. */
  readonly ci: ((head: CommitSha) => readonly Check[])[]
  /** Verdict of commands; absent = exit code 0. */
  readonly commands: Map<string, number>
  state: RunState | null
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
    ci: [],
    commands: new Map(),
    state: null,
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
        await Promise.resolve()
        if (signal.aborted) throw new Error('aborted')
        world.now = Math.max(world.now, at)
      },
    },
    newId: () => `00000000-0000-4000-8000-${String(++ids).padStart(12, '0')}`,
    policy: DEFAULT_POLICY,
    models: MODELS,
    maxTurns: null,
    concurrency: 1,
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
    fastForward: async () => ({ kind: 'current' }),
    async release({ branch, shippedHead }) {
      const known = world.branches.get(branch)
      if (known !== undefined && known.commits > 0 && known.head !== shippedHead)
        throw new Failure('git_failed', 'commits would be lost')
      world.branches.delete(branch)
    },
    removePool: async () => {},
  }
}

function checksFor(world: World, head: CommitSha): PrSnapshot['checks'] {
  const next = world.ci.shift()
  const green: Check = { name: 'test', status: 'passed', required: true, description: '', cause: 'code', url: null }
  return { kind: 'reported', head, complete: true, items: next === undefined ? [green] : next(head) }
}

function createForge(world: World): Forge {
  const newest = (branch: string) => world.prs.findLast((pr) => pr.headBranch === branch)
  const byNumber = (number: PrNumber) => world.prs.find((pr) => pr.snapshot.number === number)
  return {
    name: 'simulated',
    targetHead: async () => world.target,
    pushTarget: (branch) => ({ remote: 'origin', ref: `refs/heads/${branch}` }),
    observePushed: async (branch) => ({ kind: 'known', head: world.pushed.get(branch) ?? null }),
    async observe(branch) {
      const pr = newest(branch)
      return pr === undefined ? { kind: 'none' } : { kind: 'pr', pr: pr.snapshot }
    },
    async ensureOpen({ headBranch, head, title }) {
      const open = newest(headBranch)
      if (open?.snapshot.state === 'open')
        return { number: open.snapshot.number, url: open.snapshot.url, created: false }
      const number = (world.prs.length + 1) as PrNumber
      const snapshot = openPr(world, number, title, head)
      world.prs.push({ snapshot, headBranch })
      return { number, url: snapshot.url, created: true }
    },
    async changed() {
      world.now += 10_000
    },
    failureLogs: async () => [{ check: 'test', tail: 'boom', file: null }],
    async rerun(number, head) {
      const pr = byNumber(number)
      if (pr !== undefined) pr.snapshot = { ...pr.snapshot, checks: checksFor(world, head) }
    },
    reply: async () => {},
    async merge({ number, head }) {
      const pr = byNumber(number)
      if (pr === undefined || pr.snapshot.head !== head) return { kind: 'stale', why: 'another head' }
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

function openPr(world: World, number: PrNumber, title: string, head: CommitSha): PrSnapshot {
  return {
    number,
    url: `sim:#${number}`,
    title,
    state: 'open',
    draft: false,
    head,
    baseBranch: 'main',
    mergeCommit: null,
    mergeability: 'clean',
    checks: checksFor(world, head),
    reviews: {
      kind: 'known',
      threads: [],
      threadsComplete: true,
      changeRequests: [],
      reviewersComplete: true,
      botsExpected: false,
    },
    mergeScheduled: false,
    headSince: world.now,
  }
}
