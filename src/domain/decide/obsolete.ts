/**
 * What an attempt was begun for may be gone, or cannot be seen, when its next session is due: nobody pays for a session
 * that nothing asks for, or that could not be told what it is about.
 */
import { judgeChecks } from '../checks.ts'
import type { Decision } from '../decision.ts'
import { openFeedback } from '../feedback.ts'
import { findingsToJudge } from '../integrity/guard.ts'
import type { GroupObservation, PresentWorkspace } from '../observation.ts'
import type { Attempt } from '../run.ts'
import { act, lookAgain } from './answers.ts'
import { STAGE_OF } from './asking.ts'

type Reason = { readonly kind: 'there' | 'gone' } | { readonly kind: 'unknown'; readonly why: string }

export function decideObsolete(o: GroupObservation, attempt: Attempt, workspace: PresentWorkspace): Decision | null {
  if (attempt.purpose === 'task')
    return isTaskOpen(o, attempt) ? null : giveUp(attempt, 'the plan no longer asks for it')
  const isUntouched =
    workspace.head === attempt.startHead && workspace.tree === 'clean' && !workspace.operationInProgress
  const isAnswered = attempt.last?.kind === 'completed' && (!isUntouched || attempt.purpose === 'fix-review')
  if (isAnswered) return null
  const reason = lookForReason(o, attempt)
  if (reason.kind === 'unknown') return lookAgain(o, STAGE_OF[attempt.purpose], reason.why)
  return reason.kind === 'gone' && isUntouched ? giveUp(attempt, 'what it was to mend is gone') : null
}

function giveUp(attempt: Attempt, why: string): Decision {
  return act(STAGE_OF[attempt.purpose], { kind: 'end_attempt', delivered: false }, why)
}

/** Removed, or ticked by a person while its session ran? */
function isTaskOpen(o: GroupObservation, attempt: Attempt): boolean {
  return o.group.tasks.some((task) => task.id === attempt.subject && o.done[task.id] === undefined)
}

function lookForReason(o: GroupObservation, attempt: Attempt): Reason {
  if (attempt.purpose === 'fix-gate') return { kind: 'there' }
  if (attempt.purpose === 'fix-integrity') {
    return { kind: findingsToJudge(o.state.guard, o.policy.integrity).length > 0 ? 'there' : 'gone' }
  }
  if (o.pr.kind === 'unknown') return o.pr
  if (o.pr.kind === 'none' || o.pr.pr.state !== 'open') return { kind: 'gone' }
  const { pr } = o.pr
  switch (attempt.purpose) {
    case 'fix-ci': {
      const verdict = judgeChecks(pr.checks, pr.head, o.policy)
      if (verdict.kind === 'unknown') return verdict
      return { kind: verdict.kind === 'failed' && pr.head === attempt.subject ? 'there' : 'gone' }
    }
    case 'fix-review':
      if (pr.reviews.kind === 'unknown') return pr.reviews
      return { kind: openFeedback(pr.reviews, o.state.findings).toAddress.length > 0 ? 'there' : 'gone' }
    default:
      if (pr.mergeability === 'unknown') return { kind: 'unknown', why: 'the forge does not say whether it conflicts' }
      return { kind: pr.mergeability === 'conflicting' ? 'there' : 'gone' }
  }
}
