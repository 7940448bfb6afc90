/**
 * plan.md and its neighbours: written for people, and read back when a person edited plan.md. An edit is worked in before
 * the next step; one that cannot be used is set aside with a sentence, and the last good plan stays in force.
 */
import { createHash } from 'node:crypto'
import type { RunEventBody } from '../domain/events.ts'
import { createGroupState } from '../domain/group-state.ts'
import type { GroupId, TaskId } from '../domain/ids.ts'
import { allTasks, type Plan } from '../domain/plan.ts'
import { applyPlanEdit, type PlanEdit } from '../domain/plan-edit.ts'
import { parsePlanMarkdown, renderPlan } from '../domain/plan-markdown.ts'
import type { GroupState, PlanFileBase, RunState, TaskEvidence } from '../domain/run.ts'
import type { RunLock, Store } from '../store/store.ts'
import { renderContext, renderCriteria, renderProgress } from './documents.ts'
import type { Memory } from './memory.ts'
import type { Clock } from './parts.ts'

export type PlanFile = {
  /** Works in what a person changed; true when the plan changed. */
  sync(): Promise<boolean>
  /** Brings the files for people up to date with the state. */
  write(): Promise<void>
  /** A person has changed plan.md since it was last read or written. */
  isEdited(): Promise<boolean>
}

type AppliedEdit = Extract<PlanEdit, { kind: 'applied' }>

export function createPlanFile(parts: { store: Store; lock: RunLock; memory: Memory; clock: Clock }): PlanFile {
  const { store, lock, memory, clock } = parts
  let rejected: string | null = null

  function isOfPerson(text: string | null): text is string {
    const { planFileDigest, plan } = memory.state()
    if (plan === null || planFileDigest === null) return false // we have not written one yet
    if (text === null || text.trim() === '') return false // what a power cut leaves of a file
    const digest = digestOf(text)
    return digest !== planFileDigest && digest !== rejected
  }

  async function readEdited(): Promise<string | null> {
    if (memory.state().planFileDigest === null) return null
    const text = await store.readDocument('plan.md')
    return isOfPerson(text) ? text : null
  }

  async function sync(): Promise<boolean> {
    const text = await readEdited()
    if (text === null) return false
    const base = baseOf(memory.state(), text)
    const edit = ownTicksOnly(editFrom(memory.state(), text, base), base)
    if (edit.kind === 'rejected') {
      rejected = digestOf(text)
      await memory.emit({ type: 'plan.edit_rejected', problem: edit.problem })
      return false
    }
    rejected = null
    const apply = (state: RunState) => outdateUpdate(applyEdit(state, edit, clock.now()))
    await memory.emit(planUpdated('person', edit, apply(memory.state())))
    await memory.update((state) => ({ ...apply(state), planFileDigest: digestOf(text) }))
    for (const note of edit.notes) await memory.emit({ type: 'warning', message: `plan.md: ${note}` })
    await write()
    return true
  }

  async function write(): Promise<void> {
    const state = memory.state()
    if (state.plan === null) return
    if (rejected === null) await writePlan(state, state.plan)
    await store.writeDocument(lock, 'progress.md', renderProgress(state))
    await store.writeDocument(lock, 'criteria.txt', renderCriteria(state.plan))
    await store.writeDocument(lock, 'context.md', renderContext(state))
  }

  async function writePlan(state: RunState, plan: Plan): Promise<void> {
    const ticked = Object.keys(state.tasks) as TaskId[]
    const body = renderPlan(plan, new Set(ticked), state.goal)
    const base = { id: digestOf(body).slice(0, 8), tasks: allTasks(plan).map((task) => task.id), ticked }
    const text = `${body}\n<!-- plan ${base.id} -->\n`
    const digest = digestOf(text)
    const note = (before: RunState): RunState => ({
      ...before,
      planFileDigest: digest,
      planFileTicked: ticked,
      planFileBases: [...before.planFileBases.filter(({ id }) => id !== base.id), base].slice(-KEPT_BASES),
    })
    const from = await store.readDocument('plan.md')
    if (isOfPerson(from)) return
    // The first one is known before it is there: whatever differs from it later is a person's.
    if (state.planFileDigest === null) await memory.update(note)
    // Later ones are there before they are known: after a crash in between one reads as an edit that changes nothing.
    if (from !== text && !(await store.exchangeDocument(lock, 'plan.md', { from, to: text }))) return // read before the next step
    if (memory.state().planFileDigest !== digest) await memory.note(note)
  }

  return { sync, write, isEdited: async () => (await readEdited()) !== null }
}

const KEPT_BASES = 20
const BASE_MARK = /<!-- plan ([0-9a-f]{8}) -->/g

/** The version that a person edited: the one its comment names, else the newest. */
function baseOf({ plan, planFileBases, planFileTicked }: RunState, text: string): PlanFileBase {
  const id = [...text.matchAll(BASE_MARK)].at(-1)?.[1] ?? ''
  const tasks = plan === null ? [] : allTasks(plan).map((task) => task.id)
  return planFileBases.find((base) => base.id === id) ?? { id, tasks, ticked: planFileTicked }
}

/** A box that was open in the version that was edited was not unticked by the person who edited it. */
function ownTicksOnly(edit: PlanEdit, base: PlanFileBase): PlanEdit {
  if (edit.kind === 'rejected') return edit
  return { ...edit, reopened: edit.reopened.filter((id) => base.ticked.includes(id)) }
}

function editFrom(state: RunState, text: string, base: PlanFileBase): PlanEdit {
  if (state.plan === null) return { kind: 'rejected', problem: 'there is no plan yet' }
  return applyPlanEdit({
    plan: state.plan,
    done: new Set(Object.keys(state.tasks) as TaskId[]),
    closedGroups: closedGroups(state),
    parsed: parsePlanMarkdown(text),
    unseen: new Set(allTasks(state.plan).flatMap(({ id }) => (base.tasks.includes(id) ? [] : [id]))),
    nextTaskNumber: state.nextTaskNumber,
    nextGroupNumber: state.nextGroupNumber,
  })
}

export function closedGroups(state: RunState): ReadonlySet<GroupId> {
  const closed = Object.entries(state.groups).filter(
    ([, group]) => group.stage === 'done' || group.merged !== null || group.emptyAt !== null,
  )
  return new Set(closed.map(([id]) => id as GroupId))
}

/** The plan of an edit or an update put in force: new groups get their memory, ticks become evidence. */
export function applyEdit(state: RunState, edit: AppliedEdit, now: number): RunState {
  const tasks: Record<TaskId, TaskEvidence> = { ...state.tasks }
  for (const id of edit.reopened) delete tasks[id]
  for (const id of edit.ticked) {
    const group = edit.plan.groups.find((candidate) => candidate.tasks.some((task) => task.id === id))
    const commit = group === undefined ? undefined : state.groups[group.id]?.base
    tasks[id] = { at: now, commit: commit ?? null, how: 'ticked_by_person', summary: 'ticked in plan.md' }
  }
  return {
    ...state,
    plan: edit.plan,
    tasks,
    groups: askReworded(state, edit.plan, ensureGroups(state, edit.plan)),
    nextTaskNumber: edit.nextTaskNumber,
    nextGroupNumber: edit.nextGroupNumber,
  }
}

/** A session that answered for other words than the task has now has not answered for it: it is asked once more. */
function askReworded(state: RunState, plan: Plan, groups: RunState['groups']): RunState['groups'] {
  const before = new Map((state.plan === null ? [] : allTasks(state.plan)).map((task) => [task.id, task]))
  const reworded = new Set<string>(
    allTasks(plan)
      .filter(({ id, title, details }) => {
        const old = before.get(id)
        return old !== undefined && (old.title !== title || old.details !== details)
      })
      .map(({ id }) => id),
  )
  const again = (group: GroupState): GroupState => {
    const { attempt } = group
    if (attempt?.purpose !== 'task' || attempt.last?.kind !== 'completed' || !reworded.has(attempt.subject))
      return group
    return { ...group, attempt: { ...attempt, last: { kind: 'interrupted' }, confirmation: null } }
  }
  return Object.fromEntries(Object.entries(groups).map(([id, group]) => [id, again(group)]))
}

/** An update that was thought out before the edit would undo it: it is asked for again, with the plan as it is now. */
function outdateUpdate(state: RunState): RunState {
  if (state.attempt?.kind !== 'plan-update') return state
  const lastProblem = 'plan.md was edited by a person meanwhile; what it says now is what counts'
  return { ...state, attempt: { ...state.attempt, last: null, output: null, lastProblem } }
}

/** Said before it is saved: killed in between, the change is found and said again. `after`: as the change leaves it. */
export function planUpdated(
  source: Extract<RunEventBody, { type: 'plan.updated' }>['source'],
  { added, changed, removed, reopened }: Pick<AppliedEdit, 'added' | 'changed' | 'removed' | 'reopened'>,
  after: RunState,
): RunEventBody {
  const tasks = after.plan === null ? [] : allTasks(after.plan)
  return {
    type: 'plan.updated',
    source,
    message: source === 'message' ? after.messages.join('\n') : null,
    added: added.length,
    changed: changed.length,
    removed: removed.length,
    reopened: reopened.length,
    tasksDone: tasks.filter((task) => after.tasks[task.id] !== undefined).length,
    tasksTotal: tasks.length,
  }
}

export function ensureGroups(state: RunState, plan: Plan): Readonly<Record<GroupId, GroupState>> {
  const groups: Record<GroupId, GroupState> = { ...state.groups }
  for (const group of plan.groups) {
    groups[group.id] ??= createGroupState({
      runId: state.runId,
      groupId: group.id,
      headBranch: headBranchFor(state.options.branch, Object.keys(groups).length),
    })
  }
  return groups
}

/** `--branch NAME`: the first PR gets the name itself, later ones a number. */
function headBranchFor(branch: string | null, existing: number): string | null {
  if (branch === null) return null
  return existing === 0 ? branch : `${branch}-${existing + 1}`
}

function digestOf(text: string): string {
  return createHash('sha256').update(text).digest('hex')
}
