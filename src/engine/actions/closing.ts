/** The end of a group: what was merged is recorded, the checkout brought up to date, the workspace given back. */
import type { CommitSha } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Context } from '../context.ts'
import type { ActResult } from './act-result.ts'

export async function closeMerged(context: Context, o: GroupObservation, commit: CommitSha): Promise<ActResult> {
  const { memory, clock } = context
  if (o.pr.kind !== 'pr') return 'again'
  const { pr } = o.pr
  const byUs = memory
    .group(o.group.id)
    .acts.some((act) => act.kind === 'merge' && act.key === `merge:${pr.number}:${pr.head}`)
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    merged: { commit, head: pr.head, at: clock.now() },
    pr: { number: pr.number, url: pr.url },
    attempt: null,
  }))
  await memory.emit({
    type: 'pr.merged',
    groupId: o.group.id,
    number: pr.number,
    url: pr.url,
    commit,
    by: byUs ? 'us' : 'somebody_else',
  })
  return 'again'
}

export async function closeEmpty(context: Context, o: GroupObservation): Promise<ActResult> {
  await context.memory.updateGroup(o.group.id, (group) => ({ ...group, emptyAt: context.clock.now() }))
  return 'again'
}

/** Every step may be repeated: a crash in between begins again here. */
export async function finishGroup(context: Context, o: GroupObservation): Promise<ActResult> {
  const { memory, forge, workspaces, planFile } = context
  const { merged } = o.state
  await Promise.all([
    merged === null ? null : updateCheckout(context, merged.commit),
    merged === null ? null : forge.deleteHeadBranch(o.state.headBranch, merged.head),
    workspaces.release({ branch: o.state.branch, shippedHead: merged?.head ?? null }),
  ])
  context.slots.delete(o.group.id)
  await memory.updateGroup(o.group.id, (group) => ({ ...group, stage: 'done', conversation: null }))
  await planFile.write()
  return 'finished'
}

async function updateCheckout(context: Context, commit: CommitSha): Promise<void> {
  const { memory, workspaces, forge } = context
  const branch = memory.state().options.targetBranch
  await forge.targetHead() // a forge that merges elsewhere has not brought the commit here yet
  const update = await workspaces.fastForward(branch, commit)
  if (update.kind === 'updated')
    await memory.emit({ type: 'checkout.updated', path: update.path, branch, commit: update.commit })
  if (update.kind === 'left') {
    await memory.emit({ type: 'checkout.left', path: update.path, branch, why: update.why, command: update.command })
  }
}
