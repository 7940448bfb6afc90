/**
 * What to do next for one PR group: total, pure, small. The order of the rules is the order of a group's life; each
 * rule answers for its stage or passes on (null). Nothing remembers "where it was": the stage is what the facts say.
 */
import type { Decision } from '../decision.ts'
import type { GroupObservation } from '../observation.ts'
import { withinBudget } from './affordable.ts'
import { act } from './answers.ts'
import { decideAttempt } from './attempt.ts'
import { decideCi } from './ci.ts'
import { decideClosed } from './closed.ts'
import { decideConflict } from './conflict.ts'
import { decideDelivery } from './delivery.ts'
import { decideIntegrity } from './integrity.ts'
import { decideMerge } from './merge.ts'
import { decideReplies, decideReviews } from './reviews.ts'
import { decideScheduled, decideTakeBack } from './scheduled.ts'
import { decideStaleness } from './staleness.ts'
import { decideWork } from './work.ts'
import { decideWorkspace } from './workspace.ts'

type Rule = (o: GroupObservation) => Decision | null

const RULES: readonly Rule[] = [
  decideClosed, // merged, closed, nothing to ship: the end of the group
  decideWorkspace, // no workspace, or it cannot be read
  decideTakeBack, // the forge would merge something else than what was judged
  decideAttempt, // a session's outcome is not dealt with yet
  decideWork, // open tasks
  decideIntegrity, // what was changed is looked at before it leaves
  decideDelivery, // gate, push, pull request
  decideReplies, // answers that waited for their fix to be on the forge
  decideScheduled, // the forge merges later, unless somebody says no meanwhile
  decideConflict,
  decideCi,
  decideReviews,
  decideStaleness,
  decideMerge, // always answers
]

export function decide(o: GroupObservation): Decision {
  if (o.state.block !== null) return act(o.state.stage, { kind: 'none' }, o.state.block.cause)
  for (const rule of RULES) {
    const decision = rule(o)
    if (decision !== null) return withinBudget(o, decision)
  }
  throw new Error('decide: the last rule always answers')
}
