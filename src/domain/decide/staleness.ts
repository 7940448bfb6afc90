/** Merely behind is merged as it is, unless the rules or the person want it up to date: then the forge's own update first. */
import type { Decision } from '../decision.ts'
import type { GroupObservation, PrSnapshot } from '../observation.ts'
import { act, block } from './answers.ts'

export function decideStaleness(o: GroupObservation): Decision | null {
  if (o.pr.kind !== 'pr' || o.pr.pr.mergeability !== 'behind') return null
  const { pr } = o.pr
  const demanded = pr.mustBeUpToDate && pr.canSchedule !== 'queue' && !o.options.admin
  if (!demanded && !o.options.syncBeforeMerge) return null
  const update = updateBranch(o, pr, demanded ? 'its rules demand that it is up to date' : '--sync-before-merge')
  if (update !== null || !demanded) return update // a person's wish is given up before the merge is
  return block('ready_to_merge', `PR #${pr.number} is behind ${pr.baseBranch} again and again`, {
    tried: `brought up to date ${o.state.counters.syncs} times`,
  })
}

/** null = its budget is spent. */
export function updateBranch(o: GroupObservation, pr: PrSnapshot, why: string): Decision | null {
  if (o.state.counters.syncs >= o.policy.maxSyncs) return null
  return act('resolving_conflicts', { kind: 'update_branch', head: pr.head }, why)
}
