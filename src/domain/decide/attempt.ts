/** A session's outcome that is not dealt with yet: how it ended decides what follows. */
import type { Decision, SessionAsk } from '../decision.ts'
import { findingsToJudge } from '../integrity/guard.ts'
import type { GroupObservation, PresentWorkspace } from '../observation.ts'
import type { Attempt, SessionOutcome } from '../run.ts'
import { block } from './answers.ts'
import { again, backOff, STAGE_OF } from './asking.ts'
import { failedChecks } from './ci.ts'
import { afterCompletion } from './completion.ts'
import { decideObsolete } from './obsolete.ts'

export function decideAttempt(o: GroupObservation): Decision | null {
  const { attempt } = o.state
  const { workspace } = o
  if (attempt === null || workspace.kind !== 'present') return null
  const obsolete = decideObsolete(o, attempt, workspace)
  if (obsolete !== null) return obsolete
  if (attempt.last === null)
    return again(attempt, {
      why: 'interrupted',
      leftovers: workspace.leftovers,
      asked: askedBefore(o, attempt, workspace),
    })
  return afterSession(o, attempt, attempt.last, workspace)
}

function afterSession(
  o: GroupObservation,
  attempt: Attempt,
  last: SessionOutcome,
  workspace: PresentWorkspace,
): Decision {
  const { leftovers } = workspace
  const asked = askedBefore(o, attempt, workspace)
  switch (last.kind) {
    case 'interrupted':
      return again(attempt, { why: 'interrupted', leftovers, asked })
    case 'refused':
      return again(attempt, { why: 'interrupted', leftovers, asked })
    case 'cut_off':
      return attempt.cutOffs > o.policy.maxCutOffs
        ? block(
            STAGE_OF[attempt.purpose],
            `sessions keep running out of ${last.by === 'turns' ? 'turns' : 'budget'} without a commit`,
            {
              tried: `${attempt.sessions} sessions`,
            },
          )
        : again(attempt, { why: 'cut_off', by: last.by, leftovers, asked })
    case 'failed':
      return afterFailure(o, attempt, last, { why: 'retry', leftovers, asked })
    case 'completed':
      return afterCompletion(o, attempt, last, workspace)
  }
}

/** What the latest session of this attempt was asked for. */
function askedBefore(o: GroupObservation, attempt: Attempt, workspace: PresentWorkspace): SessionAsk {
  const { leftovers, operationInProgress } = workspace
  if (attempt.lastKind === 'finish') return { why: 'leftovers', leftovers, operationInProgress }
  if (attempt.lastKind === 'fix-gate') return { why: 'gate_failed' }
  switch (attempt.purpose) {
    case 'task':
      return { why: 'start' }
    case 'fix-gate':
      return { why: 'gate_failed' }
    case 'fix-integrity':
      return { why: 'integrity', findings: findingsToJudge(o.state.guard, o.policy.integrity).map(({ id }) => id) }
    case 'fix-ci':
      return { why: 'ci_failed', checks: failedChecks(o), alsoOnTarget: [] }
    case 'fix-review':
      return { why: 'reviews', checks: failedChecks(o) }
    case 'resolve-conflict':
      return { why: 'conflict' }
  }
}

function afterFailure(
  o: GroupObservation,
  attempt: Attempt,
  last: Extract<SessionOutcome, { kind: 'failed' }>,
  retry: SessionAsk,
): Decision {
  const stage = STAGE_OF[attempt.purpose]
  if (!last.retryable) return block(stage, last.why, { command: 'claudetm resume' })
  return backOff(o, attempt, last.why) ?? again(attempt, retry)
}
