/**
 * A run from its start as far as it can get: what `decideRun` answers is done with the engine's own bookkeeping; groups,
 * planning and judging end in every way they can.
 */
import type { SessionResult } from '../../../src/agent/agent.ts'
import { decideRun, type RunDecision, type RunObservation } from '../../../src/domain/decide/run.ts'
import { Failure } from '../../../src/domain/failure.ts'
import type { CommitSha, ConversationId, GroupId, SessionId } from '../../../src/domain/ids.ts'
import type { CriterionEvidence, GroupState, RunAttempt, RunState, SessionRecord } from '../../../src/domain/run.ts'
import { beginRound, MAX_LOOKS } from '../../../src/domain/verdicts.ts'
import { beginRunAttempt } from '../../../src/engine/attempts.ts'
import { settleSession } from '../../../src/engine/settle.ts'
import { toSha } from './commit-graph.ts'
import type { Edge, Node, Wrong } from './reach.ts'
import { historyOf } from './reach.ts'
import { afterRunCommand, brokenByRunDecision } from './run-rules.ts'
import { evidenceOf, PLAN, RUN, runGroup } from './run-situations.ts'
import { SMALL_POLICY } from './small-world.ts'

type RunWorld = {
  readonly now: number
  readonly target: CommitSha
  readonly movesLeft: number
  readonly state: RunState
}
type Next = {
  readonly by: string
  readonly world: RunWorld
  readonly phase?: Node['phase']
  readonly until?: number
  readonly quiet?: boolean
}

const SPEND = { costUsd: 1, usage: {}, turns: 1, durationMs: 0, contextTokens: 10 }

const ENDS: Readonly<Record<string, SessionResult>> = {
  answers: { ...SPEND, outcome: 'completed', output: 'an answer' },
  'is refused': { ...SPEND, turns: 0, outcome: 'refused', resetsAt: null, why: 'limit' },
  'is cut off': { ...SPEND, outcome: 'cut_off', by: 'turns' },
  fails: { ...SPEND, outcome: 'failed', failure: new Failure('agent_network', 'no network') },
  'fails for good': { ...SPEND, outcome: 'failed', failure: new Failure('agent_auth', 'bad key') },
}

export function reachRun(): { nodes: readonly Node<RunWorld>[]; transitions: number; wrong: readonly Wrong[] } {
  const known = new Map<string, Node<RunWorld>>()
  const queue: Node<RunWorld>[] = []
  const wrong: Wrong[] = []
  let transitions = 0
  const enter = ({ world, phase = 'turn', until }: Next, from: Node<RunWorld>['from']): Node<RunWorld> => {
    const key = keyOf(world, phase)
    const before = known.get(key)
    if (before !== undefined) return before
    const node: Node<RunWorld> = { world, phase, until: until ?? null, from, out: [] }
    known.set(key, node)
    queue.push(node)
    return node
  }
  enter({ by: '', world: { now: 0, target: toSha(1), movesLeft: 2, state: RUN } }, null)
  for (let index = 0; index < queue.length; index += 1) {
    const node = queue[index]
    if (node === undefined) break
    const { nexts, broken } = follow(node)
    for (const { rule, what } of broken) wrong.push({ rule, what, history: historyOf(node) })
    for (const next of nexts) {
      transitions += 1
      const to = enter(next, { node, by: next.by })
      const edge: Edge<RunWorld> = { to, by: next.by, quiet: next.quiet ?? true, progress: false }
      node.out.push(edge)
    }
  }
  return { nodes: queue, transitions, wrong }
}

function follow({ world, phase, until }: Node<RunWorld>): {
  nexts: readonly Next[]
  broken: ReturnType<typeof brokenByRunDecision>
} {
  if (phase === 'wait')
    return {
      nexts: [{ by: 'time passes', world: { ...world, now: until ?? world.now } }, ...others(world)],
      broken: [],
    }
  if (phase !== 'turn') return { nexts: phase === 'blocked' ? resumes(world) : [], broken: [] }
  const o = observe(world)
  const decision = decideRun(o)
  return { nexts: [...carryOut(world, decision), ...others(world)], broken: brokenByRunDecision(o, decision) }
}

function observe({ now, target, state }: RunWorld): RunObservation {
  const atTheEnd = state.plan?.groups.every(({ id }) => state.groups[id]?.stage === 'done') === true
  return { now, state, policy: SMALL_POLICY, target: atTheEnd ? target : null }
}

function carryOut(world: RunWorld, decision: RunDecision): readonly Next[] {
  const { state, now } = world
  const to = (by: string, next: RunState): Next => ({ by, world: { ...world, state: next } })
  switch (decision.kind) {
    case 'session':
      return Object.entries(ENDS).map(([by, result]) =>
        to(`${decision.session} ${by}`, afterSession(state, decision, result, now)),
      )
    case 'accept':
      return accept(state, decision, world.target).map(([by, next]) => to(`${decision.session}: ${by}`, next))
    case 'groups':
      return [
        to('the groups are done', withGroups(state, { stage: 'done' })),
        to(
          'a group is blocked',
          withGroups(state, {
            block: { cause: 'CI stays red', tried: null, command: 'claudetm resume --force', at: 0 },
          }),
        ),
      ]
    case 'verify': {
      const command = (['confirmed', 'refuted'] as const).map((verdict) =>
        evidenceOf('tests pass', verdict, world.target),
      )
      return command.map((result) =>
        to(`the command: ${result.verdict}`, {
          ...state,
          attempt: null,
          verification: { ...beginRound(state.verification, world.target), results: [result] },
        }),
      )
    }
    case 'wait':
      return [{ by: 'waits', world, phase: 'wait', until: decision.until }]
    case 'block':
      return [
        {
          by: 'blocks',
          world: { ...world, state: { ...state, block: { ...decision.block, at: now } } },
          phase: 'blocked',
        },
      ]
    case 'succeed':
      return [{ by: 'succeeds', world, phase: 'finished' }]
  }
}

type Asked = { readonly session: RunAttempt['kind']; readonly subject: string }

function afterSession(state: RunState, { session, subject }: Asked, result: SessionResult, now: number): RunState {
  const record: SessionRecord = {
    id: `s${state.sessions.length}` as SessionId,
    kind: session,
    groupId: null,
    taskId: null,
    conversationId: 'c' as ConversationId,
    cwd: '/',
    model: 'opus',
    startedAt: now,
    endedAt: null,
    outcome: 'running',
    reservedUsd: null,
    costUsd: 0,
    usage: {},
    turns: 0,
  }
  const attempt = beginRunAttempt(state.attempt, { kind: session, subject, conversationId: record.conversationId })
  const settled = settleSession({ ...state, attempt, sessions: [record] }, record, result, now, SMALL_POLICY)
  return { ...settled, sessions: [] }
}

function accept(state: RunState, { session }: Asked, target: CommitSha): readonly (readonly [string, RunState])[] {
  const { attempt, verification } = state
  if (attempt === null) return []
  const unusable: RunState = {
    ...state,
    attempt: { ...attempt, invalid: attempt.invalid + 1, lastProblem: 'x', last: null, output: null },
  }
  const worked = { ...state, attempt: null }
  switch (session) {
    case 'plan':
      return [
        ['a plan', withGroups({ ...worked, plan: PLAN }, {})],
        ['unusable', unusable],
      ]
    case 'plan-update': {
      const messages = state.messages.length > 0 ? [] : state.messages
      const followed = {
        ...worked,
        messages,
        verification: verification === null || state.messages.length > 0 ? null : { ...verification, followedUp: true },
      }
      return [
        ['more to do', withGroups(followed, { stage: 'pending' })],
        ['nothing more', followed],
        ['unusable', unusable],
      ]
    }
    case 'verify':
      if (verification === null) return []
      return (['confirmed', 'refuted', 'inconclusive'] as const).map((verdict) => [
        verdict,
        {
          ...worked,
          verification: {
            ...verification,
            results: withVerdict(verification.results, verdict, target),
          },
        },
      ])
  }
}

/** As the engine accepts it: one answer for a criterion, unclear is looked at once more, and unclear twice is unmet. */
function withVerdict(
  results: readonly CriterionEvidence[],
  verdict: CriterionEvidence['verdict'],
  target: CommitSha,
): readonly CriterionEvidence[] {
  const before = results.find(({ criterion }) => criterion === 'it is documented')
  const looks = (before?.looks ?? 0) + 1
  const counts = verdict === 'inconclusive' && looks >= MAX_LOOKS ? 'refuted' : verdict
  return [
    ...results.filter((result) => result !== before),
    { ...evidenceOf('it is documented', counts, target), looks },
  ]
}

function withGroups(state: RunState, changes: Partial<GroupState>): RunState {
  const groups = Object.fromEntries(
    PLAN.groups.map(({ id }) => [id, { ...(state.groups[id] ?? runGroup(id, {})), ...changes }]),
  )
  return { ...state, groups: groups as Readonly<Record<GroupId, GroupState>> }
}

/** Somebody merges something else into the target, or says something. */
function others(world: RunWorld): readonly Next[] {
  if (world.movesLeft <= 0) return []
  const { state, target } = world
  const movesLeft = world.movesLeft - 1
  const moved: Next = {
    by: 'people: move the target',
    world: { ...world, movesLeft, target: toSha(Number(target) + 1) },
    quiet: false,
  }
  const said: Next = {
    by: 'people: a message',
    world: { ...world, movesLeft, state: { ...state, messages: [...state.messages, 'x'] } },
    quiet: false,
  }
  return state.plan === null ? [moved] : [moved, said]
}

function resumes(world: RunWorld): readonly Next[] {
  if (world.movesLeft <= 0) return []
  const state = afterRunCommand(world.state, world.state.block?.command ?? '')
  return [{ by: 'people: resume as told', world: { ...world, movesLeft: world.movesLeft - 1, state }, quiet: false }]
}

function keyOf({ now, target, movesLeft, state }: RunWorld, phase: string): string {
  const { plan, groups, messages, attempt, verification, usageLimitUntil, usageLimitWaits, block } = state
  return JSON.stringify([
    phase,
    movesLeft,
    plan !== null,
    Object.values(groups).map((group) => [group.stage, group.block?.cause]),
    messages.length,
    attempt === null
      ? null
      : {
          ...attempt,
          subject: attempt.kind === 'verify' ? attempt.subject === target : attempt.subject,
          sessions: 0,
          conversationId: null,
          lastEndedAt: attempt.failures === 0 ? 0 : Math.max(-3, (attempt.lastEndedAt ?? 0) - now),
        },
    verification === null
      ? null
      : [
          verification.round,
          verification.commit === target,
          verification.followedUp,
          verification.isRepeat,
          verification.results.map(({ verdict }) => verdict),
        ],
    Math.max(0, (usageLimitUntil ?? 0) - now),
    usageLimitWaits,
    block?.cause,
  ])
}
