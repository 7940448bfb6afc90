/** resolving_conflicts: a conflict met at any stage goes through this one door. */
import type { Decision } from '../decision.ts'
import type { GroupObservation } from '../observation.ts'
import { act, block } from './answers.ts'

export function decideConflict(o: GroupObservation): Decision | null {
  if (o.pr.kind !== 'pr' || o.pr.pr.mergeability !== 'conflicting') return null
  if (o.state.counters.conflicts >= o.policy.maxConflicts) {
    return block('resolving_conflicts', `PR #${o.pr.pr.number} conflicts with ${o.pr.pr.baseBranch}`, {
      tried: `${o.state.counters.conflicts} sessions to resolve it`,
    })
  }
  return act(
    'resolving_conflicts',
    {
      kind: 'session',
      session: 'resolve-conflict',
      purpose: 'resolve-conflict',
      subject: o.pr.pr.head,
      taskId: null,
      ask: { why: 'conflict' },
    },
    `conflicts with ${o.pr.pr.baseBranch}`,
  )
}
