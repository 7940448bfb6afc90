/** No session starts beyond a cap, and none while the account refuses. */
import type { Action, Decision } from '../decision.ts'
import type { GroupObservation } from '../observation.ts'
import { block } from './answers.ts'

const STARTS_SESSION: ReadonlySet<Action['kind']> = new Set(['session', 'confirm_nothing_to_do', 'second_look'])

export function withinBudget(o: GroupObservation, decision: Decision): Decision {
  if (!STARTS_SESSION.has(decision.action.kind)) return decision
  const { sessionsLeft, costLeftUsd, usageLimitUntil, usageLimitWaits } = o.budget
  if (usageLimitWaits > o.policy.usageLimitMaxWaits) {
    return block(decision.stage, 'the account keeps refusing because of its usage limit', {
      tried: `waited ${usageLimitWaits - 1} times`,
    })
  }
  if (usageLimitUntil !== null && usageLimitUntil > o.now) {
    const why = 'the usage limit of the account to reset'
    return { stage: decision.stage, action: { kind: 'wait', for: why, until: usageLimitUntil, because: 'fact' }, why }
  }
  if (sessionsLeft !== null && sessionsLeft <= 0) {
    return block(decision.stage, 'the limit of sessions for this run is reached (--max-sessions)', {
      command: 'claudetm resume --max-sessions <more>',
    })
  }
  if (costLeftUsd !== null && costLeftUsd <= 0) {
    return block(decision.stage, 'the cost limit of this run is reached (--max-cost)', {
      command: 'claudetm resume --max-cost <more>',
    })
  }
  return decision
}
