/** Reads the world for one PR group. What does not matter is not asked: the forge only while there is something to ship. */
import { observeBudget } from '../domain/budget.ts'
import { firstOpenTask } from '../domain/decide/work.ts'
import type { CommitSha } from '../domain/ids.ts'
import type {
  ForeignCommits,
  GroupObservation,
  PrObservation,
  PushedObservation,
  WorkspaceObservation,
} from '../domain/observation.ts'
import type { PrGroup } from '../domain/plan.ts'
import type { GroupState, RunState } from '../domain/run.ts'
import type { Context } from './context.ts'
import { digestText, pullRequestText } from './pull-request-text.ts'

export async function observeGroup(context: Context, group: PrGroup): Promise<GroupObservation> {
  const state = context.memory.state()
  const memory = context.memory.group(group.id)
  const asksForge = memory.pr !== null || firstOpenTask(group, state.tasks) === null
  const [workspace, pushed, pr] = await Promise.all([
    observeWorkspace(context, memory),
    asksForge
      ? context.forge.observePushed(memory.headBranch)
      : notAsked<PushedObservation>({ kind: 'known', head: null }),
    asksForge ? context.forge.observe(memory.headBranch) : notAsked<PrObservation>({ kind: 'none' }),
  ])
  return {
    now: context.clock.now(),
    group,
    state: memory,
    done: state.tasks,
    workspace,
    pushed,
    foreign: await observeForeign(context, memory, workspace, pushed),
    pr: ofThisGroup(pr, memory),
    prText: digestText(pullRequestText(state, group)),
    budget: observeBudget(state),
    options: state.options,
    policy: context.policy,
    gateDurationMs: slowestGate(state),
  }
}

async function observeWorkspace(context: Context, memory: GroupState): Promise<WorkspaceObservation> {
  if (memory.base === null) return { kind: 'absent' }
  return context.workspaces.observe(memory.branch, memory.base as CommitSha)
}

/** Asked only when the forge holds a commit that is neither ours nor the one we pushed. */
async function observeForeign(
  context: Context,
  memory: GroupState,
  workspace: WorkspaceObservation,
  pushed: PushedObservation,
): Promise<ForeignCommits | null> {
  if (workspace.kind !== 'present' || pushed.kind !== 'known' || pushed.head === null) return null
  if (pushed.head === workspace.head || pushed.head === memory.lastPushed) return null
  const { branch, headBranch } = memory
  const { remote, ref } = context.forge.pushTarget(headBranch)
  const relation = await context.workspaces.relate({ branch, commit: pushed.head, remote, ref })
  return relation === 'contained' ? null : relation
}

async function notAsked<T>(answer: T): Promise<T> {
  return answer
}

/**
 * A closed PR that a person gave up by force does not count; another one is opened. Neither does one that ended before we
 * asked for any: the name of its branch is used again.
 */
function ofThisGroup(pr: PrObservation, memory: GroupState): PrObservation {
  if (pr.kind !== 'pr' || pr.pr.state === 'open') return pr
  const isAskedFor = memory.pr !== null || memory.acts.some((act) => act.kind === 'open_pr')
  const isGivenUp = pr.pr.state === 'closed' && pr.pr.number === memory.abandonedPr
  return isGivenUp || !isAskedFor ? { kind: 'none' } : pr
}

function slowestGate(state: RunState): number | null {
  const durations = Object.values(state.groups).flatMap((group) => (group.gate === null ? [] : [group.gate.durationMs]))
  return durations.length === 0 ? null : Math.max(...durations)
}
