/** The ten safety rules, each checked against what really happened in the simulated world. */
import type { RunEvent } from '../../src/domain/events.ts'
import type { CommitSha } from '../../src/domain/ids.ts'
import { allTasks } from '../../src/domain/plan.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'
import type { Attempt, RunState } from '../../src/domain/run.ts'
import type { SafetyRule } from '../safety/safety-rules.ts'
import { UNTRUSTED } from './deeds.ts'
import type { Merge, Session } from './world/journal.ts'
import { isKept, targetOf } from './world/repository.ts'
import { DIRECTORY, type World } from './world/world.ts'

type Check = (world: World) => readonly string[]

/** The rule about secrets has no place where the simulated world could leak one: other benches try it. */
export const SIMULATED_RULES = {
  merges_only_what_the_gate_allows: ({ journal, history }) =>
    journal.merges.flatMap((merge) =>
      objections(merge, journal.sessions, history.setup.bots && !journal.fired.has('clock_forward')).map(
        (why) => `PR #${merge.pull} at ${short(merge.head)} was merged although ${why}`,
      ),
    ),

  commits_stay_reachable: ({ repository, pulls, journal }) => {
    const heads = pulls.all.map(({ head }) => head)
    const dropped = journal.fired.has('push_force_person')
    return repository.commits
      .all()
      .filter(({ by }) => by === 'agent' || (by === 'person' && !dropped))
      .filter(({ sha }) => !isKept(repository, sha, heads))
      .map(
        ({ sha, by, session }) => `${short(sha)} by ${by}${session === null ? '' : ` (${session.slice(-4)})`} is lost`,
      )
  },

  acts_happen_once: (world) => [...pullsTwice(world), ...repliesTwice(world), ...resolvedEarly(world)],

  tasks_need_evidence: (world) => [
    ...tasksWithoutEvidence(world),
    ...tasksTwice(world),
    ...tasksSkipped(world),
    ...tasksForgotten(world),
    ...wordsLost(world),
    ...pushedWithFinding(world),
  ],

  spend_is_capped: (world) => [...beyondCaps(world), ...notAccounted(world), ...paidTwice(world)],

  usage_limits_cost_nothing: (world) => [...world.journal.chargedForRefusal, ...askedTooEarly(world)],

  workspace_only: ({ journal, pulls }) => {
    const own = /^refs\/heads\/claudetm\//
    return [
      ...journal.pushes.filter(({ ref }) => !own.test(ref)).map(({ ref }) => `pushed to ${ref}`),
      ...journal.deletedRefs
        .filter((ref) => !pulls.all.some((pull) => `refs/heads/${pull.branch}` === ref && pull.state === 'merged'))
        .map((ref) => `${ref} was deleted, which is not merged`),
      ...journal.sessions.filter(({ cwd }) => !cwd.startsWith('/pool/')).map(({ cwd }) => `a session ran in ${cwd}`),
      ...journal.sessions
        .filter(({ prompt }) => prompt.includes(UNTRUSTED))
        .map(({ kind }) => `the words of a stranger reached a ${kind} session`),
    ]
  },

  blocks_name_a_cure: ({ journal }) => [
    ...journal.violations,
    ...journal.blocks.filter(({ cause }) => cause.trim() === '').map(({ command }) => `no cause for ${command}`),
  ],

  one_owner: ({ journal }) => [
    ...journal.lateActs.map(
      ({ call, pid, fence, highest }) =>
        `process ${pid} (number ${fence}) began ${call} although ${highest} had taken over`,
    ),
    ...journal.lateEnds,
  ],
} as const satisfies Partial<Record<SafetyRule, Check>>

export function checkRules(world: World): Partial<Record<SafetyRule, readonly string[]>> {
  const found = Object.entries(SIMULATED_RULES).map(([rule, check]) => [rule, check(world)] as const)
  return Object.fromEntries(found.filter(([, violations]) => violations.length > 0))
}

function short(sha: string): string {
  return sha.replace(/^0+/, '')
}

function objections(merge: Merge, sessions: readonly Session[], quiet: boolean): readonly string[] {
  const { head, seen, local, acceptedWithoutChecks, at } = merge
  if (seen === null) return ['nobody had looked at it']
  const earlier = sessions.slice(0, merge.atSession)
  // A bot that said the same before got the same answer.
  const dealtWith = earlier.some(({ disposed }) => seen.openBotThreads.some((id) => disposed.includes(id)))
  const bots = dealtWith ? [] : seen.openBotThreads
  const clauses: readonly (readonly [boolean, string])[] = [
    [seen.head === head, `${short(seen.head)} was looked at`],
    [seen.open, 'it was not open'],
    [!seen.draft, 'it was a draft'],
    [seen.base === 'main', `it went into ${seen.base}`],
    [
      seen.checks === 'green' ||
        seen.checks === 'none_configured' ||
        (seen.checks === 'none_yet' && acceptedWithoutChecks),
      `its checks were ${seen.checks}`,
    ],
    [!seen.conflicting, 'it conflicted'],
    [seen.openThreads.length === 0, `threads were open: ${seen.openThreads.join(', ')}`],
    [bots.length === 0, `bots were not answered: ${bots.join(', ')}`],
    [seen.changeRequests.length === 0, `changes were requested: ${seen.changeRequests.join(', ')}`],
    [local !== null && local.head === head, `the workspace held ${local === null ? 'nothing' : short(local.head)}`],
    [local !== null && !local.dirty, 'the workspace was not clean'],
    [
      !quiet || acceptedWithoutChecks || seen.greenAt === null || at - seen.greenAt >= DEFAULT_POLICY.reviewQuietMs,
      'review bots had no time to comment',
    ],
  ]
  return clauses.filter(([holds]) => !holds).map(([, why]) => why)
}

function pullsTwice({ pulls, journal }: World): readonly string[] {
  const branches = new Set(pulls.all.map(({ branch }) => branch))
  return [...branches].flatMap((branch) => {
    const own = pulls.all.filter((pull) => pull.branch === branch)
    const earlier = own.slice(0, -1).filter(({ state }) => state !== 'closed')
    const merges = journal.merges.filter((merge) => merge.branch === branch && !merge.scheduled).length
    return [
      ...(earlier.length > 0 && !journal.fired.has('reopened_person') ? [`${own.length} PRs for ${branch}`] : []),
      ...(merges > 1 ? [`${branch} was merged ${merges} times`] : []),
    ]
  })
}

/** As many answers as sessions that gave one; a bot that repeats itself gets the old one once more. */
function repliesTwice({ journal, pulls }: World): readonly string[] {
  const threads = pulls.all.flatMap((pull) => pull.threads)
  const tooMany = threads.flatMap(({ id, remarks }) => {
    const replies = journal.replies.filter(({ thread }) => thread === id).length
    const sessions = journal.sessions.filter(({ answered, disposed }) => answered && disposed.includes(id)).length
    const repeats = remarks.every(({ isBot, ours }) => isBot || ours) ? 1 : 0
    return replies > sessions + repeats ? [`${replies} replies in ${id} from ${sessions} sessions`] : []
  })
  const said = journal.replies.filter(({ thread }) => thread === null).map(({ pull, body }) => `on #${pull}: ${body}`)
  return [...tooMany, ...said.filter((what, index) => said.indexOf(what) !== index).map((what) => `said twice ${what}`)]
}

function resolvedEarly({ journal, repository }: World): readonly string[] {
  return journal.replies
    .filter(({ resolve, thread }) => resolve && thread !== null)
    .flatMap(({ thread, pushed, atSession }) => {
      const fix = journal.sessions.slice(0, atSession).findLast(({ fixed }) => fixed.includes(thread ?? ''))
      const commit = fix?.commits.at(-1)
      if (commit === undefined) return []
      const there = pushed.some((head) => reachesOrReplaces(repository, head, commit))
      return there ? [] : [`${thread} was resolved before ${short(commit)} was on the remote`]
    })
}

function reachesOrReplaces({ commits }: World['repository'], from: CommitSha, to: CommitSha): boolean {
  if (commits.reaches(from, to)) return true
  return commits
    .all()
    .some(({ sha, replaces }) => replaces.includes(to) && reachesOrReplaces({ commits } as never, from, sha))
}

function isOver({ state }: World): boolean {
  return state?.status === 'success'
}

function tasksWithoutEvidence(world: World): readonly string[] {
  const { state, repository, journal } = world
  if (state?.plan == null || !isOver(world)) return []
  return allTasks(state.plan).flatMap((task) => {
    const evidence = state.tasks[task.id]
    if (evidence === undefined) return [`${task.id} "${task.title}" is not done, and the run is a success`]
    switch (evidence.how) {
      case 'committed': {
        const shipped = evidence.commit !== null && reachesOrReplaces(repository, targetOf(repository), evidence.commit)
        // What a person left out when they merged or pushed by force is theirs to leave out.
        return shipped || journal.fired.has('push_force_person')
          ? []
          : [`${task.id} is done by ${short(evidence.commit ?? '')}, which is not on the target`]
      }
      case 'confirmed_nothing_to_do':
        return journal.confirmed.has(task.title) ? [] : [`${task.id} needed no change, says nobody`]
      case 'ticked_by_person':
        return journal.ticked.has(task.id) || journal.ticked.has(task.title) ? [] : [`${task.id} was ticked by nobody`]
      default:
        return [`${task.id} is done: ${evidence.how}`]
    }
  })
}

function tasksTwice(world: World): readonly string[] {
  const counts = new Map<string, number>()
  for (const event of readEvents(world)) {
    if (event.type === 'task.completed') counts.set(event.taskId, (counts.get(event.taskId) ?? 0) + 1)
  }
  return [...counts]
    .filter(([id, times]) => times > 1 && !world.journal.unticked.has(id) && !isMergedEarly(world))
    .map(([id, times]) => `${id} was completed ${times} times`)
}

/** What a person left in plan.md is in the plan that was fulfilled. */
function tasksSkipped(world: World): readonly string[] {
  const { state, journal } = world
  if (state?.plan == null || !isOver(world) || journal.wanted === null) return []
  const titles = new Set(allTasks(state.plan).map(({ title }) => title))
  return [...journal.wanted].filter((title) => !titles.has(title)).map((title) => `"${title}" was skipped`)
}

/** Nobody but a person who could see it takes a task out of the plan. */
function tasksForgotten({ state, journal, planned }: World): readonly string[] {
  if (state?.plan == null || state.status !== 'success') return []
  const ids = new Set<string>([...allTasks(state.plan).map(({ id }) => id), ...journal.takenOut])
  return [...planned].filter((id) => !ids.has(id)).map((id) => `${id} is not in the plan any more`)
}

/** What a person was told that it would be read has changed the plan, or waits to. */
function wordsLost(world: World): readonly string[] {
  const { journal, state } = world
  if (!isOver(world)) return []
  const updates = journal.sessions.filter(({ kind, answered }) => kind === 'plan-update' && answered)
  return journal.said
    .filter((text) => !updates.some(({ prompt }) => prompt.includes(text)))
    .map((text) => `"${text}" was never worked into the plan${state?.messages.includes(text) ? ', and it waits' : ''}`)
}

/** A test that a session deleted stays at home until a person, or a session that saw why, lets it go. */
function pushedWithFinding({ journal }: World): readonly string[] {
  return journal.pushes
    .filter(({ lacksTest }) => lacksTest)
    .map(({ ref, commit }) => `${short(commit)} was pushed to ${ref} without a test that nobody let go`)
}

export function readEvents({ disk }: World): readonly RunEvent[] {
  const history = `${DIRECTORY}/history`
  const archived = disk.exists(history) ? disk.list(history).map((run) => `${history}/${run}/events.jsonl`) : []
  const file = [...archived, `${DIRECTORY}/events.jsonl`].find(disk.exists)
  if (file === undefined) return []
  return disk
    .read(file)
    .split('\n')
    .flatMap((line) => {
      try {
        return [JSON.parse(line) as RunEvent]
      } catch {
        return []
      }
    })
}

/** What one session may cost beyond a cap that held when it began. */
const IN_FLIGHT_USD = 1

function beyondCaps({ history, journal }: World): readonly string[] {
  const { maxCostUsd, maxSessions } = history.setup
  const spent = journal.sessions.reduce((sum, { costUsd }) => sum + costUsd, 0)
  const charged = journal.sessions.filter(({ turns }) => turns > 0).length
  const grants = journal.grants + 1
  return [
    ...(maxCostUsd !== null && spent > grants * (maxCostUsd + IN_FLIGHT_USD)
      ? [`$${spent.toFixed(2)} were spent; the cap was ${grants} times $${maxCostUsd}`]
      : []),
    ...(maxSessions !== null && charged > grants * maxSessions
      ? [`${charged} sessions; the cap was ${grants} times ${maxSessions}`]
      : []),
  ]
}

function notAccounted(world: World): readonly string[] {
  const { state, journal } = world
  if (state === null || !isOver(world)) return []
  const known = new Map(state.sessions.map((session) => [session.id as string, session]))
  return journal.sessions.flatMap((session) => {
    const record = known.get(session.id)
    if (record === undefined) return [`a ${session.kind} session is in no ledger`]
    if (record.outcome === 'running') return [`a ${session.kind} session never ended in the ledger`]
    return record.costUsd >= session.costUsd - 0.001
      ? []
      : [`a ${session.kind} session cost $${session.costUsd.toFixed(2)}, the ledger says $${record.costUsd.toFixed(2)}`]
  })
}

/** What a person left out when they merged is done again in a pull request of its own. */
function isMergedEarly({ journal }: World): boolean {
  return journal.fired.has('merged_person')
}

function paidTwice(world: World): readonly string[] {
  const { journal, repository } = world
  const delivered = new Map<string, number>()
  for (const { kind, taskId, answered, outcome, commits } of journal.sessions) {
    const isGood = commits.length > 0 && commits.every((sha) => repository.commits.get(sha).flaw === 'none')
    if (kind !== 'work' || taskId === null || !answered || !isGood) continue
    if (outcome === 'completed' || outcome === 'running') delivered.set(taskId, (delivered.get(taskId) ?? 0) + 1)
  }
  const reopened = journal.unticked.size > 0 || isMergedEarly(world)
  return [...delivered]
    .filter(([, times]) => times > 1 && !reopened)
    .map(([task, times]) => `"${task}" was delivered by ${times} sessions`)
}

function askedTooEarly({ journal }: World): readonly string[] {
  if (journal.fired.has('clock_forward') || journal.fired.has('clock_back')) return []
  return journal.sessions.flatMap((session, index) => {
    const limit = journal.sessions
      .slice(0, index)
      .findLast(
        ({ refusedUntil, isRefusalSaved, pid }) => refusedUntil !== null && (isRefusalSaved || pid === session.pid),
      )
    const until = limit?.refusedUntil ?? 0
    const asked = journal.sessions
      .slice(0, index)
      .some(({ startedAt, outcome }) => startedAt >= until && outcome !== 'refused')
    return session.startedAt < until && !asked && !journal.forcedAt.some((at) => at >= (limit?.startedAt ?? 0))
      ? [`a ${session.kind} session was asked although the account refused`]
      : []
  })
}

const BUDGETS = ['failures', 'cutOffs', 'undelivered', 'finishes', 'gateFixes'] as const

/** Looks at every state that is saved: what a refused session leaves must not count against the next one. */
export function watchState(world: World, state: RunState): void {
  for (const { id } of state.plan === null ? [] : allTasks(state.plan)) world.planned.add(id)
  const { journal, begun } = world
  for (const { id, outcome } of state.sessions.slice(-3)) {
    const session = journal.sessions.find((each) => each.id === id)
    if (session !== undefined && outcome === 'refused') session.isRefusalSaved = true
  }
  for (const session of state.sessions.slice(-3)) {
    if (session.groupId === null || begun.has(session.id)) continue
    const attempt = state.groups[session.groupId]?.attempt ?? null
    const index = state.sessions.indexOf(session)
    const before = state.sessions.slice(0, index).findLast(({ groupId }) => groupId === session.groupId)
    const earlier = before === undefined ? undefined : begun.get(before.id)
    begun.set(session.id, attempt)
    if (before?.outcome === 'refused' && isSame(earlier ?? null, attempt))
      noteCharges(journal, earlier as Attempt, attempt as Attempt)
  }
}

function isSame(one: Attempt | null, other: Attempt | null): boolean {
  return one !== null && other !== null && one.purpose === other.purpose && one.subject === other.subject
}

function noteCharges({ chargedForRefusal }: World['journal'], before: Attempt, after: Attempt): void {
  for (const budget of BUDGETS) {
    if (after[budget] > before[budget])
      chargedForRefusal.push(`a refused session counts: ${budget} of ${before.purpose} grew to ${after[budget]}`)
  }
}
