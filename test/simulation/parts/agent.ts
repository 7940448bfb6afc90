/** The agent behind its interface: what a session does is the history's next behaviour; its transcript survives us. */
import type { Agent, AgentActivity, RecalledSession, SessionRequest, SessionResult } from '../../../src/agent/agent.ts'
import { Failure } from '../../../src/domain/failure.ts'
import type { Behaviour, Setup } from '../history.ts'
import { pass } from '../world/door.ts'
import type { Session } from '../world/journal.ts'
import { never } from '../world/machine.ts'
import type { Process } from '../world/process.ts'
import { targetOf, type Worktree } from '../world/repository.ts'
import type { World } from '../world/world.ts'

const MINUTE = 60_000
/** The product's own watchdog ends a silent session after that long. */
const WATCHDOG_MS = 30 * MINUTE

type Context = { readonly signal: AbortSignal; readonly onActivity: (activity: AgentActivity) => void }
type Ending = SessionResult extends infer R ? (R extends unknown ? Omit<R, keyof typeof NO_SPEND> : never) : never

const NO_SPEND = { costUsd: 0, usage: {}, turns: 0, durationMs: 0, contextTokens: 0 }

export function createAgent(world: World, process: Process): Agent {
  return {
    run: (request, context) => runSession(world, process, request, context),
    recall: (request) =>
      pass(world, process, { call: 'agent.recall', changes: false, effect: () => recall(world, request) }),
    describe: () => ({ protection: 'none', account: 'simulated' }),
  }
}

function recall({ journal }: World, request: Parameters<Agent['recall']>[0]): RecalledSession {
  const session = journal.sessions.findLast(
    ({ conversationId, startedAt }) => conversationId === request.conversationId && startedAt >= request.startedAt,
  )
  if (session === undefined || !session.began) return { kind: 'absent' }
  const spend = spendOf(session)
  return session.answered ? { kind: 'finished', output: session.answer, spend } : { kind: 'unfinished', spend }
}

const spendOf = ({ costUsd, turns }: Session) => ({
  costUsd,
  usage: {},
  turns,
  durationMs: MINUTE,
  contextTokens: 1_000,
})

async function runSession(
  world: World,
  process: Process,
  request: SessionRequest,
  context: Context,
): Promise<SessionResult> {
  const session = openSession(world, process, request)
  const killed = new AbortController()
  process.endSession = () => killed.abort()
  const step = <T>(call: 'agent.begin' | 'agent.edit' | 'agent.commit' | 'agent.answer', effect: () => T) =>
    pass(world, process, {
      call,
      changes: true,
      effect: () => {
        killed.signal.throwIfAborted()
        return effect()
      },
      unknown: () => lost(),
      refused: () => lost(),
    })
  const actor: Actor = { world, request, session, step, signal: AbortSignal.any([context.signal, killed.signal]) }
  try {
    await step('agent.begin', () => {
      session.began = true
      session.turns = 1
      session.costUsd = 0.05
    })
    context.onActivity({ kind: 'text', text: 'looking around', subagent: null })
    const ending = await behave(actor)
    if (!process.alive) return never()
    return close(session, ending)
  } catch (error) {
    if (killed.signal.aborted) return close(session, failed('agent_failed', 'the process of the agent died'))
    if (context.signal.aborted) return close(session, { outcome: 'aborted' })
    if (error instanceof Failure) return close(session, { outcome: 'failed', failure: error })
    throw error
  } finally {
    if (process.alive) process.endSession = null
  }
}

function lost(): never {
  throw new Failure('agent_network', 'the connection was lost')
}

function close(session: Session, ending: Ending): SessionResult {
  session.ended = true
  session.outcome = ending.outcome
  return { ...spendOf(session), ...ending } as SessionResult
}

function openSession({ journal, time }: World, { pid }: Process, request: SessionRequest): Session {
  const session: Session = {
    id: request.sessionId,
    kind: request.kind,
    taskId: taskOf(request),
    conversationId: request.conversation.id,
    startedAt: time.now(),
    pid,
    began: false,
    answer: null,
    answered: false,
    costUsd: 0,
    turns: 0,
    outcome: 'running',
    commits: [],
    disposed: [],
    fixed: [],
    ended: false,
    prompt: request.prompt,
    cwd: request.cwd,
    model: request.model,
    continues: request.conversation.mode === 'continue',
    budgetUsd: request.maxBudgetUsd,
    refusedUntil: null,
    isRefusalSaved: false,
  }
  journal.sessions.push(session)
  return session
}

function taskOf({ prompt }: SessionRequest): string | null {
  return /## Your task now\s+(.+)/.exec(prompt)?.[1] ?? null
}

type Actor = {
  readonly world: World
  readonly request: SessionRequest
  readonly session: Session
  readonly signal: AbortSignal
  readonly step: <T>(call: 'agent.edit' | 'agent.commit' | 'agent.answer', effect: () => T) => Promise<T>
}

async function behave(actor: Actor): Promise<Ending> {
  const { world, request } = actor
  await think(actor, 2 * MINUTE)
  switch (request.kind) {
    case 'plan':
      return readOnly(actor, planOf(world))
    case 'plan-update':
      return readOnly(actor, updateOf(world))
    case 'verify':
      return readOnly(actor, { verdicts: verdictsOf(world, world.behaviours[0] === 'counts_from_nought') })
    case 'confirm':
      return readOnly(actor, { verdicts: [confirmationOf(world, actor)] })
    case 'second-look':
      return readOnly(actor, { verdicts: [{ criterion: 0, verdict: 'refuted', evidence: 'a.ts still adds' }] })
    default:
      return work(actor, world.behaviours.shift() ?? 'diligent')
  }
}

/** Planning and judging go wrong too: in the ways in which a session that writes nothing can. */
async function readOnly(actor: Actor, output: unknown): Promise<Ending> {
  const behaviour = actor.world.behaviours[0]
  if (behaviour !== undefined && MAY_READ_BADLY.has(behaviour)) {
    actor.world.behaviours.shift()
    return work(actor, behaviour)
  }
  return answer(actor, output)
}

const MAY_READ_BADLY: ReadonlySet<Behaviour> = new Set<Behaviour>([
  'cut_off',
  'refused',
  'refused_until',
  'fails',
  'fails_for_good',
  'hangs',
  'no_shape',
])

async function work(actor: Actor, behaviour: Behaviour): Promise<Ending> {
  const { world, request, session } = actor
  switch (behaviour) {
    case 'refused':
      return refuse(session, null)
    case 'refused_until':
      return refuse(session, world.time.now() + 3 * 60 * MINUTE)
    case 'fails':
      return failed('agent_overloaded', 'overloaded')
    case 'fails_for_good':
      return failed('agent_auth', 'the key was revoked')
    case 'hangs':
      await sleep(actor, WATCHDOG_MS)
      return failed('agent_stalled', 'silent for 30 minutes')
    case 'cut_off':
      return { outcome: 'cut_off', by: 'turns' }
    case 'cut_off_with_commit':
      await commit(actor)
      return { outcome: 'cut_off', by: 'turns' }
    case 'fails_after_commit':
      await commit(actor)
      return failed('agent_network', 'the connection was lost')
    case 'no_shape':
      if (request.access === 'write') await edit(actor)
      return answer(actor, { nothing: 'useful' })
    case 'blocked':
      return answer(actor, {
        outcome: 'blocked',
        summary: 'cannot go on',
        blockedReason: 'which database is it to be?',
      })
    case 'nothing_to_do':
      if (mayHaveNothingToDo(actor)) {
        world.needless.add(actor.session.taskId ?? '')
        return answer(actor, report({ outcome: 'nothing_to_do' }))
      }
      break
    case 'claims_nothing_to_do':
      return answer(actor, report({ outcome: 'nothing_to_do' }))
    case 'commits_nothing':
      return answer(actor, request.kind === 'fix-review' ? disposed(actor, 'explained') : report())
    case 'leaves_everything':
      await edit(actor)
      return answer(actor, done(actor))
    case 'leaves_dirty':
      await commit(actor)
      await edit(actor)
      return answer(actor, done(actor))
    case 'stops_half_way':
      await commit(actor)
      if (request.mayRewriteHistory)
        await actor.step('agent.edit', () => void Object.assign(treeOf(actor), { operation: true }))
      return answer(actor, done(actor))
    case 'breaks_gate':
      await commit(actor, 'gate')
      return answer(actor, done(actor))
    case 'breaks_ci':
      await commit(actor, 'ci')
      return answer(actor, done(actor))
    case 'deletes_test':
      await commit(actor, 'none', true)
      return answer(actor, done(actor))
    case 'explains':
    case 'declines':
      if (request.kind !== 'fix-review') break
      return answer(actor, disposed(actor, behaviour === 'explains' ? 'explained' : 'declined'))
    case 'claims_fixed':
      return answer(actor, done(actor))
    case 'answers_strangers':
      await commit(actor)
      return answer(actor, withMore(done(actor)))
    case 'counts_from_nought':
    case 'diligent':
      break
  }
  await commit(actor)
  return answer(actor, done(actor))
}

function refuse(session: Session, resetsAt: number | null): Ending {
  session.turns = 0
  session.costUsd = 0
  session.refusedUntil = resetsAt
  return { outcome: 'refused', resetsAt, why: 'usage limit' }
}

/** Only where nothing was done yet is "nothing to do" the truth. */
function mayHaveNothingToDo({ request, session }: Actor): boolean {
  return request.kind === 'work' && session.taskId !== null
}

async function think(actor: Actor, ms: number): Promise<void> {
  await sleep(actor, ms)
  actor.session.turns += 1
  actor.session.costUsd += 0.1
}

function sleep({ world, signal }: Actor, ms: number): Promise<void> {
  if (signal.aborted) return Promise.reject(signal.reason)
  return new Promise((resolve, reject) => {
    signal.addEventListener('abort', () => reject(signal.reason), { once: true })
    world.time.after(ms, resolve)
  })
}

function treeOf({ world, request }: Actor): Worktree {
  const tree = world.repository.worktrees.get(request.git.branch ?? '')
  if (tree === undefined) throw new Error(`no worktree for ${request.git.branch}`)
  return tree
}

async function edit(actor: Actor): Promise<void> {
  await actor.step('agent.edit', () => void treeOf(actor).dirty.push(`src/${actor.session.id.slice(-4)}.ts`))
  await think(actor, MINUTE)
}

/** Everything in the tree, as one commit; a conflict session makes the branch anew on the target. */
async function commit(actor: Actor, flaw: 'none' | 'gate' | 'ci' = 'none', deletesTest = false): Promise<void> {
  await edit(actor)
  const { world, request, session } = actor
  const { repository } = world
  const { commits } = repository
  await actor.step('agent.commit', () => {
    const tree = treeOf(actor)
    const lacksTest = deletesTest || (commits.get(tree.head).lacksTest && request.kind !== 'fix-integrity')
    const make = (parent: typeof tree.head, replaces: (typeof tree.head)[] = []) => {
      const sha = commits.make({ parents: [parent], by: 'agent', session: session.id, flaw, lacksTest, replaces })
      session.commits.push(sha)
      return sha
    }
    if (request.kind === 'resolve-conflict' || (tree.operation && request.mayRewriteHistory)) {
      const target = targetOf(repository)
      const own = commits.between(target, tree.head).map(({ sha }) => sha)
      tree.head = make(target, own)
    } else {
      tree.head = make(tree.head)
    }
    tree.dirty = []
    tree.operation = false
  })
  await think(actor, MINUTE)
}

async function answer(actor: Actor, output: unknown): Promise<Ending> {
  await actor.step('agent.answer', () => {
    actor.session.answer = output
    actor.session.answered = true
  })
  return { outcome: 'completed', output }
}

function failed(
  kind: 'agent_overloaded' | 'agent_auth' | 'agent_stalled' | 'agent_network' | 'agent_failed',
  why: string,
): Ending {
  return { outcome: 'failed', failure: new Failure(kind, why) }
}

function report(changes: object = {}): object {
  return { outcome: 'done', summary: 'did it', learnings: ['uses node:test'], ...changes }
}

function done(actor: Actor): object {
  return actor.request.kind === 'fix-review' ? disposed(actor, 'fixed') : report()
}

function disposed(
  { world, request, session }: Actor,
  action: 'fixed' | 'explained' | 'declined',
): { threads: object[] } {
  const asked = [...request.prompt.matchAll(/(?:Thread|Review that asks for changes|Comment) ([TR]\d+)/g)]
  if (asked.length > 0)
    world.remembered.set(
      session.conversationId,
      asked.map((match) => match[1] ?? ''),
    )
  const ids = world.remembered.get(session.conversationId) ?? []
  session.disposed.push(...ids)
  if (action === 'fixed') session.fixed.push(...ids)
  return { threads: ids.map((id) => ({ id, action, message: `${action}: ${id}` })) }
}

function withMore(output: object): object {
  if (!('threads' in output) || !Array.isArray(output.threads)) return output
  return { threads: [...output.threads, { id: 'T99', action: 'fixed', message: 'nobody asked' }] }
}

function planOf({ history }: World): object {
  let tasks = 0
  return {
    criteria: criteriaOf(history.setup.criteria),
    groups: history.setup.groups.map((count, index) => ({
      title: `Group ${index + 1}`,
      why: 'wanted',
      dependsOn: index === 0 ? [] : [index - 1],
      tasks: Array.from({ length: count }, (_, at) => ({
        title: `Task ${++tasks}`,
        complexity: at === 0 ? 'coding' : 'quick',
      })),
    })),
  }
}

function criteriaOf(kind: Setup['criteria']): object[] {
  return [
    ...(kind === 'command' || kind === 'both' ? [{ text: 'it works', command: 'npm test' }] : []),
    ...(kind === 'judged' || kind === 'both' ? [{ text: 'it is documented' }] : []),
  ]
}

/** Keeps everything, and adds a task in a new group for what was asked. */
function updateOf({ state, time }: World): object {
  const groups = state?.plan?.groups ?? []
  return {
    criteria: [],
    groups: [
      ...groups.map((group) => ({
        title: group.title,
        dependsOn: group.dependsOn.map((id) => groups.findIndex((other) => other.id === id)),
        tasks: group.tasks.map(({ id, title, complexity }) => ({ id, title, complexity })),
      })),
      { title: `Asked later ${time.elapsed()}`, tasks: [{ title: `Later ${time.elapsed()}`, complexity: 'coding' }] },
    ],
  }
}

function verdictsOf({ state }: World, fromNought: boolean): object[] {
  const judged = (state?.plan?.criteria ?? []).flatMap(({ command }, index) => (command === null ? [index] : []))
  return judged.map((index, position) => ({
    criterion: fromNought ? position : index,
    verdict: 'confirmed',
    evidence: 'seen in README.md',
  }))
}

/** The second look sees how it is. */
function confirmationOf({ needless, journal }: World, { request }: Actor): object {
  const title = /\n0\. (.+)/.exec(request.prompt)?.[1] ?? ''
  const isSo = needless.has(title)
  if (isSo) journal.confirmed.add(title)
  return { criterion: 0, verdict: isSo ? 'confirmed' : 'refuted', evidence: 'looked' }
}
