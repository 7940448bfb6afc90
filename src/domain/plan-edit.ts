/**
 * A changed plan worked into the plan in force. Whoever changed it and however: every open task ends up in exactly one
 * open PR, nothing done is lost, and no id means two things.
 */
import type { GroupId, TaskId } from './ids.ts'
import { allTasks, type Criterion, type Plan, type PrGroup, type Task } from './plan.ts'
import { type Draft, findCircle, findUnknownDependency, withDependencies } from './plan-dependencies.ts'
import { homesOf, type Identities, identify } from './plan-identity.ts'
import type { ParsedCriterion, ParsedPlan, ParsedTask } from './plan-parsed.ts'
import { toDetails, toLine } from './plan-text.ts'
import { readTicks, type Ticks } from './plan-ticks.ts'

export type PlanEditRequest = {
  readonly plan: Plan
  readonly done: ReadonlySet<TaskId>
  /** Merged, or finished without anything to ship: what is written there stays as it is. */
  readonly closedGroups: ReadonlySet<GroupId>
  readonly parsed: ParsedPlan
  /** Tasks that whoever wrote this cannot have seen: that they are missing means nothing. */
  readonly unseen?: ReadonlySet<TaskId>
  readonly nextTaskNumber: number
  readonly nextGroupNumber: number
}

export type PlanEdit =
  | {
      readonly kind: 'applied'
      readonly plan: Plan
      /** Open tasks a person checked. */
      readonly ticked: readonly TaskId[]
      /** Done tasks a person unchecked. */
      readonly reopened: readonly TaskId[]
      readonly added: readonly TaskId[]
      /** Reworded, tagged anew, or moved to another PR. */
      readonly changed: readonly TaskId[]
      readonly removed: readonly TaskId[]
      readonly nextTaskNumber: number
      readonly nextGroupNumber: number
      /** Sentences for the person: what was read differently from how it may have been meant. */
      readonly notes: readonly string[]
    }
  | { readonly kind: 'rejected'; readonly problem: string }

/** A request with everything that is looked up again and again. */
type Edit = PlanEditRequest & {
  readonly identities: Identities
  readonly homes: ReadonlyMap<TaskId, PrGroup>
  readonly planned: ReadonlyMap<GroupId, PrGroup>
  readonly wordings: ReadonlyMap<TaskId, ParsedTask>
  readonly ticks: Ticks
  readonly doneAfter: ReadonlySet<TaskId>
  readonly notes: string[]
}

export function applyPlanEdit(request: PlanEditRequest): PlanEdit {
  const edit = beginEdit(request)
  if (edit.identities.tasks.size === 0) {
    return { kind: 'rejected', problem: 'there is no task in it (a task looks like `- [ ] text`)' }
  }
  const unknown = findUnknownDependency(edit)
  if (unknown !== null) return { kind: 'rejected', problem: unknown }

  const drafts = dropEmpty(edit, moveOpenTasksOut(edit, restoreMissing(edit, writtenDrafts(edit))))
  const groups = withDependencies(edit, drafts)
  const circle = findCircle(groups, request.closedGroups)
  if (circle !== null) {
    const names = circle.map((group) => `"${group.title}"`).join(' -> ')
    return { kind: 'rejected', problem: `these PRs wait for each other: ${names}` }
  }
  return summarize(edit, { criteria: readCriteria(edit), groups })
}

function beginEdit(request: PlanEditRequest): Edit {
  const { plan, done, closedGroups, parsed } = request
  const identities = identify({ ...request, groups: parsed.groups })
  const homes = homesOf(plan)
  const ticks = readTicks({ done, closedGroups, homes, tasks: identities.tasks })
  const notes = [...parsed.problems.map(({ line, problem }) => `line ${line}: ${problem}`), ...ticks.notes]
  const planned = new Map(plan.groups.map((group) => [group.id, group]))
  const wordings = new Map([...identities.tasks].map(([written, id]) => [id, written]))
  const reopened = new Set(ticks.reopened)
  const doneAfter = new Set([...done, ...ticks.ticked].filter((id) => !reopened.has(id)))
  return { ...request, identities, homes, planned, wordings, ticks, doneAfter, notes }
}

function writtenDrafts(edit: Edit): readonly Draft[] {
  return edit.parsed.groups.map((written) => {
    const id = edit.identities.groups.get(written) as GroupId
    const planned = edit.planned.get(id)
    const tasks = written.tasks.flatMap((task) => writtenTask(edit, id, task))
    if (planned !== undefined && edit.closedGroups.has(id)) return { group: { ...planned, tasks }, written }
    const title = written.title || planned?.title || tasks[0]?.title || ''
    const { why, touches, releaseChecks } = written
    return { group: { id, title, why, dependsOn: [], touches, releaseChecks, tasks }, written }
  })
}

/** Work that is done lies on the branch of its PR: it cannot move to another one. */
function writtenTask(edit: Edit, groupId: GroupId, written: ParsedTask): readonly Task[] {
  const id = edit.identities.tasks.get(written)
  if (id === undefined) return []
  const home = edit.homes.get(id)
  if (home !== undefined && home.id !== groupId && edit.done.has(id)) {
    edit.notes.push(`${id} "${written.title}" is done and stays in "${home.title}"`)
    return []
  }
  return [reword(edit, id, written)]
}

/** The task of the plan itself when nothing changed, or when it has shipped. */
function reword(edit: Edit, id: TaskId, written: ParsedTask): Task {
  const home = edit.homes.get(id)
  const planned = home?.tasks.find((task) => task.id === id)
  if (planned === undefined) return toTask(id, written)
  if (home !== undefined && edit.closedGroups.has(home.id) && edit.done.has(id)) return planned
  const title = written.title || toLine(planned.title)
  const isSame =
    title === toLine(planned.title) &&
    written.details === toDetails(planned.details) &&
    written.complexity === planned.complexity
  return isSame ? planned : toTask(id, { ...written, title })
}

function toTask(id: TaskId, { title, details, complexity }: ParsedTask): Task {
  return { id, title, details, complexity }
}

/** What is done or closed stays, also when it is not in the file any more, behind what it was behind before. */
function restoreMissing(edit: Edit, drafts: readonly Draft[]): readonly Draft[] {
  const isKept = ({ id }: PrGroup) =>
    edit.closedGroups.has(id) || edit.planned.get(id)?.tasks.some((task) => mayNotBeMissing(edit, task)) === true
  const written = new Map(drafts.map((draft) => [draft.group.id, draft.written]))
  const before = edit.plan.groups.map((group) => ({ ...group, tasks: [] }))
  const groups = insertMissing(
    drafts.map((draft) => draft.group),
    before,
    isKept,
  )
  return groups.map((group) => ({
    group: { ...group, tasks: restoreTasks(edit, group) },
    written: written.get(group.id) ?? null,
  }))
}

function restoreTasks(edit: Edit, group: PrGroup): readonly Task[] {
  const before = (edit.planned.get(group.id)?.tasks ?? []).map((task) => {
    const written = edit.wordings.get(task.id)
    return written === undefined ? task : reword(edit, task.id, written)
  })
  return insertMissing(group.tasks, before, (task) => mayNotBeMissing(edit, task))
}

function mayNotBeMissing({ done, unseen }: Edit, { id }: Task): boolean {
  return done.has(id) || unseen?.has(id) === true
}

/** Puts items of `before` that must not be missing back, each behind the nearest one it followed before. */
function insertMissing<T extends { readonly id: string }>(
  present: readonly T[],
  before: readonly T[],
  isKept: (item: T) => boolean,
): readonly T[] {
  const result = [...present]
  const places = new Set(present.map((item) => item.id))
  for (const [index, item] of before.entries()) {
    if (places.has(item.id) || !isKept(item)) continue
    const previous = before.slice(0, index).findLast((earlier) => places.has(earlier.id))
    result.splice(result.findIndex(({ id }) => id === previous?.id) + 1, 0, item)
    places.add(item.id)
  }
  return result
}

/** A closed PR ships nothing more: open tasks in it go into a new one right behind it. */
function moveOpenTasksOut(edit: Edit, drafts: readonly Draft[]): readonly Draft[] {
  return drafts.flatMap((draft) => {
    const { group, written } = draft
    const open = group.tasks.filter((task) => !edit.doneAfter.has(task.id))
    if (!edit.closedGroups.has(group.id) || open.length === 0) return [draft]
    const isRenamed = written !== null && written.title !== '' && written.title !== toLine(group.title)
    const followUp: PrGroup = {
      id: edit.identities.newGroupId(),
      title: isRenamed ? written.title : `${group.title.replace(/ \(follow-up\)$/, '')} (follow-up)`,
      why: written?.why ?? '',
      dependsOn: [group.id],
      touches: null,
      releaseChecks: written?.releaseChecks ?? [],
      tasks: open,
    }
    edit.notes.push(`"${group.title}" is finished; its open tasks go into a new PR "${followUp.title}"`)
    const finished = { ...group, tasks: group.tasks.filter((task) => edit.doneAfter.has(task.id)) }
    return [
      { group: finished, written },
      { group: followUp, written },
    ]
  })
}

function dropEmpty(edit: Edit, drafts: readonly Draft[]): readonly Draft[] {
  return drafts.filter(({ group }) => {
    const isKept = group.tasks.length > 0 || edit.closedGroups.has(group.id)
    if (!isKept) edit.notes.push(`the PR "${group.title}" has no task and was left out`)
    return isKept
  })
}

/** A criterion that is new or reworded is the person's own, unless its author said otherwise. */
function readCriteria(edit: Edit): readonly Criterion[] {
  const { plan, parsed } = edit
  if (parsed.criteria === null) return plan.criteria
  if (parsed.criteria.length === 0 && plan.criteria.length > 0) {
    edit.notes.push('there are no success criteria any more: nothing will be verified at the end')
  }
  const known = (criterion: ParsedCriterion) =>
    plan.criteria.find(({ text, command }) => toLine(text) === criterion.text && command === criterion.command)
  return parsed.criteria.map((criterion) => ({
    ...criterion,
    source: criterion.source ?? known(criterion)?.source ?? 'user',
  }))
}

function summarize(edit: Edit, plan: Plan): PlanEdit {
  const { ticked, reopened } = edit.ticks
  const before = new Map(allTasks(edit.plan).map((task) => [task.id, task]))
  const homes = homesOf(plan)
  const ids = [...homes.keys()]
  const isChanged = (task: Task) =>
    before.has(task.id) && (before.get(task.id) !== task || edit.homes.get(task.id)?.id !== homes.get(task.id)?.id)
  return {
    kind: 'applied',
    plan,
    ticked,
    reopened,
    added: ids.filter((id) => !before.has(id)),
    changed: allTasks(plan)
      .filter(isChanged)
      .map((task) => task.id),
    removed: [...before.keys()].filter((id) => !homes.has(id)),
    ...edit.identities.next(),
    notes: edit.notes,
  }
}
