/**
 * One PR group: observe, decide, act, until it is finished, blocked, paused or the run is halted. Nothing is remembered
 * from one turn to the next but what is saved.
 */

import { judgeChecks } from '../domain/checks.ts'
import { decide } from '../domain/decide/decide.ts'
import type { Decision } from '../domain/decision.ts'
import { type Failure, toFailure } from '../domain/failure.ts'
import { openFeedback } from '../domain/feedback.ts'
import type { CommitSha, GroupId } from '../domain/ids.ts'
import type { GroupObservation } from '../domain/observation.ts'
import { findGroup, type PrGroup } from '../domain/plan.ts'
import { backoffMs } from '../domain/policy.ts'
import type { GroupState, Wait } from '../domain/run.ts'
import { act } from './actions/act.ts'
import type { ActResult } from './actions/act-result.ts'
import { blockGroup } from './actions/waiting.ts'
import type { Context } from './context.ts'
import { readLetters } from './letters.ts'
import { withGroup } from './memory.ts'
import { showNotice } from './notice.ts'
import { observeGroup } from './observe.ts'
import { isOpenedByUs, prCreated } from './opening.ts'
import { requireOwner } from './ownership.ts'

/** `replan`: a person has something to say about the plan. */
export type GroupEnd = 'finished' | 'blocked' | 'paused' | 'halted' | 'gone' | 'replan'

/** The same facts leading to the same act this often in a row is a defect of ours, not work. */
const MAX_REPEATS = 8

export async function reconcile(context: Context, id: GroupId): Promise<GroupEnd> {
  let previous = ''
  let repeats = 0
  for (;;) {
    if (context.halt.aborted) return 'halted'
    await context.planFile.sync()
    await readLetters(context)
    if (context.memory.state().messages.length > 0) return 'replan'
    const group = currentGroup(context, id)
    if (group === null) return 'gone'
    const o = await observeGroup(context, group)
    if (context.halt.aborted) return 'halted'
    await requireOwner(context)
    const decision = decide(o)
    await note(context, o, decision)
    await noteIgnored(context, o)
    if (o.state.noticeShown && o.state.block === null) await showNotice(context, o, null)
    if (decision.action.kind !== 'wait') context.waits.delete(id)
    const fingerprint = fingerprintOf(o, decision)
    repeats = fingerprint === previous ? repeats + 1 : 0
    previous = fingerprint
    if (repeats > MAX_REPEATS) return spinning(context, o, decision)
    const result = await actSafely(context, o, decision)
    if (result !== 'again') return result
  }
}

function currentGroup(context: Context, id: GroupId): PrGroup | null {
  const { plan } = context.memory.state()
  return plan === null ? null : (findGroup(plan, id) ?? null)
}

/** Says what people see (the stage) once, and saves it with what the look taught; killed in between, it is said again. */
async function note(context: Context, o: GroupObservation, decision: Decision): Promise<void> {
  const { memory } = context
  const before = o.state
  if (decision.stage !== before.stage) {
    await memory.emit({
      type: 'group.stage',
      groupId: o.group.id,
      from: before.stage,
      to: decision.stage,
      why: decision.why,
    })
    await noteCi(context, o, decision)
  }
  // An act saves its intent, and this with it; only who waits may be asked for the status before the next save.
  const found = openedUnheard(o)
  const save = decision.action.kind === 'wait' || found !== null ? memory.update : memory.note
  await save((state) => withGroup(state, o.group.id, (group) => noted(group, o, decision)))
  if (found !== null) await memory.emit(prCreated(memory.state(), o.group, found))
}

/** We asked for it, and did not live, or were not answered, to say that it was opened. */
function openedUnheard({ pr: seen, state }: GroupObservation): Parameters<typeof prCreated>[2] | null {
  if (seen.kind !== 'pr' || state.pr?.number === seen.pr.number || !isOpenedByUs(state)) return null
  const { number, url } = seen.pr
  return { pr: { number, url }, headBranch: state.headBranch }
}

function noted(group: GroupState, o: GroupObservation, decision: Decision): GroupState {
  const { action, stage } = decision
  const isWaiting = action.kind === 'wait'
  const waitingSince = isWaiting && stage === group.stage ? (group.waitingSince ?? o.now) : isWaiting ? o.now : null
  const waiting = isWaiting ? toWait(action, group.waiting) : null
  const unknowns = isWaiting && action.because === 'unknown' ? group.unknowns + 1 : 0
  const green = greenOf(group, o)
  const seen = seenOnForge(group, o)
  const next = { ...group, ...seen, stage, waitingSince, waiting, unknowns, green }
  return (Object.keys(next) as (keyof GroupState)[]).every((key) => next[key] === group[key]) ? group : next
}

/** The same wait is the same object: nothing to save. */
function toWait({ for: what, until }: Wait, before: Wait | null): Wait {
  return before?.for === what && before.until === until ? before : { for: what, until }
}

type SeenOnForge = Pick<GroupState, 'pr' | 'lastPushed' | 'redBaseSince' | 'scheduledAt' | 'counters'>

/**
 * Facts that must outlive the look: which pull request it is (a crash after it was opened leaves that to be found), what
 * the forge held when it agreed with us, since when the target is red, since when the merge is scheduled, whoever did
 * that, and that green ends a streak of re-runs: a later flake has its own.
 */
function seenOnForge(group: GroupState, o: GroupObservation): SeenOnForge {
  const { workspace, pushed, pr } = o
  const { redBaseSince, scheduledAt, counters } = group
  const agreed = workspace.kind === 'present' && pushed.kind === 'known' && pushed.head === workspace.head
  const lastPushed = agreed ? workspace.head : group.lastPushed
  if (pr.kind !== 'pr') return { ...group, lastPushed }
  const { number, url, mergeScheduled } = pr.pr
  const verdict = judgeChecks(pr.pr.checks, pr.pr.head, o.policy)
  const isGreen = verdict.kind === 'green'
  const red = verdict.kind === 'failed' && verdict.failed.every((check) => check.onBase === 'failed')
  return {
    pr: group.pr?.number === number ? group.pr : { number, url },
    lastPushed,
    redBaseSince: red ? (redBaseSince ?? o.now) : isGreen ? null : redBaseSince,
    scheduledAt: mergeScheduled === null ? null : (scheduledAt ?? o.now),
    counters: isGreen && counters.reruns > 0 ? { ...counters, reruns: 0 } : counters,
  }
}

function greenOf(group: GroupState, o: GroupObservation): GroupState['green'] {
  if (o.pr.kind !== 'pr') return group.green
  const { pr } = o.pr
  if (group.green?.head === pr.head) return group.green
  const verdict = judgeChecks(pr.checks, pr.head, o.policy)
  const accepted = verdict.kind === 'none_yet' && group.noChecksAcceptedFor === pr.head
  const isGreen = verdict.kind === 'green' || verdict.kind === 'none_configured' || accepted
  return isGreen ? { head: pr.head, at: o.now } : group.green
}

async function noteCi(context: Context, o: GroupObservation, decision: Decision): Promise<void> {
  if (o.pr.kind !== 'pr') return
  const { pr } = o.pr
  const verdict = judgeChecks(pr.checks, pr.head, o.policy)
  if (verdict.kind === 'failed' && decision.stage === 'ci_failed') {
    await context.memory.emit({
      type: 'ci.failed',
      groupId: o.group.id,
      head: pr.head,
      checks: verdict.failed.map((check) => check.name),
    })
  }
  const passed = `passed:${pr.head}`
  if (verdict.kind === 'green' && pr.state === 'open' && !context.said.has(passed)) {
    context.said.add(passed)
    await context.memory.emit({ type: 'ci.passed', groupId: o.group.id, head: pr.head })
    await noteFlake(context, o, pr.head)
  }
}

/** Red, then green on the same commit, without a change. */
async function noteFlake({ memory, said }: Context, o: GroupObservation, head: CommitSha): Promise<void> {
  const rerun = o.state.acts.findLast((done) => done.kind === 'rerun' && done.key.startsWith(`rerun:${head}:`))
  if (rerun === undefined || said.has(rerun.key)) return
  said.add(rerun.key)
  await memory.emit({ type: 'ci.flaky', groupId: o.group.id, head, checks: rerun.detail.split(', ') })
}

/** Whose words were left out, once for each. */
async function noteIgnored({ memory, said }: Context, o: GroupObservation): Promise<void> {
  if (o.pr.kind !== 'pr' || o.pr.pr.reviews.kind !== 'known') return
  const { number, reviews } = o.pr.pr
  const keyOf = (author: string) => `ignored:${number}:${author}`
  const authors = openFeedback(reviews, o.state.findings).ignored.filter((author) => !said.has(keyOf(author)))
  if (authors.length === 0) return
  for (const author of authors) said.add(keyOf(author))
  await memory.emit({ type: 'reviews.ignored', groupId: o.group.id, number, authors })
}

async function actSafely(context: Context, o: GroupObservation, decision: Decision): Promise<ActResult> {
  try {
    return await act(context, o, decision)
  } catch (error) {
    const failure = toFailure(error)
    if (context.halt.aborted && failure.kind !== 'superseded') return 'again'
    return afterFailure(context, o, failure)
  }
}

/** What may go away by itself is tried again within the bound for unknown answers; the rest needs a person. */
async function afterFailure(context: Context, o: GroupObservation, failure: Failure): Promise<ActResult> {
  const { memory, clock, policy, halt } = context
  if (failure.kind === 'superseded' || failure.kind === 'disk') throw failure
  if (!failure.isRetryable || o.state.unknowns >= policy.maxUnknowns) {
    const tried = o.state.unknowns > 0 ? `${o.state.unknowns} times` : null
    return blockGroup(context, o, { cause: failure.message, tried, command: 'claudetm resume --force' })
  }
  const unknowns = o.state.unknowns + 1
  await memory.updateGroup(o.group.id, (group) => ({ ...group, unknowns }))
  await memory.emit({ type: 'warning', message: failure.message })
  await clock.sleepUntil(clock.now() + backoffMs(policy, unknowns), halt).catch(() => {})
  return 'again'
}

async function spinning(context: Context, o: GroupObservation, decision: Decision): Promise<GroupEnd> {
  await blockGroup(context, o, {
    cause: `no progress: "${decision.action.kind}" changes nothing (${decision.why})`,
    tried: `${MAX_REPEATS} times`,
    command: 'claudetm resume --force',
  })
  return 'blocked'
}

/** Waits are bounded by their own deadlines; everything else must change a fact. */
function fingerprintOf(o: GroupObservation, decision: Decision): string {
  if (decision.action.kind === 'wait') return `wait:${o.now}`
  const { attempt, counters, gate, guard, unknowns } = o.state
  const looked = [guard.look?.at, guard.verdicts?.commit, guard.failures, guard.letThrough.length]
  const known = [attempt, counters, gate?.commit, gate?.at, looked, unknowns]
  return JSON.stringify([decision.action, o.workspace, o.pushed, known])
}
