/**
 * What must be true of the world whenever `decide` answers with an action: one small promise each, independent of the
 * rules that lead there. Named by the safety rule that it would break.
 */
import type { Action, Decision } from '../../../src/domain/decision.ts'
import type { IntegrityLook } from '../../../src/domain/integrity/finding.ts'
import type { Check, GroupObservation, PresentWorkspace, PrSnapshot } from '../../../src/domain/observation.ts'
import type { SafetyRule } from '../safety-rules.ts'
import { isProven, obstacles, redAndCounts } from './merge-conditions.ts'

type Of<K extends Action['kind']> = Extract<Action, { kind: K }>

type Promised<K extends Action['kind']> = {
  readonly rule: SafetyRule
  readonly says: string
  readonly holds: (o: GroupObservation, action: Of<K>, decision: Decision) => boolean
}

type Promises = { readonly [K in Action['kind']]: readonly Promised<K>[] }

const MERGES = 'merges_only_what_the_gate_allows'
const COMMITS = 'commits_stay_reachable'
const ONCE = 'acts_happen_once'
const EVIDENCE = 'tasks_need_evidence'
const SPEND = 'spend_is_capped'
const LIMITS = 'usage_limits_cost_nothing'
const CURES = 'blocks_name_a_cure'

type Spends = {
  readonly rule: SafetyRule
  readonly says: string
  readonly holds: (o: GroupObservation, action: Of<'session' | 'confirm_nothing_to_do' | 'second_look'>) => boolean
}

const MAY_SPEND: readonly Spends[] = [
  { rule: SPEND, says: 'a session of the run is left', holds: ({ budget }) => (budget.sessionsLeft ?? 1) > 0 },
  { rule: SPEND, says: 'money is left', holds: ({ budget }) => (budget.costLeftUsd ?? 1) > 0 },
  {
    rule: LIMITS,
    says: 'the account is not refusing',
    holds: ({ budget, now }) => budget.usageLimitUntil === null || budget.usageLimitUntil <= now,
  },
  { rule: COMMITS, says: 'the workspace was read', holds: (o) => workspaceOf(o) !== null && treeOf(o) !== 'unknown' },
  { rule: SPEND, says: 'nothing is merged', holds: (o) => o.state.merged === null && prOf(o)?.state !== 'merged' },
  { rule: SPEND, says: 'no session whose end is not dealt with is passed over', holds: goesOnWithTheAttempt },
]

export const PROMISES: Promises = {
  prepare_workspace: [{ rule: COMMITS, says: 'there is none', holds: (o) => o.workspace.kind === 'absent' }],
  session: [
    ...MAY_SPEND,
    { rule: EVIDENCE, says: 'a task is worked on only while it is open', holds: isAboutOpenTask },
    { rule: EVIDENCE, says: 'the first open task comes first', holds: isFirstOpenTask },
    { rule: SPEND, says: 'its bound is not used up', holds: isWithinBounds },
    { rule: SPEND, says: 'each finding is asked about once', holds: asksSomethingNew },
    { rule: SPEND, says: 'what it is to mend is there', holds: hasSomethingToMend },
    { rule: LIMITS, says: 'a refused session counts for nothing', holds: asksTheSameAfterRefusal },
    { rule: SPEND, says: 'no session while the reason for it is unknown', holds: seesItsReason },
  ],
  confirm_nothing_to_do: [
    ...MAY_SPEND,
    { rule: SPEND, says: 'confirmed once', holds: (o) => o.state.attempt?.confirmation === null },
    { rule: EVIDENCE, says: 'claimed for an open task', holds: (o, { taskId }) => isOpen(o, taskId) },
  ],
  inspect: [
    {
      rule: COMMITS,
      says: 'of the commit that is there',
      holds: (o, { commit }) => headOf(o) === commit && isClean(o),
    },
    { rule: SPEND, says: 'not twice', holds: (o) => looked(o) === null },
    { rule: EVIDENCE, says: 'all tasks are done', holds: isWorkDone },
    { rule: EVIDENCE, says: "no session's end waits to be dealt with", holds: (o) => o.state.attempt === null },
  ],
  second_look: [
    ...MAY_SPEND,
    { rule: SPEND, says: 'not twice at one commit', holds: (o) => o.state.guard.verdicts?.commit !== headOf(o) },
    {
      rule: SPEND,
      says: 'its bound is not used up',
      holds: (o) => o.state.guard.failures <= o.policy.maxSessionFailures,
    },
    {
      rule: EVIDENCE,
      says: 'at everything that is open here, and nothing else',
      holds: (o, { findings }) =>
        findings.length > 0 && looked(o) !== null && toJudge(o).every(({ id }, at) => findings[at] === id),
    },
    {
      rule: EVIDENCE,
      says: 'nothing is open that only a person may let through',
      holds: (o, { findings }) => openHere(o).length === findings.length,
    },
  ],
  complete_task: [
    { rule: EVIDENCE, says: 'the task is open, in this group', holds: (o, { taskId }) => isOpen(o, taskId) },
    { rule: EVIDENCE, says: 'its own session ended in success', holds: endedInSuccess },
    { rule: EVIDENCE, says: 'everything is committed', holds: isClean },
    { rule: EVIDENCE, says: 'there is a commit, or a second look said that none is needed', holds: isDelivered },
    { rule: EVIDENCE, says: 'quick checks ran', holds: (o, action) => action.how !== 'committed' || ranQuickGate(o) },
  ],
  end_attempt: [
    { rule: EVIDENCE, says: 'delivered means clean', holds: (o, { delivered }) => !delivered || isClean(o) },
    {
      rule: EVIDENCE,
      says: 'delivered means that nothing claimed as fixed lacks a commit',
      holds: (o, { delivered }) =>
        !delivered ||
        headOf(o) !== o.state.attempt?.startHead ||
        o.state.attempt.purpose === 'fix-gate' ||
        o.state.attempt.purpose === 'fix-integrity' || // justified: the second look hears of it
        !claimsFix(o),
    },
    { rule: EVIDENCE, says: 'nothing is given up that is still asked for', holds: endsForAReason },
  ],
  gate: [
    {
      rule: COMMITS,
      says: 'of the commit that is there',
      holds: (o, { commit }) => headOf(o) === commit && isClean(o),
    },
    { rule: SPEND, says: 'not twice for one commit', holds: (o) => gateOf(o) === null },
  ],
  push: [
    { rule: COMMITS, says: 'of the commit that is there', holds: (o, { commit }) => headOf(o) === commit },
    { rule: COMMITS, says: 'everything is committed', holds: isClean },
    { rule: COMMITS, says: 'what the forge holds is known', holds: (o) => o.pushed.kind === 'known' },
    {
      rule: COMMITS,
      says: "nobody else's commits are passed over",
      holds: (o) => o.foreign === null || there(o) === null,
    },
    {
      rule: COMMITS,
      says: 'by force only after our own rewrite',
      holds: (o, { force }) => !force || o.state.historyRewritten,
    },
    { rule: EVIDENCE, says: "the project's own checks passed on it", holds: (o) => passedGate(o) },
    { rule: EVIDENCE, says: 'what sessions changed was looked at', holds: (o) => looked(o) !== null },
    { rule: EVIDENCE, says: 'no finding is open', holds: (o) => openHere(o).length === 0 },
    { rule: EVIDENCE, says: 'all tasks are done', holds: isWorkDone },
    { rule: ONCE, says: 'not there already', holds: (o, { commit }) => there(o) !== commit },
    { rule: ONCE, says: 'the group is not merged', holds: isUnshipped },
    { rule: EVIDENCE, says: "no session's end waits to be dealt with", holds: (o) => o.state.attempt === null },
  ],
  open_pr: [
    { rule: ONCE, says: 'there is none, for sure', holds: (o) => o.pr.kind === 'none' || isGivenUp(o) },
    { rule: ONCE, says: 'of what is there and here', holds: (o, { head }) => there(o) === head && headOf(o) === head },
    { rule: EVIDENCE, says: 'all tasks are done', holds: isWorkDone },
    { rule: ONCE, says: 'the group is not merged', holds: isUnshipped },
  ],
  rerun_checks: [
    {
      rule: SPEND,
      says: 'something failed',
      holds: (o, { checks }) => checks.length > 0 && checks.every((name) => isRed(o, name)),
    },
    { rule: MERGES, says: 'of this head', holds: (o, { head }) => prOf(o)?.head === head },
    { rule: SPEND, says: 'its bound is not used up', holds: (o) => o.state.counters.reruns < o.policy.maxReruns },
  ],
  edit_pr: [
    {
      rule: ONCE,
      says: "it is open and its text is not a person's",
      holds: (o) => isOpenPr(o) && o.state.adopted === null,
    },
    { rule: ONCE, says: 'the text differs', holds: (o) => o.state.prText !== o.prText },
  ],
  mark_ready: [
    { rule: MERGES, says: 'drafts were asked for', holds: (o) => o.options.draft && prOf(o)?.draft === true },
    { rule: MERGES, says: 'its checks passed', holds: isProvenHere },
  ],
  integrate: [
    {
      rule: COMMITS,
      says: 'it is what the forge holds',
      holds: (o, { commit }) => there(o) === commit && headOf(o) !== commit,
    },
    {
      rule: COMMITS,
      says: 'it is known to be foreign',
      holds: (o) => o.foreign === 'ahead' || o.foreign === 'diverged',
    },
    { rule: COMMITS, says: 'everything of ours is committed', holds: isClean },
  ],
  update_branch: [
    {
      rule: COMMITS,
      says: 'exactly this head, and it is ours',
      holds: (o, { head }) => prOf(o)?.head === head && headOf(o) === head,
    },
    { rule: SPEND, says: 'its bound is not used up', holds: (o) => o.state.counters.syncs < o.policy.maxSyncs },
    { rule: ONCE, says: 'it is open and behind', holds: (o) => isOpenPr(o) && prOf(o)?.behind === true },
  ],
  deliver_replies: [
    { rule: ONCE, says: 'there are some', holds: (o) => o.state.pendingReplies !== null },
    { rule: ONCE, says: 'the fix is on the forge', holds: isOnForge },
    { rule: ONCE, says: 'it is open', holds: isOpenPr },
    { rule: ONCE, says: 'no session is in between', holds: (o) => o.state.attempt === null },
  ],
  repeat_answers: [
    { rule: ONCE, says: 'what people say is not answered by rote', holds: repeatsToBotsOnly },
    { rule: ONCE, says: 'the fix is on the forge', holds: isOnForge },
  ],
  cancel_merge: [
    { rule: ONCE, says: 'it is scheduled', holds: (o) => prOf(o)?.mergeScheduled !== null && isOpenPr(o) },
  ],
  merge: [
    { rule: MERGES, says: 'nothing forbids it', holds: (o) => mergeObstacles(o).length === 0 },
    { rule: MERGES, says: 'people want it merged', holds: (o) => o.options.autoMerge },
    {
      rule: MERGES,
      says: 'the head that was judged',
      holds: (o, { head }) => prOf(o)?.head === head && headOf(o) === head,
    },
    {
      rule: MERGES,
      says: 'into the branch that was meant',
      holds: (o) => prOf(o)?.baseBranch === o.options.targetBranch,
    },
    { rule: ONCE, says: 'not merged yet', holds: (o) => isOpenPr(o) && isUnshipped(o) },
    { rule: ONCE, says: 'reviewers have their answers', holds: (o) => o.state.pendingReplies === null },
    { rule: EVIDENCE, says: 'all tasks are done', holds: isWorkDone },
    { rule: EVIDENCE, says: "no session's end waits to be dealt with", holds: (o) => o.state.attempt === null },
    {
      rule: MERGES,
      says: 'where no CI is, our own checks passed',
      holds: (o) => prOf(o)?.checks.kind !== 'none_configured' || passedGate(o),
    },
    {
      rule: SPEND,
      says: 'its bound is not used up',
      holds: (o) => o.state.counters.mergeRefusals < o.policy.maxMergeRefusals,
    },
  ],
  close_merged: [
    {
      rule: MERGES,
      says: 'the forge shows it merged',
      holds: (o, { commit }) => prOf(o)?.state === 'merged' && prOf(o)?.mergeCommit === commit,
    },
  ],
  close_empty: [
    { rule: COMMITS, says: 'nothing is here', holds: (o) => workspaceOf(o)?.ahead === 0 && isClean(o) },
    { rule: COMMITS, says: 'nothing is asked for on the forge', holds: (o) => o.pr.kind === 'none' || isGivenUp(o) },
    { rule: EVIDENCE, says: 'all tasks are done', holds: isWorkDone },
  ],
  finish: [
    {
      rule: COMMITS,
      says: 'shipped, or nothing to ship',
      holds: (o) => o.state.merged !== null || o.state.emptyAt !== null,
    },
  ],
  wait: [
    { rule: SPEND, says: 'until something later', holds: (o, { until }) => until === null || until > o.now },
    {
      rule: SPEND,
      says: 'for another look only within its bound',
      holds: (o, { because }) => because !== 'unknown' || o.state.unknowns < o.policy.maxUnknowns,
    },
    { rule: CURES, says: 'it says for what', holds: (_, action) => action.for.trim() !== '' },
    { rule: CURES, says: 'without a deadline only where a person is seen to be asked', holds: waitsForPerson },
  ],
  block: [
    { rule: CURES, says: 'it names a cause', holds: (_, { block }) => block.cause.trim() !== '' },
    { rule: LIMITS, says: 'a usage limit is no reason while it may be waited out', holds: isNotForUsageLimit },
    { rule: SPEND, says: 'what is merged needs nothing more', holds: isUnshipped },
  ],
  pause: [
    { rule: MERGES, says: 'ready means that nothing forbids the merge', holds: isReadyOrAskedFor },
    { rule: EVIDENCE, says: 'all tasks are done', holds: isWorkDone },
  ],
  none: [
    { rule: CURES, says: 'finished, or blocked', holds: (o) => o.state.stage === 'done' || o.state.block !== null },
  ],
}

export type Broken = { readonly rule: SafetyRule; readonly what: string }

export function brokenPromises(o: GroupObservation, decision: Decision): readonly Broken[] {
  const { action } = decision
  const promises = PROMISES[action.kind] as readonly Promised<Action['kind']>[]
  return promises
    .filter((promise) => !promise.holds(o, action, decision))
    .map(({ rule, says }) => ({ rule, what: `${action.kind}: not kept: ${says}` }))
}

function workspaceOf({ workspace }: GroupObservation): PresentWorkspace | null {
  return workspace.kind === 'present' ? workspace : null
}

function headOf(o: GroupObservation): string | null {
  return workspaceOf(o)?.head ?? null
}

function treeOf(o: GroupObservation): PresentWorkspace['tree'] {
  return workspaceOf(o)?.tree ?? 'unknown'
}

function isClean(o: GroupObservation): boolean {
  return treeOf(o) === 'clean' && workspaceOf(o)?.operationInProgress === false
}

function there({ pushed }: GroupObservation): string | null {
  return pushed.kind === 'known' ? pushed.head : null
}

function prOf({ pr }: GroupObservation): PrSnapshot | null {
  return pr.kind === 'pr' ? pr.pr : null
}

function isOpenPr(o: GroupObservation): boolean {
  return prOf(o)?.state === 'open'
}

function isGivenUp(o: GroupObservation): boolean {
  return prOf(o)?.state === 'closed' && prOf(o)?.number === o.state.abandonedPr
}

function isOnForge(o: GroupObservation): boolean {
  return isClean(o) && there(o) === headOf(o) && prOf(o)?.head === headOf(o)
}

function gateOf({ state, workspace }: GroupObservation) {
  return workspace.kind === 'present' && state.gate?.commit === workspace.head ? state.gate : null
}

function passedGate(o: GroupObservation): boolean {
  return gateOf(o)?.outcome === 'passed' || gateOf(o)?.outcome === 'none'
}

function ranQuickGate(o: GroupObservation): boolean {
  const isSlow = o.gateDurationMs !== null && o.gateDurationMs > o.policy.quickGateMs
  return isSlow || passedGate(o)
}

function isUnshipped({ state }: GroupObservation): boolean {
  return state.merged === null && state.stage !== 'done'
}

function isOpen(o: GroupObservation, taskId: string | null): boolean {
  return o.group.tasks.some((task) => task.id === taskId && !(task.id in o.done))
}

function isWorkDone(o: GroupObservation): boolean {
  return o.group.tasks.every((task) => task.id in o.done)
}

function isAboutOpenTask(o: GroupObservation, action: Of<'session'>): boolean {
  return action.purpose !== 'task' || (isOpen(o, action.taskId) && action.subject === action.taskId)
}

/** An attempt that was begun is finished first, whatever the order of the plan is now. */
function isFirstOpenTask(o: GroupObservation, action: Of<'session'>): boolean {
  if (action.purpose !== 'task' || o.state.attempt !== null) return true
  return o.group.tasks.find((task) => !(task.id in o.done))?.id === action.taskId
}

/** Work on the forge's wishes begins only with all tasks done; an attempt that was begun goes on under its own name. */
function goesOnWithTheAttempt(
  o: GroupObservation,
  action: Of<'session' | 'confirm_nothing_to_do' | 'second_look'>,
): boolean {
  const { attempt } = o.state
  if (action.kind === 'second_look') return attempt === null && isWorkDone(o)
  if (action.kind === 'confirm_nothing_to_do') return attempt?.purpose === 'task' && attempt.subject === action.taskId
  if (attempt === null) return action.purpose === 'task' || isWorkDone(o)
  return attempt.purpose === action.purpose && attempt.subject === action.subject
}

function endedInSuccess({ state }: GroupObservation, action: Of<'complete_task'>): boolean {
  const { attempt } = state
  if (attempt?.purpose !== 'task' || attempt.subject !== action.taskId) return false
  return attempt.last?.kind === 'completed' && attempt.last.report?.outcome !== 'blocked'
}

function isDelivered(o: GroupObservation, action: Of<'complete_task'>): boolean {
  const { attempt } = o.state
  if (headOf(o) !== action.commit) return false
  if (action.how === 'committed') return attempt !== null && attempt.startHead !== action.commit
  const claims = attempt?.last?.kind === 'completed' && attempt.last.report?.outcome === 'nothing_to_do'
  return claims && attempt.confirmation?.verdict === 'confirmed'
}

function claimsFix({ state }: GroupObservation): boolean {
  return (
    state.attempt?.purpose !== 'fix-review' || state.pendingReplies?.some((reply) => reply.action === 'fixed') === true
  )
}

/** Undelivered ends only what nobody asks for any more, and nothing was done for. */
function endsForAReason(o: GroupObservation, { delivered }: Of<'end_attempt'>): boolean {
  const { attempt } = o.state
  if (attempt === null) return false
  if (attempt.purpose === 'task') return !delivered && !isOpen(o, attempt.subject)
  if (delivered) return true
  const nothingDone = headOf(o) === attempt.startHead && isClean(o)
  const isSeen = attempt.purpose === 'fix-integrity' || o.pr.kind !== 'unknown'
  return nothingDone && isSeen && !isStillAsked(o, attempt.purpose)
}

function isStillAsked(
  o: GroupObservation,
  purpose: 'fix-gate' | 'fix-integrity' | 'fix-ci' | 'fix-review' | 'resolve-conflict',
): boolean {
  const pr = prOf(o)
  if (purpose === 'fix-integrity') return toJudge(o).length > 0
  if (pr === null || pr.state !== 'open') return false
  if (purpose === 'fix-ci')
    return (
      redChecks(o).length > 0 &&
      pr.checks.kind === 'reported' &&
      pr.head === o.state.attempt?.startHead &&
      !isPending(pr)
    )
  if (purpose === 'resolve-conflict') return pr.mergeability === 'conflicting' || pr.mergeability === 'unknown'
  if (purpose === 'fix-gate') return true
  return (
    pr.reviews.kind !== 'known' ||
    [...pr.reviews.threads, ...pr.reviews.changeRequests, ...pr.reviews.comments].length > 0
  )
}

function isPending({ checks }: PrSnapshot): boolean {
  return checks.kind === 'reported' && checks.items.some((check) => check.status === 'pending')
}

function isRed(o: GroupObservation, name: string): boolean {
  return redChecks(o).some((check) => check.name === name)
}

function redChecks(o: GroupObservation): readonly Check[] {
  const pr = prOf(o)
  if (pr?.checks.kind !== 'reported' || pr.checks.head !== pr.head) return []
  return pr.checks.items.filter((check) => redAndCounts(check, o.policy))
}

/** A new attempt against the counter of its purpose, a session more of the present one against its own counters. */
function isWithinBounds(o: GroupObservation, action: Of<'session'>): boolean {
  const { attempt, counters } = o.state
  const { policy } = o
  if (attempt === null) {
    if (action.purpose === 'fix-ci') return counters.ciFixes < policy.maxCiFixes
    if (action.purpose === 'fix-integrity') return counters.integrityFixes < policy.maxIntegrityFixes
    if (action.purpose === 'fix-review') return counters.reviewRounds < policy.maxReviewRounds
    return action.purpose !== 'resolve-conflict' || counters.conflicts < policy.maxConflicts
  }
  switch (action.ask.why) {
    case 'leftovers':
      return attempt.finishes < policy.maxFinishes
    case 'gate_failed':
      return attempt.gateFixes < policy.maxGateFixes
    case 'refuted':
      return attempt.undelivered < policy.maxUndelivered
    case 'undelivered':
      return attempt.undelivered <= policy.maxUndelivered
    case 'cut_off':
      return attempt.cutOffs <= policy.maxCutOffs
    case 'retry':
      return attempt.failures <= policy.maxSessionFailures
    default:
      return true
  }
}

/** Only a new attempt: one that was begun may find that it is not needed any more. */
function hasSomethingToMend(o: GroupObservation, action: Of<'session'>): boolean {
  if (o.state.attempt !== null) return true
  const pr = prOf(o)
  switch (action.purpose) {
    case 'task':
      return true
    case 'fix-gate':
      return !isClean(o) || gateOf(o)?.outcome === 'failed'
    case 'fix-integrity':
      return isClean(o) && isRefuted(o)
    case 'fix-ci':
      return isOpenPr(o) && redChecks(o).some((check) => check.cause !== 'infrastructure')
    case 'fix-review':
      return (
        isOpenPr(o) &&
        pr?.reviews.kind === 'known' &&
        [...pr.reviews.threads, ...pr.reviews.changeRequests, ...pr.reviews.comments].length > 0
      )
    case 'resolve-conflict':
      return isOpenPr(o) && pr?.mergeability === 'conflicting'
  }
}

function looked(o: GroupObservation): IntegrityLook | null {
  const { look, since } = o.state.guard
  const from = since ?? o.state.adopted?.head ?? o.state.base
  return look !== null && look.commit === headOf(o) && look.since === from ? look : null
}

/** What the guard found in the commit that is there, and nobody let through. */
function openHere({ state, policy }: GroupObservation) {
  const { look, letThrough } = state.guard
  const findings = look?.findings ?? []
  return findings.filter(
    (found) => policy.integrity[found.class] !== 'allow' && !letThrough.some(({ id }) => id === found.id),
  )
}

function toJudge(o: GroupObservation) {
  return openHere(o).filter((found) => o.policy.integrity[found.class] !== 'block')
}

/** Of findings that the working conversation was asked about, none is new: a person has to say. */
function asksSomethingNew(o: GroupObservation, { ask }: Of<'session'>): boolean {
  if (o.state.attempt !== null || ask.why !== 'integrity') return true
  return ask.findings.some((id) => !o.state.guard.asked.includes(id))
}

/** A second look at exactly this commit did not confirm what is open. */
function isRefuted(o: GroupObservation): boolean {
  const { verdicts } = o.state.guard
  return toJudge(o).length > 0 && verdicts !== null && verdicts.commit === headOf(o)
}

function asksTheSameAfterRefusal({ state }: GroupObservation, action: Of<'session'>): boolean {
  return state.attempt?.last?.kind !== 'refused' || action.ask.why === 'interrupted'
}

/** What CI or reviewers said goes into the prompt: known when it is asked, unless commits show that it was begun. */
function seesItsReason(o: GroupObservation, action: Of<'session'>): boolean {
  const about = 'asked' in action.ask ? action.ask.asked : action.ask
  if (about.why !== 'ci_failed' && about.why !== 'reviews' && about.why !== 'conflict') return true
  if (o.pr.kind === 'unknown') return false
  if (headOf(o) !== (o.state.attempt?.startHead ?? headOf(o)) || !isClean(o)) return true
  if (about.why === 'ci_failed') return about.checks.length > 0
  if (about.why === 'conflict') return prOf(o)?.mergeability === 'conflicting'
  return prOf(o)?.reviews.kind === 'known'
}

function repeatsToBotsOnly(o: GroupObservation, { replies }: Of<'repeat_answers'>): boolean {
  const pr = prOf(o)
  if (pr?.reviews.kind !== 'known' || replies.length === 0) return false
  const { threads } = pr.reviews
  return replies.every(({ id, action }) => {
    const remarks = threads
      .find((thread) => thread.id === id)
      ?.remarks.filter((remark) => remark.trusted && !remark.ours)
    return action !== 'fixed' && remarks !== undefined && remarks.length > 0 && remarks.every((remark) => remark.isBot)
  })
}

function mergeObstacles(o: GroupObservation): readonly string[] {
  const pr = prOf(o)
  if (pr === null) return ['no pull request']
  const { now, workspace, pushed, policy, state, options } = o
  return obstacles({
    now,
    pr,
    workspace,
    pushed,
    policy,
    admin: options.admin,
    findings: state.findings,
    noChecksAcceptedFor: state.noChecksAcceptedFor,
    greenAt: state.green?.head === pr.head ? state.green.at : null,
  })
}

function isProvenHere(o: GroupObservation): boolean {
  const pr = prOf(o)
  return pr !== null && isProven(pr, o.policy, o.state.noChecksAcceptedFor)
}

function isReadyOrAskedFor(o: GroupObservation): boolean {
  if (o.options.pauseOnPr && !o.state.prPauseDone) return isOpenPr(o)
  return !o.options.autoMerge && mergeObstacles(o).length === 0
}

/** Somebody's review, thread, requested changes or draft: the wait says whose or what. */
function waitsForPerson(o: GroupObservation, { until }: Of<'wait'>): boolean {
  if (until !== null) return true
  const pr = prOf(o)
  if (pr?.reviews.kind !== 'known' || pr.state !== 'open') return false
  return pr.draft || pr.awaits.length > 0 || pr.reviews.threads.length > 0 || pr.reviews.changeRequests.length > 0
}

/** Other reasons to block are a closed pull request, a spent budget, and looks that do not succeed. */
function isNotForUsageLimit(o: GroupObservation): boolean {
  const { state, budget, policy } = o
  if (state.attempt?.last?.kind !== 'refused' || budget.usageLimitWaits > policy.usageLimitMaxWaits) return true
  const isSpent = (budget.sessionsLeft ?? 1) <= 0 || (budget.costLeftUsd ?? 1) <= 0
  return isSpent || state.unknowns >= policy.maxUnknowns || prOf(o)?.state === 'closed'
}
