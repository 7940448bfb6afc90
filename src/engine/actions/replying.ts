/** Answers to reviewers, given once, after the fix is on the forge. */
import type { GroupObservation } from '../../domain/observation.ts'
import type { Context } from '../context.ts'
import type { ActResult } from './act-result.ts'
import { recorded } from './recorded.ts'

export async function deliverReplies(context: Context, o: GroupObservation): Promise<ActResult> {
  const { pendingReplies, pr, counters } = o.state
  if (pendingReplies === null || pr === null) return 'again'
  const round = counters.reviewRounds
  await recorded(context, o.group.id, { kind: 'reply', key: `reply:${pr.number}:${round}` }, async () => {
    await context.forge.reply(
      pr.number,
      pendingReplies.map((reply) => ({
        key: `${pr.number}:${round}:${reply.id}`,
        threadId: reply.id,
        body: reply.message,
        resolve: reply.action !== 'declined',
      })),
    )
    return { detail: `${pendingReplies.length} answers`, value: null }
  })
  await context.memory.updateGroup(o.group.id, (group) => ({ ...group, pendingReplies: null }))
  return 'again'
}
