/** Keeping an open pull request in step with the plan, with its target branch, and with what other people push. */
import type { CommitSha } from '../../domain/ids.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { Context } from '../context.ts'
import { digestText, pullRequestText } from '../pull-request-text.ts'
import type { ActResult } from './act-result.ts'
import { unlessRefused } from './courtesy.ts'
import { recorded } from './recorded.ts'
import { blockGroup } from './waiting.ts'
import { slotOf } from './workspace.ts'

export async function editPr(context: Context, o: GroupObservation): Promise<ActResult> {
  const { memory, forge } = context
  if (o.pr.kind !== 'pr') return 'again'
  const { number } = o.pr.pr
  const text = pullRequestText(memory.state(), o.group)
  await recorded(context, o.group.id, { kind: 'edit_pr', key: `edit:${number}:${o.prText}` }, async () => {
    await unlessRefused(context, `the text of PR #${number} is not up to date`, () => forge.edit(number, text))
    return { detail: text.title, value: null }
  })
  await memory.updateGroup(o.group.id, (group) => ({ ...group, prText: digestText(text) }))
  await memory.emit({ type: 'pr.updated', groupId: o.group.id, number, what: 'text' })
  return 'again'
}

export async function markReady(context: Context, o: GroupObservation): Promise<ActResult> {
  if (o.pr.kind !== 'pr') return 'again'
  const { number } = o.pr.pr
  await context.forge.markReady(number)
  await context.memory.emit({ type: 'pr.updated', groupId: o.group.id, number, what: 'ready' })
  return 'again'
}

/** Their commits become part of ours; what cannot be joined without a choice is left to the people who made it. */
export async function integrate(context: Context, o: GroupObservation, commit: CommitSha): Promise<ActResult> {
  const { memory, workspaces } = context
  const { branch, historyRewritten, lastPushed, headBranch } = o.state
  const since = historyRewritten ? lastPushed : null
  const slot = await slotOf(context, o)
  const result = await workspaces.integrate(slot, { branch, commit, since })
  if (result.kind === 'conflict') {
    const files = result.files.slice(0, 5).join(', ')
    return blockGroup(context, o, {
      cause: `somebody pushed to ${headBranch} what conflicts with the work here (${files}): join them in ${slot.path} (git merge ${commit.slice(0, 12)})`,
      tried: 'joining both by git',
      command: 'claudetm resume',
    })
  }
  // What the forge had was looked at before it got there; a line without that may hold work of ours that was not.
  const isOnLooked = lastPushed === null || (await workspaces.contains({ commit: lastPushed, within: commit }))
  // What was rewritten and carries their commits now may replace exactly what they pushed.
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    lastPushed: commit,
    guard: historyRewritten || !isOnLooked ? group.guard : { ...group.guard, since: commit },
  }))
  const number = o.state.pr?.number
  if (number !== undefined) {
    await memory.emit({ type: 'pr.updated', groupId: o.group.id, number, what: 'foreign_commits' })
  }
  return 'again'
}

export async function updateBranch(context: Context, o: GroupObservation, head: CommitSha): Promise<ActResult> {
  const { memory, forge } = context
  if (o.pr.kind !== 'pr') return 'again'
  const { number } = o.pr.pr
  const result = await recorded(context, o.group.id, { kind: 'update_branch', key: `update:${head}` }, async () => {
    const value = await forge.updateBranch(number, head)
    return { detail: value.kind, value }
  })
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    redBaseSince: null,
    // Refused once is refused again: whether it can do without is decided next.
    counters: {
      ...group.counters,
      syncs: result.kind === 'refused' ? context.policy.maxSyncs : group.counters.syncs + 1,
      reruns: 0,
    },
  }))
  if (result.kind === 'refused') {
    const message = `PR #${number} cannot be brought up to date: ${result.why}`
    await memory.emit({ type: 'warning', message })
  }
  if (result.kind === 'updated') {
    await memory.emit({ type: 'pr.updated', groupId: o.group.id, number, what: 'branch' })
  }
  return 'again' // a conflict is seen at the next look and goes to its own session
}
