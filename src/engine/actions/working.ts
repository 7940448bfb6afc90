/** Sessions of a group, the gate, and what makes a task done. */
import { confirmPrompt } from '../../agent/prompts/judging.ts'
import { NO_EVIDENCE, type WorkEvidence, workPrompt } from '../../agent/prompts/working.ts'
import { routeSession } from '../../agent/routing.ts'
import type { Action, SessionAsk } from '../../domain/decision.ts'
import type { CommitSha, ConversationId, TaskId } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import { allTasks } from '../../domain/plan.ts'
import type { Attempt, Counter, RunState } from '../../domain/run.ts'
import { beginAttempt } from '../attempts.ts'
import type { Context } from '../context.ts'
import { chooseConversation } from '../conversation.ts'
import { learningsForPrompt } from '../documents.ts'
import { runSession } from '../session.ts'
import type { ActResult } from './act-result.ts'
import { slotOf } from './workspace.ts'

type SessionAction = Extract<Action, { kind: 'session' }>

/** How much of one failed check's log goes into the prompt. */
const LOG_CHARS = 8_000

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
  const conversation = chooseConversation(o.state.conversation, action.ask.why, route, context.newId)
  const evidence = await gatherEvidence(context, o, action.ask)
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
      evidence,
    }),
    begin: (before) =>
      withAttempt(before, o, (attempt) =>
        beginAttempt(attempt, {
          purpose: action.purpose,
          subject: action.subject,
          head,
          kind: action.session,
          ask: action.ask.why,
        }),
      ),
  })
  return 'again'
}

async function gatherEvidence(context: Context, o: GroupObservation, ask: SessionAsk): Promise<WorkEvidence> {
  const about = 'asked' in ask ? ask.asked : ask
  switch (about.why) {
    case 'gate_failed':
      return { ...NO_EVIDENCE, failedChecks: o.state.gate?.checks.filter((check) => check.exitCode !== 0) ?? [] }
    case 'ci_failed':
      return o.pr.kind === 'pr'
        ? { ...NO_EVIDENCE, ciLogs: await context.forge.failureLogs(o.pr.pr.number, o.pr.pr.head, LOG_CHARS) }
        : NO_EVIDENCE
    case 'reviews':
      return reviewEvidence(o)
    case 'conflict': {
      const commit = await context.forge.targetHead()
      await context.memory.updateGroup(o.group.id, (group) => ({ ...group, base: commit }))
      return { ...NO_EVIDENCE, target: { branch: context.memory.state().options.targetBranch, commit } }
    }
    default:
      return NO_EVIDENCE
  }
}

function reviewEvidence(o: GroupObservation): WorkEvidence {
  if (o.pr.kind !== 'pr' || o.pr.pr.reviews.kind !== 'known') return NO_EVIDENCE
  const { threads, changeRequests } = o.pr.pr.reviews
  return {
    ...NO_EVIDENCE,
    threads: threads.filter((thread) => !thread.resolved && thread.trusted && !thread.answered),
    changeRequests: changeRequests.filter((request) => !request.answered),
  }
}

function withAttempt(
  state: RunState,
  o: GroupObservation,
  change: (attempt: Attempt | null) => Attempt | null,
): RunState {
  const group = state.groups[o.group.id]
  if (group === undefined) return state
  return { ...state, groups: { ...state.groups, [o.group.id]: { ...group, attempt: change(group.attempt) } } }
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
    ...withAttempt(state, o, () => null),
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
