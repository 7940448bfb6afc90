/** The group's worktree: made at the target branch's present commit, or found again with everything in it. */
import type { CommitSha } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Slot } from '../../workspace/workspace.ts'
import type { Context } from '../context.ts'
import { requireOwner } from '../ownership.ts'
import type { ActResult } from './act-result.ts'

export async function prepareWorkspace(context: Context, o: GroupObservation): Promise<ActResult> {
  const base = o.state.base ?? (await context.forge.targetHead())
  await context.memory.updateGroup(o.group.id, (group) => ({ ...group, base }))
  await openSlot(context, o, base)
  return 'again'
}

/** The slot of this group; after a restart it is adopted and its dependencies are looked after. */
export async function slotOf(context: Context, o: GroupObservation): Promise<Slot> {
  return context.slots.get(o.group.id) ?? openSlot(context, o, o.state.base ?? (await context.forge.targetHead()))
}

async function openSlot(context: Context, o: GroupObservation, base: CommitSha): Promise<Slot> {
  const { workspaces, memory, halt } = context
  const { branch, headBranch, adopted } = o.state
  const start = adopted === null ? { base } : { base: adopted.head, from: context.forge.pushTarget(headBranch) }
  const slot = await workspaces.ensure({ branch, ...start, signal: halt })
  await memory.emit({ type: 'workspace.prepared', groupId: o.group.id, path: slot.path, adopted: slot.adopted })
  await installDependencies(context, slot, o.group.id)
  await requireOwner(context) // installing takes long enough to be replaced meanwhile
  context.slots.set(o.group.id, slot)
  return slot
}

export async function installDependencies(
  context: Context,
  slot: Slot,
  groupId: GroupObservation['group']['id'] | null,
): Promise<void> {
  const report = await context.workspaces.install(slot, context.halt)
  if (report.kind === 'nothing') return
  const { command, durationMs, tail } = report
  await context.memory.emit({ type: 'dependencies', groupId, command, outcome: report.kind, durationMs, tail })
}
