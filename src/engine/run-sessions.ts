/** Sessions of the run as a whole: plan, change the plan, judge the criteria. Read-only, on the target branch's code. */
import { parsePlanOutput } from '../agent/outputs.ts'
import { planPrompt, planUpdatePrompt } from '../agent/prompts/planning.ts'
import { routeSession } from '../agent/routing.ts'
import type { RunDecision } from '../domain/decide/run.ts'
import type { ConversationId, TaskId } from '../domain/ids.ts'
import { allTasks } from '../domain/plan.ts'
import { replanTasks } from '../domain/plan-update.ts'
import { buildPlan, type PlanOutput } from '../domain/plan-validate.ts'
import type { RunSessionKind, RunState } from '../domain/run.ts'
import type { Slot } from '../workspace/workspace.ts'
import { beginRunAttempt } from './attempts.ts'
import type { Context } from './context.ts'
import { learningsForPrompt } from './documents.ts'
import { applyEdit, closedGroups, ensureGroups, planUpdated } from './plan-file.ts'
import { runSession } from './session.ts'

type SessionDecision = Extract<RunDecision, { kind: 'session' }>

/** The session runs in a clean checkout of the target branch; the user's own checkout is not looked at. */
export async function runPlanning(context: Context, decision: SessionDecision): Promise<void> {
  const target = await context.forge.targetHead()
  await context.workspaces.withCheckout(target, context.halt, (slot) =>
    runRunSession(context, slot, decision, planningPrompt(context, decision)),
  )
}

export async function runRunSession(
  context: Context,
  slot: Slot,
  decision: SessionDecision,
  prompt: string,
): Promise<void> {
  const { memory } = context
  const { options, attempt } = memory.state()
  const present = attempt?.kind === decision.session && attempt.subject === decision.subject ? attempt : null
  const id = present?.conversationId ?? null
  const conversation =
    id === null ? { mode: 'new' as const, id: context.newId() as ConversationId } : { mode: 'continue' as const, id }
  await runSession(context, {
    kind: decision.session,
    groupId: null,
    taskId: null,
    slot,
    access: 'read',
    mayRewriteHistory: false,
    conversation,
    route: routeSession(decision.session, null, options.model, context.models),
    prompt,
    begin: (state) => ({
      ...state,
      attempt: beginRunAttempt(state.attempt, {
        kind: decision.session,
        subject: decision.subject,
        conversationId: conversation.id,
      }),
    }),
  })
}

function planningPrompt(context: Context, decision: SessionDecision): string {
  const state = context.memory.state()
  const request = {
    goal: state.goal,
    maxPrs: state.options.maxPrs,
    userCriteria: state.options.criteria,
    learnings: learningsForPrompt(state),
    problem: decision.problem,
  }
  if (state.plan === null) return planPrompt(request)
  return planUpdatePrompt({
    ...request,
    plan: state.plan,
    done: new Set(Object.keys(state.tasks)),
    closedGroups: closedGroups(state),
    change:
      state.messages.length > 0
        ? { kind: 'messages', messages: state.messages }
        : { kind: 'refuted', findings: refutedFindings(state) },
  })
}

function refutedFindings(state: RunState): readonly { criterion: string; evidence: string }[] {
  return (state.verification?.results ?? []).filter((result) => result.verdict === 'refuted')
}

/** Works a planning answer into the state; one that cannot be used is asked for again with the reason. */
export async function acceptPlanning(context: Context, session: RunSessionKind): Promise<void> {
  const { memory, planFile } = context
  const parsed = parsePlanOutput(memory.state().attempt?.output)
  const problem = parsed.ok
    ? await (session === 'plan' ? acceptPlan : acceptUpdate)(context, parsed.value)
    : parsed.problem
  if (problem !== null) {
    await memory.update((state) => rejectAnswer(state, problem))
    await memory.emit({ type: 'warning', message: `the plan could not be used: ${problem}` })
    return
  }
  await planFile.write()
}

function rejectAnswer(state: RunState, problem: string): RunState {
  if (state.attempt === null) return state
  const { attempt } = state
  return {
    ...state,
    attempt: { ...attempt, invalid: attempt.invalid + 1, lastProblem: problem, last: null, output: null },
  }
}

/** Those the session was given; what came later is still to be answered. */
function answeredMessages({ attempt }: RunState): number {
  return Number(/^message:(\d+)$/.exec(attempt?.subject ?? '')?.[1] ?? 0)
}

/** null = accepted. */
async function acceptPlan(context: Context, output: PlanOutput): Promise<string | null> {
  const { memory } = context
  const { options } = memory.state()
  const built = buildPlan(output, {
    maxPrs: options.maxPrs,
    prPerTask: options.prPerTask,
    userCriteria: options.criteria,
  })
  if (built.kind === 'invalid') return built.problem
  await memory.update((state) => ({
    ...state,
    plan: built.plan,
    groups: ensureGroups(state, built.plan),
    nextTaskNumber: built.nextTaskNumber,
    nextGroupNumber: built.nextGroupNumber,
    attempt: null,
    status: 'working',
  }))
  await memory.emit({
    type: 'plan.created',
    criteria: built.plan.criteria.length,
    groups: built.plan.groups.length,
    tasks: allTasks(built.plan).length,
  })
  return null
}

async function acceptUpdate(context: Context, output: PlanOutput): Promise<string | null> {
  const { memory, clock } = context
  const state = memory.state()
  if (state.plan === null) return 'there is no plan to update'
  const source = state.messages.length > 0 ? ('message' as const) : ('verification' as const)
  const edit = replanTasks({
    plan: state.plan,
    done: new Set(Object.keys(state.tasks) as TaskId[]),
    closedGroups: closedGroups(state),
    output,
    maxPrs: state.options.maxPrs,
    prPerTask: state.options.prPerTask,
    nextTaskNumber: state.nextTaskNumber,
    nextGroupNumber: state.nextGroupNumber,
  })
  if (edit.kind === 'rejected') return edit.problem
  // An update changes what is open; what is done stays done whatever the answer says about it.
  const applied = { ...edit, ticked: [], reopened: [] }
  await memory.emit(planUpdated(source, applied, applyEdit(state, applied, clock.now())))
  await memory.update((before) => ({
    ...applyEdit(before, applied, clock.now()),
    messages: before.messages.slice(answeredMessages(state)),
    // Who has said something wants to know how it stands now, from the first round on.
    verification:
      source === 'message' || before.verification === null ? null : { ...before.verification, followedUp: true },
    attempt: null,
  }))
  return null
}
