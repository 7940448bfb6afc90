/** Which PR waits for which after an edit: names resolved, removed PRs stepped over, circles found. */
import type { GroupId } from './ids.ts'
import type { Plan, PrGroup } from './plan.ts'
import type { Identities } from './plan-identity.ts'
import type { ParsedDependency, ParsedGroup, ParsedPlan } from './plan-parsed.ts'

/** A group of the result, with what was written for it; null = it is not in the file. */
export type Draft = { readonly group: PrGroup; readonly written: ParsedGroup | null }

type Edit = {
  readonly plan: Plan
  readonly parsed: ParsedPlan
  readonly closedGroups: ReadonlySet<GroupId>
  readonly identities: Identities
  /** The groups of `plan`. */
  readonly planned: ReadonlyMap<GroupId, PrGroup>
}

type Wanted = ReadonlyMap<GroupId, readonly GroupId[]>

/** A sentence that names it; what a closed PR says it waits for does not matter any more. */
export function findUnknownDependency(edit: Edit): string | null {
  for (const group of edit.parsed.groups) {
    if (edit.closedGroups.has(edit.identities.groups.get(group) as GroupId)) continue
    const unknown = group.dependsOn.find((dependency) => resolve(edit, dependency) === null)
    if (unknown === undefined) continue
    const name = [group.number === null ? 'the PR' : `PR ${group.number}`, group.title && `"${group.title}"`]
    return `${name.filter((part) => part !== '').join(' ')} depends on ${unknown.label}, which is not in the plan`
  }
  return null
}

function resolve(edit: Edit, dependency: ParsedDependency): GroupId | null {
  const written = dependency.index === null ? undefined : edit.parsed.groups[dependency.index]
  if (written !== undefined) return edit.identities.groups.get(written) ?? null
  return dependency.id !== null && edit.planned.has(dependency.id) ? dependency.id : null
}

export function withDependencies(edit: Edit, drafts: readonly Draft[]): readonly PrGroup[] {
  const inFile = new Set(edit.identities.groups.values())
  const wanted = new Map(edit.plan.groups.map((group) => [group.id, group.dependsOn]))
  for (const written of edit.parsed.groups) {
    const id = edit.identities.groups.get(written) as GroupId
    if (!edit.closedGroups.has(id)) wanted.set(id, writtenDependencies(edit, id, written, inFile))
  }
  for (const { group, written } of drafts) {
    if (wanted.has(group.id)) continue
    const closed = edit.planned.get(group.dependsOn[0] as GroupId)
    const own = written === null ? [] : writtenDependencies(edit, group.id, written, inFile)
    wanted.set(group.id, [...group.dependsOn, ...own.filter((id) => !closed?.dependsOn.includes(id))])
  }
  const resolved = stepOverRemoved(wanted, new Set(drafts.map((draft) => draft.group.id)))
  return drafts.map(({ group }) => ({ ...group, dependsOn: resolved.get(group.id) ?? [] }))
}

/** As written; what the file does not show, it cannot have changed. */
function writtenDependencies(
  edit: Edit,
  id: GroupId,
  written: ParsedGroup,
  inFile: ReadonlySet<GroupId>,
): readonly GroupId[] {
  const named = written.dependsOn.map((dependency) => resolve(edit, dependency)).filter((other) => other !== null)
  const unseen = (edit.planned.get(id)?.dependsOn ?? []).filter((other) => !inFile.has(other))
  return [...named, ...unseen]
}

/** Who depended on a group that is gone depends on what that one depended on. */
function stepOverRemoved(wanted: Wanted, kept: ReadonlySet<GroupId>): Wanted {
  const expand = (id: GroupId, seen: ReadonlySet<GroupId>): readonly GroupId[] => {
    if (kept.has(id)) return [id]
    if (seen.has(id)) return []
    return (wanted.get(id) ?? []).flatMap((next) => expand(next, new Set([...seen, id])))
  }
  return new Map(
    [...kept].map((id) => [id, [...new Set((wanted.get(id) ?? []).flatMap((next) => expand(next, new Set())))]]),
  )
}

/** The groups of one circle, first and last the same; null = there is none. Closed groups wait for nothing any more. */
export function findCircle(groups: readonly PrGroup[], closed: ReadonlySet<GroupId>): readonly PrGroup[] | null {
  const byId = new Map(groups.filter((group) => !closed.has(group.id)).map((group) => [group.id, group]))
  const finished = new Set<GroupId>()
  const visit = (group: PrGroup, path: readonly PrGroup[]): readonly PrGroup[] | null => {
    if (path.includes(group)) return [...path.slice(path.indexOf(group)), group]
    if (finished.has(group.id)) return null
    for (const id of group.dependsOn) {
      const next = byId.get(id)
      const circle = next === undefined ? null : visit(next, [...path, group])
      if (circle !== null) return circle
    }
    finished.add(group.id)
    return null
  }
  for (const group of byId.values()) {
    const circle = visit(group, [])
    if (circle !== null) return circle
  }
  return null
}
