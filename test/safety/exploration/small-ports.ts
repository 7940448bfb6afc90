/** The engine's ports on a small world. Each act is judged with the truth while it happens. */
import type { Agent, SessionRequest, SessionResult } from '../../../src/agent/agent.ts'
import type { ModelTable } from '../../../src/agent/routing.ts'
import { Failure } from '../../../src/domain/failure.ts'
import type { PrNumber } from '../../../src/domain/ids.ts'
import { NO_CHANGES } from '../../../src/domain/integrity/changes.ts'
import type { ChecksObservation, PrSnapshot } from '../../../src/domain/observation.ts'
import type { Forge, MergeResult, Reply } from '../../../src/forge/forge.ts'
import type { Slot, Workspaces } from '../../../src/workspace/workspace.ts'
import { change, changes } from '../../support/changes.ts'
import { check, known, remark } from '../../support/observations.ts'
import type { SafetyRule } from '../safety-rules.ts'
import type { Choose } from './choices.ts'
import { addCommit, commitOf, countAhead, fromSha, isAncestor, toSha } from './commit-graph.ts'
import { obstacles } from './merge-conditions.ts'
import { type Ci, GROUP, newestPr, SMALL_POLICY, type SmallPr, type SmallWorld, withPr } from './small-world.ts'
import { untilAborted } from './until-aborted.ts'

/** What may go wrong, by port; the first option of each is what goes well. */
export type Faults = {
  readonly agent: Readonly<Partial<Record<SessionRequest['kind'], readonly AgentMove[]>>>
  readonly gate: readonly ('passed' | 'failed')[]
  readonly push: readonly ('ok' | 'unreachable' | 'lost_answer' | 'refused')[]
  readonly open: readonly ('ok' | 'unreachable' | 'lost_answer' | 'refused')[]
  readonly look: readonly ('ok' | 'unknown')[]
  /** What CI says of a new head, at once or after a while. */
  readonly ci: readonly Ci[]
  readonly merge: readonly ('merged' | 'scheduled' | 'stale' | 'refused' | 'unknown' | 'lost_answer')[]
  readonly act: readonly ('ok' | 'unreachable' | 'refused')[]
  readonly rerun: readonly ('started' | 'impossible')[]
  readonly update: readonly ('updated' | 'refused' | 'conflict' | 'stale')[]
  readonly integrate: readonly ('joined' | 'conflict')[]
  /** The forge notices a push at the first look, or later. */
  readonly notices: readonly ('at_once' | 'later')[]
}

export type AgentMove =
  | 'done'
  | 'claims'
  | 'leaves_dirt'
  | 'nothing_to_do'
  | 'needs_person'
  | 'cut_off'
  | 'cut_off_with_commit'
  | 'refused'
  | 'fails'
  | 'fails_for_good'
  | 'wrong_shape'
  | 'aborted'
  | 'explains'
  | 'declines'
  | 'silent'
  | 'rewrites'
  | 'deletes_test'
  | 'leaves_operation'
  | 'confirms'
  | 'refutes'

/** The world in a box: ports replace what is in it. */
export type Box = {
  world: SmallWorld
  readonly broken: { rule: SafetyRule; what: string }[]
  progressed: boolean
  /** What the transcript of a killed session proved. */
  recalled: 'unfinished' | 'finished' | null
}

export type PortParts = { readonly box: Box; readonly choose: Choose; readonly faults: Faults }

const SPEND = { costUsd: 1, usage: {}, turns: 1, durationMs: 0, contextTokens: 10 }

export const SMALL_MODELS: ModelTable = {
  models: { opus: 'opus', sonnet: 'sonnet', haiku: 'haiku', fable: 'fable', sonnet_1m: 'sonnet' },
  efforts: { opus: 'max', sonnet: 'medium', haiku: 'low', fable: 'max', sonnet_1m: 'high' },
  contextWindows: { opus: 1e6, sonnet: 1e6, haiku: 1e6, fable: 1e6, sonnet_1m: 1e6 },
}

export function createSmallAgent({ box, choose, faults }: PortParts, crash: () => void): Agent {
  return {
    async run(request) {
      if (
        choose('agent', box.world.crashesLeft > 0 ? ['begins', 'is killed before it begins'] : ['begins']) !== 'begins'
      )
        crash()
      const spent = box.world.state.sessions.filter((session) => session.turns > 0)
      const { maxSessions } = box.world.state.options
      if (maxSessions !== null && spent.length >= maxSessions)
        broke(box, 'spend_is_capped', 'one session more than allowed')
      const { usageLimitUntil } = box.world.state
      if (usageLimitUntil !== null && usageLimitUntil > box.world.now)
        broke(box, 'usage_limits_cost_nothing', 'a session while the account refuses')
      const merged = newestPr(box.world)?.state === 'merged'
      if (merged && request.access === 'write' && box.world.state.groups[GROUP]?.merged !== null)
        broke(box, 'spend_is_capped', 'a session for what is merged')
      const move = choose(request.kind, faults.agent[request.kind] ?? ['done'])
      return play(box, request, move)
    },
    async recall() {
      const { answered } = box.world
      const options = answered === null ? (['absent', 'unfinished'] as const) : (['unfinished', 'finished'] as const)
      const kind = choose('recall', options)
      if (kind === 'absent') return { kind }
      box.recalled = kind
      return kind === 'finished' ? { kind, output: answered, spend: SPEND } : { kind: 'unfinished', spend: SPEND }
    },
    describe: () => ({ protection: 'none', account: 'small' }),
  }
}

function play(box: Box, request: SessionRequest, move: AgentMove): SessionResult {
  const report = (outcome: string) => ({
    outcome,
    summary: '',
    ...(outcome === 'blocked' ? { blockedReason: 'which key?' } : {}),
  })
  const finished = (output: unknown): SessionResult => {
    box.world = { ...box.world, answered: output }
    return { ...SPEND, outcome: 'completed', output }
  }
  const answer = (action: 'fixed' | 'explained' | 'declined') =>
    finished(request.kind === 'fix-review' ? dispositions(box, action) : report('done'))
  switch (move) {
    case 'done':
      commit(box)
      if (request.kind === 'fix-integrity') bringBackTest(box)
      return answer('fixed')
    case 'rewrites':
      commit(box, true)
      return answer('fixed')
    case 'deletes_test':
      commit(box)
      lackTest(box)
      return answer('fixed')
    case 'claims':
      tidy(box)
      return answer('fixed')
    case 'leaves_dirt':
      commit(box)
      setLocal(box, { dirty: true })
      return answer('fixed')
    case 'leaves_operation':
      setLocal(box, { operation: true })
      return answer('fixed')
    case 'explains':
      return answer('explained')
    case 'declines':
      return answer('declined')
    case 'silent':
      return finished({ threads: [] })
    case 'nothing_to_do':
      tidy(box)
      return finished(report('nothing_to_do'))
    case 'needs_person':
      return finished(report('blocked'))
    case 'confirms':
      if (request.kind === 'second-look') box.world = { ...box.world, letGo: true }
      return finished(verdict(request, 'confirmed'))
    case 'refutes':
      return finished(verdict(request, 'refuted'))
    case 'wrong_shape':
      return finished({ nonsense: true })
    case 'cut_off':
      return { ...SPEND, outcome: 'cut_off', by: 'turns' }
    case 'cut_off_with_commit':
      commit(box)
      box.progressed = true
      return { ...SPEND, outcome: 'cut_off', by: 'turns' }
    case 'refused':
      return { ...SPEND, turns: 0, costUsd: 0, outcome: 'refused', resetsAt: null, why: 'limit' }
    case 'fails':
      return { ...SPEND, outcome: 'failed', failure: new Failure('agent_network', 'no network') }
    case 'fails_for_good':
      return { ...SPEND, outcome: 'failed', failure: new Failure('agent_auth', 'bad key') }
    case 'aborted':
      box.world = { ...box.world, movesLeft: box.world.movesLeft - 1 }
      return { ...SPEND, outcome: 'aborted' }
  }
}

function verdict({ kind }: SessionRequest, word: 'confirmed' | 'refuted') {
  return { verdicts: [{ criterion: kind === 'second-look' ? 0 : 1, verdict: word, evidence: 'x' }] }
}

function bringBackTest(box: Box): void {
  const { local, lackTest: before } = box.world
  box.world = { ...box.world, lackTest: before.filter((commit) => commit !== local?.head) }
}

function lackTest(box: Box): void {
  const { local, lackTest: before } = box.world
  if (local !== null) box.world = { ...box.world, lackTest: [...before, local.head] }
}

function dispositions(box: Box, action: 'fixed' | 'explained' | 'declined') {
  const { asked } = box.world.state.groups[GROUP] ?? { asked: [] }
  return { threads: asked.map(({ id }) => ({ id, action, message: 'x' })) }
}

/** A new piece of work, with everything tidy; a conflict session brings the target in. */
function commit(box: Box, rewrites = false): void {
  const { world } = box
  if (world.local === null) return
  const piece = nextPiece(world.work)
  const { head } = world.local
  const isForConflict = newestPr(world)?.conflicts === true && newestPr(world)?.state === 'open'
  const own = commitOf(world.commits, head).work | piece
  const parents = isForConflict ? (rewrites ? [world.target] : [head, world.target]) : [head]
  const made = addCommit(world.commits, { parents, work: own, rewrites: false })
  box.world = {
    ...world,
    commits: made.graph,
    work: world.work | piece,
    local: { head: made.commit, dirty: false, operation: false },
    lackTest: inherit(world, made.commit, head),
  }
}

/** Who builds on a commit without a test has none either. */
export function inherit({ lackTest }: SmallWorld, commit: number, from: number): readonly number[] {
  return lackTest.includes(from) ? [...lackTest, commit] : lackTest
}

/** The lowest bit that is free. */
export function nextPiece(work: number): number {
  return ~work & (work + 1)
}

function tidy(box: Box): void {
  setLocal(box, { dirty: false, operation: false })
}

function setLocal(box: Box, changes: Partial<NonNullable<SmallWorld['local']>>): void {
  const { local } = box.world
  if (local !== null) box.world = { ...box.world, local: { ...local, ...changes } }
}

function broke(box: Box, rule: SafetyRule, what: string): void {
  box.broken.push({ rule, what })
}

export function createSmallWorkspaces({ box, choose, faults }: PortParts): Workspaces {
  const slot: Slot = {
    path: '/pool/1',
    git: {
      commonDir: '/repo/.git',
      worktreeDir: '/repo/.git/worktrees/1',
      branch: 'b',
      identity: { name: 'x', email: 'x@y' },
    },
  }
  return {
    async ensure({ base }) {
      const adopted = box.world.local !== null
      if (!adopted)
        box.world = { ...box.world, local: { head: box.world.kept ?? fromSha(base), dirty: false, operation: false } }
      return { ...slot, adopted }
    },
    withCheckout: (_, __, use) => use(slot),
    install: async () => ({ kind: 'nothing' }),
    async observe(_, target) {
      const { local, commits } = box.world
      if (local === null) return { kind: 'absent' }
      if (choose('workspace', faults.look) === 'unknown') return { kind: 'unknown', why: 'locked' }
      return {
        kind: 'present',
        head: toSha(local.head),
        tree: local.dirty ? 'dirty' : 'clean',
        leftovers: local.dirty ? ['a'] : [],
        ahead: countAhead(commits, local.head, fromSha(target)),
        operationInProgress: local.operation,
      }
    },
    findChecks: async () => [{ name: 'test', command: 'npm test' }],
    async gate(_, sha) {
      const commit = fromSha(sha)
      const outcome = box.world.gates[commit] ?? choose('gate', faults.gate)
      box.world = { ...box.world, gates: { ...box.world.gates, [commit]: outcome } }
      const run = {
        name: 'test',
        command: 'npm test',
        exitCode: outcome === 'passed' ? 0 : 1,
        timedOut: false,
        durationMs: 0,
        tail: '',
      }
      return { commit: sha, outcome, checks: [run], durationMs: 0, at: box.world.now }
    },
    runCommand: async (_, command) => ({
      name: command,
      command,
      exitCode: 0,
      timedOut: false,
      durationMs: 0,
      tail: '',
    }),
    async push(request) {
      const outcome = choose('push', faults.push)
      if (outcome === 'unreachable') throw new Failure('git_unreachable', 'no answer')
      if (outcome === 'refused') throw new Failure('git_refused', 'protected')
      pushTo(box, request, choose, faults)
      if (outcome === 'lost_answer') throw new Failure('git_unreachable', 'the answer was lost')
    },
    async changes({ since, commit }) {
      const { lackTest } = box.world
      const isGone = lackTest.includes(fromSha(commit)) && !lackTest.includes(fromSha(since))
      return isGone ? DELETED_TEST : NO_CHANGES
    },
    files: async () => ['README.md'],
    async relate({ commit }) {
      const { local, commits } = box.world
      if (local === null || choose('relation', faults.look) === 'unknown') return 'unknown'
      if (isAncestor(commits, fromSha(commit), local.head)) return 'contained'
      return isAncestor(commits, local.head, fromSha(commit)) ? 'ahead' : 'diverged'
    },
    contains: async ({ commit, within }) => isAncestor(box.world.commits, fromSha(commit), fromSha(within)),
    async integrate(_, { commit }) {
      const { world } = box
      const theirs = fromSha(commit)
      if (world.local === null) throw new Failure('internal', 'no workspace')
      if (world.local.dirty || world.local.operation) throw new Failure('git_failed', 'not clean')
      const ours = world.local.head
      if (isAncestor(world.commits, ours, theirs)) {
        setLocal(box, { head: theirs })
        return { kind: 'integrated', head: commit }
      }
      const isKnown = world.clash?.[0] === ours && world.clash[1] === theirs
      if (isKnown || choose('join', faults.integrate) === 'conflict') {
        box.world = { ...world, clash: [ours, theirs] }
        return { kind: 'conflict', files: ['a'] }
      }
      const made = addCommit(world.commits, { parents: [ours, theirs], work: 0 })
      const lackTest = inherit({ ...world, lackTest: inherit(world, made.commit, ours) }, made.commit, theirs)
      box.world = { ...world, commits: made.graph, local: { ...world.local, head: made.commit }, lackTest }
      return { kind: 'integrated', head: toSha(made.commit) }
    },
    fastForward: async () => ({ kind: 'current' }),
    async release({ shippedHead }) {
      const { world } = box
      if (world.local === null) return { kind: 'released' }
      const { head } = world.local
      const places =
        shippedHead === null ? [world.target, ...(world.pushed === null ? [] : [world.pushed])] : [fromSha(shippedHead)]
      if (!places.some((place) => isAncestor(world.commits, head, place))) {
        return { kind: 'kept', commits: [toSha(head)] }
      }
      box.world = { ...world, local: null }
      return { kind: 'released' }
    },
    removePool: async () => {},
  }
}

const DELETED_TEST = changes(change('test/a.test.ts', `-it('adds', () => {})`))

type PushRequest = Parameters<Workspaces['push']>[0]

function pushTo(box: Box, { commit: sha, force, expected }: PushRequest, choose: Choose, faults: Faults): void {
  const { world } = box
  const commit = fromSha(sha)
  const before = world.pushed
  if (before === commit) return
  if (force && (before === null ? null : toSha(before)) !== expected) throw new Failure('git_refused', 'stale lease')
  if (!force && before !== null && !isAncestor(world.commits, before, commit))
    throw new Failure('git_refused', 'not a fast-forward')
  if (world.local === null || world.local.head !== commit || world.local.dirty || world.local.operation)
    broke(box, 'commits_stay_reachable', 'a push of what is not here, or with changes that are not committed')
  if (before !== null && (commitOf(world.commits, before).work & ~commitOf(world.commits, commit).work) !== 0)
    broke(box, 'commits_stay_reachable', 'a push removes work from the forge that is not in what is pushed')
  if (world.lackTest.includes(commit) && !world.letGo)
    broke(box, 'tasks_need_evidence', 'a push without a test that nobody let go')
  if (world.gates[commit] !== 'passed') broke(box, 'tasks_need_evidence', 'a push of what did not pass its checks')
  box.world = { ...world, pushed: commit }
  const pr = newestPr(box.world)
  if (pr?.state !== 'open') return
  box.world = showHead(box.world, choose('notices', faults.notices) === 'at_once' ? commit : pr.head, choose, faults)
}

/** The pull request shows this head; CI begins anew, a conflict that was resolved in it is gone. */
export function showHead(world: SmallWorld, head: number, choose: Choose, faults: Faults): SmallWorld {
  const pr = newestPr(world)
  if (pr === null || pr.head === head) return world
  const hasTarget = isAncestor(world.commits, world.target, head)
  return withPr(world, {
    head,
    headSince: world.now,
    ci: choose('ci', faults.ci),
    conflicts: pr.conflicts && !hasTarget,
    behind: pr.behind && !hasTarget,
    scheduled: false,
  })
}

export function createSmallForge({ box, choose, faults }: PortParts): Forge {
  const pr = (): SmallPr => {
    const newest = newestPr(box.world)
    if (newest === null) throw new Failure('pr_missing', 'no pull request')
    return newest
  }
  const change = (changes: Partial<SmallPr>) => {
    box.world = withPr(box.world, changes)
  }
  const may = () => {
    const outcome = choose('act', faults.act)
    if (outcome === 'unreachable') throw new Failure('forge_unreachable', 'no answer')
    if (outcome === 'refused') throw new Failure('forge_refused', 'no', { facts: { status: 422 } })
  }
  return {
    name: 'small',
    targetHead: async () => toSha(box.world.target),
    pushTarget: () => ({ remote: 'origin', ref: 'refs/heads/b' }),
    async observePushed() {
      if (choose('branch', faults.look) === 'unknown') return { kind: 'unknown', why: 'no answer' }
      const { pushed } = box.world
      return { kind: 'known', head: pushed === null ? null : toSha(pushed) }
    },
    async observe() {
      if (choose('pull request', faults.look) === 'unknown') return { kind: 'unknown', why: 'no answer' }
      const newest = newestPr(box.world)
      return newest === null ? { kind: 'none' } : { kind: 'pr', pr: toSnapshot(newest) }
    },
    ready: async () => ({ place: 'small', account: null, notes: [] }),
    observeNumber: async () => ({ kind: 'none' }),
    async edit() {
      may()
    },
    async markReady() {
      may()
      change({ draft: false })
    },
    async ensureOpen({ head, draft }) {
      const outcome = choose('open', faults.open)
      if (outcome === 'unreachable') throw new Failure('forge_unreachable', 'no answer')
      if (outcome === 'refused') throw new Failure('forge_refused', 'no', { facts: { status: 422 } })
      const opened = ensureOpenPr(box, fromSha(head), draft, choose, faults)
      if (outcome === 'lost_answer') throw new Failure('forge_unreachable', 'the answer was lost')
      return { number: pr().number as PrNumber, url: 'small', created: opened }
    },
    changed: (_, signal) => untilAborted(signal),
    failureLogs: async () => [{ check: 'test', tail: 'boom', file: null }],
    async rerun(_, head, checks) {
      if (checks.length === 0 || fromSha(head) !== pr().head)
        broke(box, 'acts_happen_once', 'a re-run of nothing, or of another head')
      if (choose('rerun', faults.rerun) === 'impossible') return { kind: 'impossible', why: 'too old' }
      change({ ci: choose('ci', faults.ci) })
      return { kind: 'started' }
    },
    async reply(_, replies) {
      may()
      answer(box, replies)
    },
    async requestReview() {
      may()
      change({ changeRequests: [] })
    },
    setNotice: async () => {},
    async updateBranch(_, head) {
      const outcome = choose('update', faults.update)
      if (outcome === 'conflict') {
        change({ conflicts: true, behind: false })
        return { kind: 'conflict' }
      }
      if (outcome !== 'updated' || fromSha(head) !== pr().head || box.world.pushed !== pr().head)
        return outcome === 'refused' ? { kind: 'refused', why: 'no' } : { kind: 'stale', why: 'moved' }
      const { world } = box
      const made = addCommit(world.commits, { parents: [fromSha(head), world.target], work: 0 })
      box.world = showHead({ ...world, commits: made.graph, pushed: made.commit }, made.commit, choose, faults)
      return { kind: 'updated' }
    },
    async merge({ head }): Promise<MergeResult> {
      judgeMergeCall(box, fromSha(head))
      const outcome = choose('merge', faults.merge)
      switch (outcome) {
        case 'merged':
        case 'lost_answer': {
          mergeNow(box)
          const { mergeCommit } = pr()
          if (outcome === 'lost_answer' || mergeCommit === null) return { kind: 'unknown', why: 'the answer was lost' }
          return { kind: 'merged', commit: toSha(mergeCommit) }
        }
        case 'scheduled':
          change({ scheduled: true })
          return { kind: 'scheduled', by: 'queue' }
        case 'stale':
        case 'refused':
        case 'unknown':
          return { kind: outcome, why: 'no' }
      }
    },
    async cancelScheduled() {
      may()
      change({ scheduled: false })
    },
    async deleteHeadBranch(_, mergedHead) {
      may()
      if (box.world.pushed === fromSha(mergedHead)) box.world = { ...box.world, pushed: null }
    },
    ciRuns: null,
    close: async () => {},
  }
}

function ensureOpenPr(box: Box, head: number, draft: boolean, choose: Choose, faults: Faults): boolean {
  const { world } = box
  const newest = newestPr(world)
  if (newest?.state === 'open') return false
  if (newest?.state === 'merged' && !world.givenUp.includes(newest.number))
    broke(box, 'acts_happen_once', 'a second pull request for what is merged')
  if (newest?.state === 'closed' && !world.givenUp.includes(newest.number))
    broke(box, 'acts_happen_once', 'a second pull request although nobody gave up the first')
  if (world.pushed !== head) broke(box, 'acts_happen_once', 'a pull request for what was not pushed')
  const opened: SmallPr = {
    number: world.prs.length + 1,
    state: 'open',
    base: 'main',
    draft,
    head,
    headSince: world.now,
    ci: choose('ci', faults.ci),
    conflicts: false,
    behind: false,
    scheduled: false,
    mergeCommit: null,
    threads: [],
    changeRequests: [],
  }
  box.world = { ...world, prs: [...world.prs, opened] }
  return true
}

/** With the truth, not with what was observed. */
function judgeMergeCall(box: Box, head: number): void {
  const { world } = box
  const newest = newestPr(world)
  const group = world.state.groups[GROUP]
  if (newest === null || group === undefined) {
    broke(box, 'merges_only_what_the_gate_allows', 'a merge of nothing')
    return
  }
  const forbidding = obstacles({
    now: world.now,
    pr: toSnapshot(newest),
    workspace:
      world.local === null
        ? { kind: 'absent' }
        : {
            kind: 'present',
            head: toSha(world.local.head),
            tree: world.local.dirty ? 'dirty' : 'clean',
            leftovers: [],
            ahead: 1,
            operationInProgress: world.local.operation,
          },
    pushed: { kind: 'known', head: world.pushed === null ? null : toSha(world.pushed) },
    admin: false,
    findings: group.findings,
    noChecksAcceptedFor: world.acceptedWithoutChecks === null ? null : toSha(world.acceptedWithoutChecks),
    greenAt: group.green?.at ?? null,
    policy: SMALL_POLICY,
  })
  for (const what of forbidding) broke(box, 'merges_only_what_the_gate_allows', `merged although: ${what}`)
  if (newest.head !== head) broke(box, 'merges_only_what_the_gate_allows', 'merged another head than was judged')
  if (newest.base !== 'main') broke(box, 'merges_only_what_the_gate_allows', 'merged into another branch')
  const open = world.state.plan?.groups[0]?.tasks.some((task) => world.state.tasks[task.id] === undefined)
  if (open === true) broke(box, 'tasks_need_evidence', 'merged with an open task')
  if (group.pendingReplies !== null) broke(box, 'acts_happen_once', 'merged before reviewers had their answers')
  if (!world.state.options.autoMerge)
    broke(box, 'merges_only_what_the_gate_allows', 'merged although a person wanted to')
}

/** By whoever: a squash on the target branch. */
export function mergeNow(box: Pick<Box, 'world'>): void {
  const { world } = box
  const newest = newestPr(world)
  if (newest === null) return
  const work = commitOf(world.commits, newest.head).work
  const made = addCommit(world.commits, { parents: [world.target], work })
  box.world = withPr(
    { ...world, commits: made.graph, target: made.commit, merges: world.merges + 1 },
    { state: 'merged', mergeCommit: made.commit, scheduled: false },
  )
}

function answer(box: Box, replies: readonly Reply[]): void {
  const { world } = box
  const newest = newestPr(world)
  if (newest === null || world.local === null) return
  if (world.pushed !== world.local.head || newest.head !== world.local.head)
    broke(box, 'acts_happen_once', 'reviewers are answered before the fix is on the forge')
  let { threads } = newest
  for (const { key, to } of replies) {
    if (world.replies.includes(key)) continue
    if (to.kind !== 'thread') continue
    if (to.resolve && hasMoreThanAsked(world, newest, to.id))
      broke(box, 'acts_happen_once', 'a thread is resolved in which somebody wrote on')
    const ours = remark({ id: key, author: 'claudetm', ours: true, body: 'x', at: 0 })
    threads = threads.map((thread) =>
      thread.id === to.id ? { ...thread, resolved: to.resolve, remarks: [...thread.remarks, ours] } : thread,
    )
  }
  const keys = replies.map(({ key }) => key)
  box.world = withPr({ ...world, replies: [...new Set([...world.replies, ...keys])] }, { threads })
}

function hasMoreThanAsked(world: SmallWorld, pr: SmallPr, id: string): boolean {
  const newest = pr.threads.find((thread) => thread.id === id)?.remarks.findLast((remark) => !remark.ours)
  const asked = world.state.groups[GROUP]?.asked.find((remark) => remark.id === id)
  return newest !== undefined && asked !== undefined && newest.id !== asked.remark
}

export function toSnapshot(pr: SmallPr): PrSnapshot {
  return {
    number: pr.number as PrNumber,
    url: 'small',
    title: 'Explore',
    author: 'claudetm',
    state: pr.state,
    draft: pr.draft,
    headBranch: 'b',
    head: toSha(pr.head),
    isFromFork: false,
    baseBranch: pr.base,
    mergeCommit: pr.mergeCommit === null ? null : toSha(pr.mergeCommit),
    mergeability: pr.conflicts ? 'conflicting' : pr.behind ? 'behind' : 'clean',
    behind: pr.behind,
    mustBeUpToDate: pr.behind,
    awaits: [],
    checks: toChecks(pr),
    reviews: known({ threads: pr.threads, changeRequests: pr.changeRequests }),
    mergeScheduled: pr.scheduled ? 'queue' : null,
    canSchedule: null,
    headSince: pr.headSince,
  }
}

function toChecks({ ci, head }: SmallPr): ChecksObservation {
  const reported = (changes: Parameters<typeof check>[0]): ChecksObservation => ({
    kind: 'reported',
    head: toSha(head),
    complete: true,
    items: [check(changes)],
  })
  switch (ci) {
    case 'none_configured':
      return { kind: 'none_configured' }
    case 'none_yet':
      return { kind: 'reported', head: toSha(head), complete: true, items: [] }
    case 'green':
      return reported({})
    case 'pending':
      return reported({ status: 'pending' })
    case 'red':
      return reported({ status: 'failed', canRerun: true })
    case 'red_here_too':
      return reported({ status: 'failed', canRerun: true, onBase: 'failed' })
    case 'infrastructure':
      return reported({ status: 'failed', canRerun: true, cause: 'infrastructure' })
  }
}
