/**
 * When two worlds are the same to every rule: commits are named by the role in which they first appear and by who descends
 * from whom, times are distances from now. What no rule reads is left out, and forgotten in the world itself.
 */

import { chargedSessions } from '../../../src/domain/budget.ts'
import type { Guard } from '../../../src/domain/integrity/finding.ts'
import type { GroupState, RunState } from '../../../src/domain/run.ts'
import { commitOf, fromSha, isAncestor } from './commit-graph.ts'
import { GROUP, type SmallWorld } from './small-world.ts'

/** Longest past that a rule of the small policy tells apart. */
const LONG_AGO = -4

export function forget(world: SmallWorld): SmallWorld {
  const { state } = world
  const group = groupOf(state)
  const { maxSessions } = state.options
  const sessions =
    maxSessions === null ? state.sessions.filter((session) => session.outcome === 'running') : state.sessions
  const forgotten: GroupState = {
    ...group,
    guard: forgetLooks(group.guard, world),
    acts: group.acts.filter((act) => act.kind === 'open_pr').slice(-1),
    ciFailures: [],
    conversation: null,
  }
  return {
    ...world,
    answered: sessions.some((session) => session.outcome === 'running') ? world.answered : null,
    state: { ...state, sessions, learnings: [], reason: null, groups: { [GROUP]: forgotten } },
  }
}

/** What was seen at another commit than the one that is here, and what sessions say of it. */
function forgetLooks(guard: Guard, { local }: SmallWorld): Guard {
  const { look, verdicts, failures } = guard
  const isHere = (commit: string) => local !== null && fromSha(commit) === local.head
  return {
    ...guard,
    look: look === null || (look.findings.length === 0 && !isHere(look.commit)) ? null : look,
    verdicts: verdicts === null || !isHere(verdicts.commit) ? null : verdicts,
    lastEndedAt: failures === 0 ? null : guard.lastEndedAt,
    explanations: [],
  }
}

export function groupOf(state: RunState): GroupState {
  const group = state.groups[GROUP]
  if (group === undefined) throw new Error('no group')
  return group
}

export function keyOf(world: SmallWorld): string {
  const { state, commits, local } = world
  const group = groupOf(state)
  const { attempt, gate, green, merged, block, guard } = group
  const names = new Map<number, number>()
  const name = (commit: number | null | undefined): number => {
    if (commit === null || commit === undefined) return -1
    const known = names.get(commit) ?? names.size
    names.set(commit, known)
    return known
  }
  const sha = (text: string | null | undefined) => (text === null || text === undefined ? -1 : name(fromSha(text)))
  const ago = (time: number | null | undefined) =>
    time === null || time === undefined ? null : Math.max(LONG_AGO, time - world.now)
  const seen = [
    local === null ? null : [name(local.head), local.dirty, local.operation],
    name(world.pushed),
    world.prs.map((pr) => [
      pr.state,
      pr.base,
      pr.draft,
      name(pr.head),
      ago(pr.headSince),
      pr.ci,
      pr.conflicts,
      pr.behind,
      pr.scheduled,
      name(pr.mergeCommit),
      pr.threads.map((thread) => [
        thread.id,
        thread.resolved,
        thread.remarks.map((remark) => (remark.ours ? 0 : remark.id)),
      ]),
      pr.changeRequests.map((remark) => remark.id),
    ]),
    name(world.target),
    name(world.kept),
    world.clash?.map(name),
    sha(group.base),
    attempt === null
      ? null
      : [
          attempt.purpose,
          attempt.subject.length === 40 ? sha(attempt.subject) : attempt.subject,
          sha(attempt.startHead),
          sha(attempt.sessionHead),
          attempt.failures,
          attempt.cutOffs,
          attempt.undelivered,
          attempt.finishes,
          attempt.gateFixes,
          attempt.last === null
            ? null
            : [
                attempt.last.kind,
                attempt.last.kind === 'completed'
                  ? attempt.last.report?.outcome
                  : attempt.last.kind === 'failed'
                    ? attempt.last.retryable
                    : null,
              ],
          attempt.lastKind,
          attempt.failures === 0 ? null : ago(attempt.lastEndedAt),
          attempt.confirmation?.verdict,
        ],
    [
      sha(guard.since),
      guard.look === null
        ? null
        : [sha(guard.look.since), sha(guard.look.commit), guard.look.findings.map(({ id }) => id)],
      guard.letThrough.map(({ id }) => id),
      guard.verdicts?.given.map(({ finding, verdict }) => [finding, verdict]),
      guard.failures,
      ago(guard.lastEndedAt),
      guard.asked,
      world.letGo,
    ],
    sha(group.lastPushed),
    gate === null ? null : [sha(gate.commit), gate.outcome],
    green === null ? null : [sha(green.head), ago(green.at)],
    sha(group.noChecksAcceptedFor),
    merged === null ? null : [sha(merged.commit), sha(merged.head)],
    [
      group.stage,
      group.pr?.number,
      group.prText,
      group.abandonedPr,
      group.prPauseDone,
      group.historyRewritten,
      group.noticeShown,
      group.retryChecks,
      group.acts.length > 0,
    ],
    group.pendingReplies?.map(({ id, action }) => [id, action]),
    group.asked.map(({ id, remark }) => [id, remark]),
    group.findings.map(({ id, remark, action }) => [id, remark, action]),
    Object.values(group.counters),
    [
      group.unknowns,
      group.emptyAt !== null,
      ago(group.waitingSince),
      ago(group.scheduledAt),
      ago(group.redBaseSince),
      group.redBaseAccepted,
      block?.cause,
    ],
    Object.entries(state.tasks).map(([id, { how }]) => [id, how]),
    state.sessions.filter((session) => session.outcome === 'running').map((session) => session.kind),
    state.options.maxSessions === null ? null : chargedSessions(state.sessions) - state.capsSince.sessions,
    [Math.max(0, (state.usageLimitUntil ?? 0) - world.now), state.usageLimitWaits, state.options.autoMerge],
    [
      world.movesLeft,
      world.crashesLeft,
      world.answered === null ? null : JSON.stringify(world.answered),
      world.merges,
      world.replies.length,
      name(world.acceptedWithoutChecks),
      world.givenUp.length,
    ],
  ]
  const ids = [...names.keys()]
  const work = world.work
  const relations = ids.map((a) =>
    [
      (world.gates[a] === 'passed' ? 1 : world.gates[a] === 'failed' ? 2 : 0) + (world.lackTest.includes(a) ? 3 : 0),
      ...ids.map(
        (b) =>
          (isAncestor(commits, a, b) ? 2 : 0) +
          ((commitOf(commits, a).work & ~commitOf(commits, b).work & work) === 0 ? 1 : 0),
      ),
    ].join(''),
  )
  return JSON.stringify([seen, relations])
}
