/** What the diff guard found, as people ask for it: what is open, and what was let through and why. */
import type { GroupId } from '../domain/ids.ts'
import { FRESH_GUARD, type IntegrityFinding, type LetThrough } from '../domain/integrity/finding.ts'
import { openFindings } from '../domain/integrity/open-findings.ts'
import type { GroupState, RunState } from '../domain/run.ts'

export type OpenFinding = IntegrityFinding & {
  readonly groupId: GroupId
  /** Of the second look, when it did not confirm it. */
  readonly verdict: string | null
}

export type ClosedFinding = LetThrough & { readonly groupId: GroupId }

export function listOpen(state: RunState): readonly OpenFinding[] {
  return groupsOf(state).flatMap(([groupId, group]) => {
    if (group.stage === 'done') return []
    const verdicts = group.guard.verdicts?.given ?? []
    return openFindings(group.guard).map((finding) => ({
      ...finding,
      groupId,
      verdict: verdicts.find((given) => given.finding === finding.id)?.evidence ?? null,
    }))
  })
}

export function listLetThrough(state: RunState): readonly ClosedFinding[] {
  return groupsOf(state).flatMap(([groupId, group]) => group.guard.letThrough.map((entry) => ({ ...entry, groupId })))
}

/** What one state lets through and the one before did not. */
export function newWaivers(
  before: RunState,
  after: RunState,
): readonly { readonly groupId: GroupId; readonly finding: LetThrough }[] {
  return groupsOf(after).flatMap(([groupId, group]) => {
    const known = before.groups[groupId]?.guard?.letThrough.length ?? 0
    return group.guard.letThrough.slice(known).map((finding) => ({ groupId, finding }))
  })
}

/** `status` reads states as they lie there: older ones have no guard. */
function groupsOf(state: RunState): readonly (readonly [GroupId, GroupState])[] {
  const groups = Object.entries(state.groups) as [GroupId, GroupState][]
  return groups.map(([id, group]) => [id, { ...group, guard: group.guard ?? FRESH_GUARD }] as const)
}
