/** Small builders of decisions, so that each stage's rule reads as a rule. */
import type { Action, Decision } from '../decision.ts'
import type { GroupObservation } from '../observation.ts'
import { backoffMs } from '../policy.ts'
import type { Acceptance } from '../run.ts'
import type { Stage } from '../stage.ts'

export const FORCE = 'claudetm resume --force'

export function act(stage: Stage, action: Action, why: string): Decision {
  return { stage, action, why }
}

export function waitFor(stage: Stage, what: string, until: number | null): Decision {
  return { stage, action: { kind: 'wait', for: what, until, because: 'fact' }, why: what }
}

type BlockOptions = { tried?: string; command?: string; accepts?: Acceptance }

export function block(stage: Stage, cause: string, options: BlockOptions = {}): Decision {
  const { tried = null, command = FORCE, accepts } = options
  const facts = accepts === undefined ? {} : { accepts }
  return { stage, action: { kind: 'block', block: { cause, tried, command, ...facts } }, why: cause }
}

/** A look outside that did not answer: look again later, and later still, then block. */
export function lookAgain(o: GroupObservation, stage: Stage, why: string): Decision {
  const attempt = o.state.unknowns + 1
  if (attempt > o.policy.maxUnknowns) {
    return block(stage, `cannot see the state of things: ${why}`, { tried: `looked ${o.state.unknowns} times` })
  }
  const until = o.now + backoffMs(o.policy, attempt)
  return { stage, action: { kind: 'wait', for: `another look (${why})`, until, because: 'unknown' }, why }
}
