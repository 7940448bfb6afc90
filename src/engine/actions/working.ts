/** Sessions of a group, the gate, and what makes a task done. */
import { confirmPrompt } from '../../agent/prompts/judging.ts'
import { NO_EVIDENCE, REMARK_CHARS, type WorkEvidence, workPrompt } from '../../agent/prompts/working.ts'
import { routeSession } from '../../agent/routing.ts'
import type { Action, SessionAsk } from '../../domain/decision.ts'
import { failureSignature } from '../../domain/failure-signature.ts'
import { type Feedback, openFeedback, toAsked } from '../../domain/feedback.ts'
import type { CommitSha, ConversationId, TaskId } from '../../domain/ids.ts'
import type { Guard } from '../../domain/integrity/finding.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import { allTasks } from '../../domain/plan.ts'
import type { Attempt, CiFailure, Counter } from '../../domain/run.ts'
import { beginAttempt } from '../attempts.ts'
import type { Context } from '../context.ts'
import { chooseConversation } from '../conversation.ts'
import { learningsForPrompt } from '../documents.ts'
import { withGroup } from '../memory.ts'
import { runSession } from '../session.ts'
import type { ActResult } from './act-result.ts'
import { slotOf } from './workspace.ts'

type SessionAction = Extract<Action, { kind: 'session' }>

/** How much of one failed check's log goes into the prompt. */
const LOG_CHARS = 8_000
/** Of all remarks together; more would leave the session no room to work. */
const FEEDBACK_CHARS = 120_000
const KEPT_FAILURES = 20

export async function workSession(context: Context, o: GroupObservation, action: SessionAction): Promise<ActResult> {
  if (o.workspace.kind !== 'present') return 'again'
  const { memory } = context
  const slot = await slotOf(context, o)
  const task = o.group.tasks.find((candidate) => candidate.id === action.taskId) ?? null
  if (task !== null && o.state.attempt === null) {
    await memory.emit({ type: 'task.started', groupId: o.group.id, taskId: task.id, title: task.title })
  }
  const state = memory.state()
  const route = routeSession(action.session, task?.complexity ?? null, state.options.model, context.models)
  const evidence = await gatherEvidence(context, o, action.ask)
  const failure = toCiFailure(o, action, evidence)
  const before = repeatsOf(o.state.ciFailures, failure)
  const known = before > 0 && o.state.attempt === null ? null : o.state.conversation // the same way again leads nowhere new
  const conversation = chooseConversation(known, action.ask.why, route, context.newId)
  const { head } = o.workspace
  await runSession(context, {
    kind: action.session,
    groupId: o.group.id,
    taskId: action.taskId,
    slot,
    access: 'write',
    mayRewriteHistory: action.purpose === 'resolve-conflict' || o.workspace.operationInProgress,
    conversation,
    route,
    prompt: workPrompt({
      goal: state.goal,
      group: o.group,
      task,
      done: new Set(Object.keys(state.tasks)),
      learnings: learningsForPrompt(state),
      continues: conversation.mode === 'continue',
      ask: action.ask,
      evidence: { ...evidence, sameFailureBefore: before },
    }),
    begin: (before) =>
      withGroup(before, o.group.id, (group) => ({
        ...group,
        attempt: beginAttempt(group.attempt, {
          purpose: action.purpose,
          subject: action.subject,
          head,
          kind: action.session,
          ask: action.ask.why,
        }),
        asked: isAboutReviews(action.ask) ? evidence.feedback.map(toAsked) : group.asked,
        ciFailures: withFailure(group.ciFailures, failure),
        guard: askedAbout(group.guard, action.ask),
      })),
  })
  return 'again'
}

/** Each finding is asked about once. */
function askedAbout(guard: Guard, ask: SessionAsk): Guard {
  if (ask.why !== 'integrity') return guard
  return { ...guard, asked: [...new Set([...guard.asked, ...ask.findings])] }
}

async function gatherEvidence(context: Context, o: GroupObservation, ask: SessionAsk): Promise<WorkEvidence> {
  const about = 'asked' in ask ? ask.asked : ask
  switch (about.why) {
    case 'gate_failed':
      return { ...NO_EVIDENCE, failedChecks: o.state.gate?.checks.filter((check) => check.exitCode !== 0) ?? [] }
    case 'integrity':
      return { ...NO_EVIDENCE, findings: openWithEvidence(o.state.guard, about.findings) }
    case 'ci_failed':
      return { ...NO_EVIDENCE, ciLogs: await failureLogs(context, o, about.checks) }
    case 'reviews':
      return {
        ...NO_EVIDENCE,
        feedback: feedbackOf(o),
        ciLogs: await failureLogs(context, o, about.checks),
      }
    case 'conflict': {
      const commit = await context.forge.targetHead()
      await context.memory.updateGroup(o.group.id, (group) => ({
        ...group,
        base: commit,
        guard: { ...group.guard, since: commit },
      }))
      return { ...NO_EVIDENCE, target: { branch: context.memory.state().options.targetBranch, commit } }
    }
    default:
      return NO_EVIDENCE
  }
}

/** Leftovers, red checks or a missing commit of such a session leave its answers as they are. */
function isAboutReviews(ask: SessionAsk): boolean {
  return ('asked' in ask ? ask.asked : ask).why === 'reviews'
}

function openWithEvidence({ look, verdicts }: Guard, ids: readonly string[]): WorkEvidence['findings'] {
  const findings = look?.findings.filter((finding) => ids.includes(finding.id)) ?? []
  return findings.map((finding) => ({
    finding,
    evidence: verdicts?.given.find((verdict) => verdict.finding === finding.id)?.evidence ?? '',
  }))
}

function feedbackOf(o: GroupObservation): readonly Feedback[] {
  if (o.pr.kind !== 'pr' || o.pr.pr.reviews.kind !== 'known') return []
  return withinOnePrompt(openFeedback(o.pr.pr.reviews, o.state.findings).toAddress)
}

/** What does not fit stays open and is asked for in the next round; the first is always asked for. */
function withinOnePrompt(feedback: readonly Feedback[]): readonly Feedback[] {
  let size = 0
  return feedback.filter(({ remarks }, index) => {
    size += remarks.reduce((sum, { body }) => sum + Math.min(body.length, REMARK_CHARS), 0)
    return index === 0 || size <= FEEDBACK_CHARS
  })
}

async function failureLogs(context: Context, o: GroupObservation, checks: readonly string[]) {
  if (o.pr.kind !== 'pr' || checks.length === 0) return []
  const logs = await context.forge.failureLogs(o.pr.pr.number, o.pr.pr.head, LOG_CHARS)
  return logs.filter((log) => checks.includes(log.check))
}

/** What was red, in a form in which the same failure looks the same; null when the session is about something else. */
function toCiFailure(o: GroupObservation, action: SessionAction, { ciLogs }: WorkEvidence): CiFailure | null {
  if (action.purpose !== 'fix-ci' && action.purpose !== 'fix-review') return null
  if (ciLogs.length === 0 || o.pr.kind !== 'pr') return null
  return { head: o.pr.pr.head, checks: ciLogs.map((log) => log.check), signature: failureSignature(ciLogs) }
}

/** How often the very same failure was there on earlier heads, directly before. */
function repeatsOf(failures: readonly CiFailure[], now: CiFailure | null): number {
  if (now === null) return 0
  const earlier = failures.filter((failure) => failure.head !== now.head)
  const other = earlier.findLastIndex((failure) => failure.signature !== now.signature)
  return earlier.length - 1 - other
}

function withFailure(failures: readonly CiFailure[], now: CiFailure | null): readonly CiFailure[] {
  if (now === null) return failures
  return [...failures.filter((failure) => failure.head !== now.head), now].slice(-KEPT_FAILURES)
}

export async function confirmNothingToDo(context: Context, o: GroupObservation, taskId: TaskId): Promise<ActResult> {
  const { memory } = context
  const task = o.group.tasks.find((candidate) => candidate.id === taskId)
  if (task === undefined) return 'again'
  const slot = await slotOf(context, o)
  const last = o.state.attempt?.last
  const reason = last?.kind === 'completed' ? (last.report?.summary ?? '') : ''
  await runSession(context, {
    kind: 'confirm',
    groupId: o.group.id,
    taskId,
    slot,
    access: 'read',
    mayRewriteHistory: false,
    conversation: { mode: 'new', id: context.newId() as ConversationId },
    route: routeSession('confirm', null, memory.state().options.model, context.models),
    prompt: confirmPrompt({ goal: memory.state().goal, task, reason }),
    begin: (state) => state,
  })
  return 'again'
}

type CompleteAction = Extract<Action, { kind: 'complete_task' }>

export async function completeTask(context: Context, o: GroupObservation, action: CompleteAction): Promise<ActResult> {
  const { memory, clock, planFile } = context
  const last = o.state.attempt?.last
  const summary = last?.kind === 'completed' ? (last.report?.summary ?? '') : ''
  const evidence = { at: clock.now(), commit: action.commit, how: action.how, summary }
  await memory.update((state) => ({
    ...withGroup(state, o.group.id, (group) => ({ ...group, attempt: null })),
    tasks: { ...state.tasks, [action.taskId]: evidence },
  }))
  const state = memory.state()
  const tasks = state.plan === null ? [] : allTasks(state.plan)
  await memory.emit({
    type: 'task.completed',
    groupId: o.group.id,
    taskId: action.taskId,
    title: tasks.find((task) => task.id === action.taskId)?.title ?? action.taskId,
    commit: action.commit,
    how: action.how,
    tasksDone: tasks.filter((task) => state.tasks[task.id] !== undefined).length,
    tasksTotal: tasks.length,
  })
  await planFile.write()
  return 'again'
}

const COUNTER_OF: Readonly<Partial<Record<Attempt['purpose'], Counter>>> = {
  'fix-integrity': 'integrityFixes',
  'fix-ci': 'ciFixes',
  'fix-review': 'reviewRounds',
  'resolve-conflict': 'conflicts',
}

/** What was delivered counts against the bound of its purpose: "the fix did not work" is seen when it is needed again. */
export async function endAttempt(context: Context, o: GroupObservation, delivered: boolean): Promise<ActResult> {
  const counter = o.state.attempt === null ? undefined : COUNTER_OF[o.state.attempt.purpose]
  const rewritten = o.state.attempt?.purpose === 'resolve-conflict' && delivered
  await context.memory.updateGroup(o.group.id, (group) => ({
    ...group,
    attempt: null,
    historyRewritten: group.historyRewritten || rewritten,
    counters:
      delivered && counter !== undefined
        ? { ...group.counters, [counter]: group.counters[counter] + 1 }
        : group.counters,
  }))
  return 'again'
}

export async function runGate(context: Context, o: GroupObservation, commit: CommitSha): Promise<ActResult> {
  const { memory, workspaces } = context
  const slot = await slotOf(context, o)
  const commands = (await workspaces.findChecks(slot)).map((check) => check.command)
  await memory.emit({ type: 'gate.started', groupId: o.group.id, commit, commands })
  const gate = await workspaces.gate(slot, commit, context.halt)
  if (context.halt.aborted) return 'again' // a check that we ended ourselves says nothing
  await memory.updateGroup(o.group.id, (group) => ({ ...group, gate }))
  await memory.emit({
    type: 'gate.completed',
    groupId: o.group.id,
    commit,
    outcome: gate.outcome,
    durationMs: gate.durationMs,
    failed: gate.checks.filter((check) => check.exitCode !== 0).map((check) => check.command),
  })
  return 'again'
}
