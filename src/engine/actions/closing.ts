/** The end of a group: what was merged is recorded, the checkout brought up to date, the workspace given back. */
import { FORCE } from '../../domain/decide/answers.ts'
import { toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Block } from '../../domain/run.ts'
import type { Context } from '../context.ts'
import type { ActResult } from './act-result.ts'
import { unlessRefused } from './courtesy.ts'
import { blockGroup } from './waiting.ts'

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
  const { memory, planFile } = context
  const { merged, headBranch } = o.state
  const [, , kept] = await Promise.all([
    merged === null ? null : updateCheckout(context, merged.commit),
    merged === null ? null : deleteHeadBranch(context, headBranch, merged.head),
    giveBack(context, o),
  ])
  if (kept !== null) return blockGroup(context, o, kept)
  context.slots.delete(o.group.id)
  await memory.updateGroup(o.group.id, (group) => ({ ...group, stage: 'done', conversation: null }))
  await planFile.write()
  return 'finished'
}

/** Nothing depends on it: a branch that may not be deleted stays. */
async function deleteHeadBranch(context: Context, headBranch: string, mergedHead: CommitSha): Promise<void> {
  const { forge } = context
  await unlessRefused(context, `${headBranch} was not deleted`, () => forge.deleteHeadBranch(headBranch, mergedHead))
}

/** null = given back, or left where it is because a person said so. */
async function giveBack(context: Context, o: GroupObservation): Promise<Omit<Block, 'at'> | null> {
  const { branch, merged, keepsBranch } = o.state
  if (keepsBranch) return null
  try {
    await context.workspaces.release({ branch, shippedHead: merged?.head ?? null })
    return null
  } catch (error) {
    const failure = toFailure(error)
    if (failure.kind !== 'not_shipped') throw failure
    return {
      cause: `${failure.message}. By force the group ends without them, and ${branch} is kept`,
      tried: null,
      command: FORCE,
      accepts: { kind: 'kept_branch' },
    }
  }
}

async function updateCheckout(context: Context, commit: CommitSha): Promise<void> {
  const { memory, workspaces } = context
  const branch = memory.state().options.targetBranch
  const update = await workspaces.fastForward(branch, commit)
  if (update.kind === 'updated')
    await memory.emit({ type: 'checkout.updated', path: update.path, branch, commit: update.commit })
  if (update.kind === 'left') {
    await memory.emit({ type: 'checkout.left', path: update.path, branch, why: update.why, command: update.command })
  }
}
