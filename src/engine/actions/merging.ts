/** Merging: exactly the commit that the gate allowed, and merged only when the forge shows it. */
import type { Action } from '../../domain/decision.ts'
import type { GroupObservation } from '../../domain/observation.ts'
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
  const text = pullRequestText(memory.state(), o.group)
  const result = await recorded(
    context,
    o.group.id,
    { kind: 'merge', key: `merge:${number}:${action.head}` },
    async () => {
      const value = await forge.merge({ number, head: action.head, ...text })
      return { detail: value.kind === 'merged' ? value.commit : `${value.kind}: ${value.why}`, value }
    },
  )
  if (result.kind === 'merged') return closeMerged(context, o, result.commit) // the forge has read it back
  await memory.updateGroup(o.group.id, (group) => ({
    ...group,
    counters: { ...group.counters, mergeRefusals: group.counters.mergeRefusals + 1 },
  }))
  await memory.emit({ type: 'warning', message: `PR #${number} was not merged (${result.kind}): ${result.why}` })
  return 'again'
}
