/**
 * What is in the state of a run and was never said: the process was killed after it had saved and before it had said so.
 * Said late rather than never, since logs, reports and subscribers know of nothing else.
 */
import type { RunEvent, RunEventBody } from '../domain/events.ts'
import type { GroupId, TaskId } from '../domain/ids.ts'
import { allTasks, findGroup } from '../domain/plan.ts'
import type { GroupState, RunState, SessionRecord, TaskEvidence } from '../domain/run.ts'
import { isOpenedByUs, prCreated } from './opening.ts'

type Said = {
  readonly sessions: Set<string>
  /** By what each was last said to be done; not when, since clocks are set. */
  readonly tasks: Map<string, { readonly commit: string; readonly how: string }>
  readonly created: Set<number>
  readonly merged: Set<number>
  planned: boolean
}

/** In the order in which it would have been said. */
export async function missedEvents(state: RunState, events: AsyncIterable<RunEvent>): Promise<readonly RunEventBody[]> {
  const said: Said = { sessions: new Set(), tasks: new Map(), created: new Set(), merged: new Set(), planned: false }
  for await (const event of events) if (event.runId === state.runId) remember(said, event)
  const isAdopted = Object.values(state.groups).some((group) => group.adopted !== null)
  return [
    ...state.sessions.filter((session) => session.outcome !== 'running' && !said.sessions.has(session.id)).map(ended),
    ...(state.plan === null || said.planned || isAdopted ? [] : [planned(state)]),
    ...missedTasks(state, said),
    ...missedPrs(state, said),
  ]
}

function remember(said: Said, event: RunEvent): void {
  switch (event.type) {
    case 'session.completed':
    case 'session.recovered':
      said.sessions.add(event.sessionId)
      return
    case 'plan.created':
      said.planned = true
      return
    case 'task.completed':
      said.tasks.set(event.taskId, event)
      return
    case 'pr.created':
      said.created.add(event.number)
      return
    case 'pr.merged':
      said.merged.add(event.number)
  }
}

function ended(session: SessionRecord): RunEventBody {
  const tokens = Object.values(session.usage)
  const sum = (pick: (usage: (typeof tokens)[number]) => number) =>
    tokens.reduce((total, usage) => total + pick(usage), 0)
  return {
    type: 'session.completed',
    sessionId: session.id,
    kind: session.kind,
    groupId: session.groupId,
    taskId: session.taskId,
    outcome: session.outcome === 'running' ? 'interrupted' : session.outcome,
    detail: '',
    costUsd: session.costUsd,
    inputTokens: sum((usage) => usage.inputTokens + usage.cacheReadTokens + usage.cacheWriteTokens),
    outputTokens: sum((usage) => usage.outputTokens),
    turns: session.turns,
    durationMs: (session.endedAt ?? session.startedAt) - session.startedAt,
  }
}

function planned({ plan }: RunState): RunEventBody {
  const { criteria, groups } = plan ?? { criteria: [], groups: [] }
  const tasks = groups.flatMap((group) => group.tasks)
  return { type: 'plan.created', criteria: criteria.length, groups: groups.length, tasks: tasks.length }
}

function missedTasks(state: RunState, said: Said): readonly RunEventBody[] {
  const tasks = state.plan === null ? [] : allTasks(state.plan)
  const tasksDone = tasks.filter((task) => state.tasks[task.id] !== undefined).length
  return (state.plan?.groups ?? []).flatMap((group) =>
    group.tasks.flatMap(({ id: taskId, title }): RunEventBody[] => {
      const evidence = state.tasks[taskId]
      if (evidence?.commit == null || !isWorked(evidence) || wasSaid(said, taskId, evidence)) return []
      const { commit, how } = evidence
      return [
        { type: 'task.completed', groupId: group.id, taskId, title, commit, how, tasksDone, tasksTotal: tasks.length },
      ]
    }),
  )
}

/** What a person ticked, and what was there before the run, is not said. */
function isWorked({ how }: TaskEvidence): boolean {
  return how === 'committed' || how === 'confirmed_nothing_to_do'
}

function wasSaid(said: Said, taskId: TaskId, { commit, how }: TaskEvidence): boolean {
  const last = said.tasks.get(taskId)
  return last?.commit === commit && last.how === how
}

function missedPrs(state: RunState, said: Said): readonly RunEventBody[] {
  return Object.entries(state.groups).flatMap(([id, group]): RunEventBody[] => {
    const groupId = id as GroupId
    return [...missedOpening(state, groupId, group, said), ...missedMerge(groupId, group, said)]
  })
}

function missedOpening(state: RunState, groupId: GroupId, group: GroupState, said: Said): RunEventBody[] {
  const planned = state.plan === null ? undefined : findGroup(state.plan, groupId)
  const { pr, headBranch } = group
  if (pr === null || planned === undefined || !isOpenedByUs(group) || said.created.has(pr.number)) return []
  return [prCreated(state, planned, { pr, headBranch })]
}

function missedMerge(groupId: GroupId, { pr, merged, acts }: GroupState, said: Said): RunEventBody[] {
  if (pr === null || merged === null || said.merged.has(pr.number)) return []
  const byUs = acts.some((act) => act.kind === 'merge' && act.key === `merge:${pr.number}:${merged.head}`)
  return [{ type: 'pr.merged', groupId, ...pr, commit: merged.commit, by: byUs ? 'us' : 'somebody_else' }]
}
