/** Merging: exactly the commit that the gate allowed, and merged only when the forge shows it. */
import type { Action } from '../../domain/decision.ts'
import type { GroupObservation } from '../../domain/observation.ts'
import type { MergeResult } from '../../forge/forge.ts'
import type { Context } from '../context.ts'
import { pullRequestText } from '../pull-request-text.ts'
import type { ActResult } from './act-result.ts'
import { closeMerged } from './closing.ts'
import { recorded } from './recorded.ts'

type MergeAction = Extract<Action, { kind: 'merge' }>

export async function mergePr(context: Context, o: GroupObservation, action: MergeAction): Promise<ActResult> {
  const { forge, memory } = context
  const number = o.pr.kind === 'pr' ? o.pr.pr.number : null
  if (number === null) return 'again'
  if (action.tolerated.length > 0) {
    await memory.emit({ type: 'ci.tolerated', groupId: o.group.id, head: action.head, checks: action.tolerated })
  }
  const { mergeMethod, admin } = memory.state().options
  // What a person wrote stays theirs; the forge adds the commits' own words.
  const isTheirs = o.state.adopted !== null && o.pr.kind === 'pr'
  const text = isTheirs ? { title: o.pr.pr.title, body: '' } : pullRequestText(memory.state(), o.group)
  const result = await recorded(
    context,
    o.group.id,
    { kind: 'merge', key: `merge:${number}:${action.head}` },
    async () => {
      const value = await forge.merge({ number, head: action.head, method: mergeMethod, admin, ...text })
      return { detail: describe(value), value }
    },
  )
  if (result.kind === 'merged') return closeMerged(context, o, result.commit) // the forge has read it back
  // Scheduled counts like refused: a queue that drops it again and again must come to an end.
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    scheduledAt: result.kind === 'scheduled' ? context.clock.now() : group.scheduledAt,
    counters: { ...group.counters, mergeRefusals: group.counters.mergeRefusals + 1 },
  }))
  if (result.kind === 'scheduled') {
    await memory.emit({ type: 'pr.scheduled', groupId: o.group.id, number, by: result.by })
    return 'again'
  }
  await memory.emit({ type: 'warning', message: `PR #${number} was not merged (${result.kind}): ${result.why}` })
  return 'again'
}

function describe(result: MergeResult): string {
  switch (result.kind) {
    case 'merged':
      return result.commit
    case 'scheduled':
      return `scheduled: ${result.by}`
    default:
      return `${result.kind}: ${result.why}`
  }
}

export async function cancelMerge(context: Context, o: GroupObservation, why: string): Promise<ActResult> {
  const { forge, memory } = context
  if (o.pr.kind !== 'pr') return 'again'
  const { number, head } = o.pr.pr
  await recorded(context, o.group.id, { kind: 'cancel_merge', key: `cancel:${number}:${head}` }, async () => {
    await forge.cancelScheduled(number)
    return { detail: why, value: null }
  })
  await memory.updateGroup(o.group.id, (group) => ({ ...group, scheduledAt: null }))
  await memory.emit({ type: 'pr.unscheduled', groupId: o.group.id, number, why })
  return 'again'
}
