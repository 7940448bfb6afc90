/**
 * Which written task and PR is which of the plan: by id, and where an editor or a planner lost the ids, by title. What
 * cannot be recognised is new and gets a number that was never used.
 */
import type { GroupId, TaskId } from './ids.ts'
import { allTasks, type Plan, type PrGroup } from './plan.ts'
import type { ParsedGroup, ParsedTask } from './plan-parsed.ts'
import { toLine } from './plan-text.ts'

export type Identities = {
  /** A task without text and without a known id is missing here. */
  readonly tasks: ReadonlyMap<ParsedTask, TaskId>
  readonly groups: ReadonlyMap<ParsedGroup, GroupId>
  /** Gives the next group number away. */
  readonly newGroupId: () => GroupId
  readonly next: () => { readonly nextTaskNumber: number; readonly nextGroupNumber: number }
}

export type IdentityRequest = {
  readonly plan: Plan
  readonly done: ReadonlySet<TaskId>
  readonly groups: readonly ParsedGroup[]
  readonly nextTaskNumber: number
  readonly nextGroupNumber: number
}

export function identify(request: IdentityRequest): Identities {
  const { plan, groups } = request
  const taskNumbers = createNumbers(request.nextTaskNumber, allTasks(plan))
  const groupNumbers = createNumbers(request.nextGroupNumber, plan.groups)
  const newGroupId = () => `g${groupNumbers.take()}` as GroupId
  const parsedTasks = groups.flatMap((group) => group.tasks)

  const tasks = claimById(parsedTasks, allTasks(plan))
  claimTasksByTitle(tasks, parsedTasks, request)
  for (const task of parsedTasks) {
    if (!tasks.has(task) && task.title !== '') tasks.set(task, `t${taskNumbers.take()}` as TaskId)
  }
  const groupIds = claimById(groups, plan.groups)
  claimGroupsByTitle(groupIds, groups, plan)
  claimGroupsByTasks(groupIds, groups, plan, tasks)
  for (const group of groups) if (!groupIds.has(group)) groupIds.set(group, newGroupId())
  const next = () => ({ nextTaskNumber: taskNumbers.next(), nextGroupNumber: groupNumbers.next() })
  return { tasks, groups: groupIds, newGroupId, next }
}

/** Starts behind every number in use, whatever it was told. */
function createNumbers(start: number, used: readonly { readonly id: string }[]) {
  let next = used.reduce((highest, { id }) => Math.max(highest, (Number(id.slice(1)) || 0) + 1), start)
  return {
    take: () => {
      next += 1
      return next - 1
    },
    next: () => next,
  }
}

type Written<Id> = { readonly id: Id | null; readonly title: string }
type Known<Id> = { readonly id: Id; readonly title: string }

/** Of several with the same id, the one that kept the title is meant, else the first: the others are copies of it. */
function claimById<Id, T extends Written<Id>>(written: readonly T[], known: readonly Known<Id>[]): Map<T, Id> {
  const byId = Map.groupBy(written, (item) => item.id)
  const claims = new Map<T, Id>()
  for (const { id, title } of known) {
    const candidates = byId.get(id) ?? []
    const meant = candidates.find((item) => item.title === toLine(title)) ?? candidates[0]
    if (meant !== undefined) claims.set(meant, id)
  }
  return claims
}

/** A task that does not say whether it is done is new work of the planner, which is not what was done before. */
function claimTasksByTitle(
  claims: Map<ParsedTask, TaskId>,
  written: readonly ParsedTask[],
  { plan, done }: IdentityRequest,
): void {
  const missing = missingByTitle(allTasks(plan), claims)
  for (const task of written) {
    const candidates = claims.has(task) ? [] : (missing.get(task.title) ?? [])
    const alike = candidates.find(({ id }) => done.has(id) === (task.checked ?? false))
    const meant = alike ?? (task.checked === null ? undefined : candidates[0])
    if (meant === undefined) continue
    claims.set(task, meant.id)
    candidates.splice(candidates.indexOf(meant), 1)
  }
}

function claimGroupsByTitle(claims: Map<ParsedGroup, GroupId>, written: readonly ParsedGroup[], plan: Plan): void {
  const missing = missingByTitle(plan.groups, claims)
  for (const group of written) {
    const meant = claims.has(group) ? undefined : missing.get(group.title)?.shift()
    if (meant !== undefined) claims.set(group, meant.id)
  }
}

/** A heading that lost both id and title is known by the tasks below it. */
function claimGroupsByTasks(
  claims: Map<ParsedGroup, GroupId>,
  written: readonly ParsedGroup[],
  plan: Plan,
  tasks: ReadonlyMap<ParsedTask, TaskId>,
): void {
  const taken = new Set(claims.values())
  const homes = homesOf(plan)
  for (const group of written) {
    if (claims.has(group)) continue
    const candidates = group.tasks.map((task) => homes.get(tasks.get(task) as TaskId)?.id)
    const meant = candidates.find((id) => id !== undefined && !taken.has(id))
    if (meant === undefined) continue
    claims.set(group, meant)
    taken.add(meant)
  }
}

/** The group each task of the plan is in. */
export function homesOf(plan: Plan): ReadonlyMap<TaskId, PrGroup> {
  return new Map(plan.groups.flatMap((group) => group.tasks.map((task) => [task.id, group] as const)))
}

function missingByTitle<Id, K extends Known<Id>>(
  known: readonly K[],
  claims: ReadonlyMap<unknown, Id>,
): Map<string, K[]> {
  const claimed = new Set(claims.values())
  const missing = known.filter(({ id, title }) => !claimed.has(id) && toLine(title) !== '')
  return Map.groupBy(missing, ({ title }) => toLine(title))
}
