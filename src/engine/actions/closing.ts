/** The end of a group: what was merged is recorded, the checkout brought up to date, the workspace given back. */
import type { CommitSha } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Context } from '../context.ts'
import { moveLeftOverTasks } from '../left-over-tasks.ts'
import { withGroup } from '../memory.ts'
import { requireOwner } from '../ownership.ts'
import type { ActResult } from './act-result.ts'
import { unlessRefused } from './courtesy.ts'

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
  const { memory, planFile, clock } = context
  const { merged } = o.state
  const [unshipped] = await Promise.all([
    release(context, o),
    merged === null ? null : updateCheckout(context, merged.commit),
    merged === null ? null : deleteHeadBranch(context, o, merged.head),
  ])
  context.slots.delete(o.group.id)
  const notes: string[] = []
  await memory.update((before) => {
    const done = withGroup(before, o.group.id, (group) => ({ ...group, stage: 'done', conversation: null }))
    const leftOver = moveLeftOverTasks(done, { id: o.group.id, unshipped, now: clock.now() })
    notes.push(...leftOver.notes)
    return leftOver.state
  })
  for (const message of notes) await memory.emit({ type: 'warning', message })
  await planFile.write()
  return 'finished'
}

async function deleteHeadBranch(context: Context, { state }: GroupObservation, merged: CommitSha): Promise<void> {
  const { headBranch } = state
  await unlessRefused(context, `${headBranch} stays on the forge`, () =>
    context.forge.deleteHeadBranch(headBranch, merged),
  )
}

/** Somebody merged before everything was pushed: what they left out stays on its branch, and that is said. */
async function release({ workspaces, memory }: Context, o: GroupObservation): Promise<readonly CommitSha[]> {
  const { branch, merged } = o.state
  const result = await workspaces.release({ branch, shippedHead: merged?.head ?? null })
  if (result.kind === 'released') return []
  const some = result.commits.slice(0, 5).map((commit) => commit.slice(0, 12))
  const message = `${branch} has commits that were not merged (${some.join(', ')}): it stays`
  await memory.emit({ type: 'warning', message })
  return result.commits
}

async function updateCheckout(context: Context, commit: CommitSha): Promise<void> {
  const { memory, workspaces, forge } = context
  const branch = memory.state().options.targetBranch
  await forge.targetHead() // a forge that merges elsewhere has not brought the commit here yet
  await requireOwner(context)
  const update = await workspaces.fastForward(branch, commit)
  if (update.kind === 'updated')
    await memory.emit({ type: 'checkout.updated', path: update.path, branch, commit: update.commit })
  if (update.kind === 'left') {
    await memory.emit({ type: 'checkout.left', path: update.path, branch, why: update.why, command: update.command })
  }
}
