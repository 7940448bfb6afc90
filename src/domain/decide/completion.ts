/**
 * The delivery contract, one for every purpose a session can have: it ended in success, the tree is clean, the commits
 * are there, the project's own checks pass. Whatever is missing goes back into the same conversation, within bounds.
 */
import type { Action, Decision } from '../decision.ts'
import type { TaskId } from '../ids.ts'
import type { GroupObservation, PresentWorkspace } from '../observation.ts'
import type { Attempt, SessionOutcome } from '../run.ts'
import { act, block } from './answers.ts'
import { again, backOff, STAGE_OF, session } from './asking.ts'
import { rerunOrBlock } from './ci.ts'
import { gateTail } from './gate-tail.ts'

export function afterCompletion(
  o: GroupObservation,
  attempt: Attempt,
  last: Extract<SessionOutcome, { kind: 'completed' }>,
  workspace: PresentWorkspace,
): Decision {
  const stage = STAGE_OF[attempt.purpose]
  if (last.report?.outcome === 'blocked') {
    return block(stage, last.report.blockedReason ?? last.report.summary, {
      command: 'claudetm resume "<what you decided>"',
    })
  }
  if (workspace.tree === 'dirty' || workspace.operationInProgress) return finishLeftovers(o, attempt, workspace)
  return workspace.head === attempt.startHead
    ? withoutCommit(o, attempt, last, workspace)
    : withCommit(o, attempt, workspace)
}

function finishLeftovers(o: GroupObservation, attempt: Attempt, workspace: PresentWorkspace): Decision {
  const { leftovers, operationInProgress } = workspace
  const stage = STAGE_OF[attempt.purpose]
  if (attempt.finishes >= o.policy.maxFinishes) {
    const what = operationInProgress
      ? 'a git operation half-way'
      : `uncommitted changes: ${leftovers.slice(0, 5).join(', ')}`
    return block(stage, `sessions leave behind ${what}`, {
      tried: `asked ${attempt.finishes} times to commit or remove them`,
    })
  }
  return session(attempt, 'finish', { why: 'leftovers', leftovers, operationInProgress })
}

function withCommit(o: GroupObservation, attempt: Attempt, workspace: PresentWorkspace): Decision {
  const stage = STAGE_OF[attempt.purpose]
  const gate = o.state.gate?.commit === workspace.head ? o.state.gate : null
  if (gate === null && (isGateQuick(o) || attempt.purpose === 'fix-gate')) {
    return act(stage, { kind: 'gate', commit: workspace.head }, `the project's own checks have not run on this commit`)
  }
  if (gate?.outcome === 'failed') {
    if (attempt.gateFixes >= o.policy.maxGateFixes) {
      return block(stage, `the project's own checks fail: ${gateTail(gate)}`, {
        tried: `${attempt.gateFixes} sessions to fix them`,
      })
    }
    return session(attempt, 'fix-gate', { why: 'gate_failed' })
  }
  return delivered(attempt, workspace)
}

function delivered(attempt: Attempt, workspace: PresentWorkspace): Decision {
  const stage = STAGE_OF[attempt.purpose]
  const action: Action =
    attempt.purpose === 'task'
      ? { kind: 'complete_task', taskId: attempt.subject as TaskId, how: 'committed', commit: workspace.head }
      : { kind: 'end_attempt', delivered: true }
  return act(stage, action, 'committed, the tree is clean')
}

function isGateQuick(o: GroupObservation): boolean {
  return o.gateDurationMs === null || o.gateDurationMs <= o.policy.quickGateMs
}

function withoutCommit(
  o: GroupObservation,
  attempt: Attempt,
  last: Extract<SessionOutcome, { kind: 'completed' }>,
  workspace: PresentWorkspace,
): Decision {
  switch (attempt.purpose) {
    case 'task':
      return last.report?.outcome === 'nothing_to_do' ? nothingToDo(o, attempt, workspace) : undelivered(o, attempt)
    case 'fix-ci':
      return rerunOrBlock(o, attempt.startHead, 'the agent found nothing to fix')
    case 'fix-review': // explained or declined without a change: the answers are delivered next
      if (o.state.pendingReplies?.some((reply) => reply.action === 'fixed') === true) return undelivered(o, attempt)
      return act('addressing_reviews', { kind: 'end_attempt', delivered: true }, 'answered without a change')
    case 'fix-gate': // leftovers were removed, or the checks were not to blame on the code: they say so now
      return withCommit(o, attempt, workspace)
    case 'fix-integrity': // justified instead of undone: the second look hears of it
      return act(STAGE_OF[attempt.purpose], { kind: 'end_attempt', delivered: true }, 'justified without a change')
    case 'resolve-conflict':
      return undelivered(o, attempt)
  }
}

/** "Nothing to do" is a claim; a fresh read-only session that did not write the code says whether it is so. */
function nothingToDo(o: GroupObservation, attempt: Attempt, workspace: PresentWorkspace): Decision {
  const task = o.group.tasks.find((candidate) => candidate.id === attempt.subject)
  const { confirmation } = attempt
  if (task === undefined) return act('working', { kind: 'end_attempt', delivered: false }, 'the task is gone')
  if (confirmation === null) {
    const pause = backOff(o, attempt)
    if (pause !== null) return pause
    return act('working', { kind: 'confirm_nothing_to_do', taskId: task.id }, 'the session says there is nothing to do')
  }
  if (confirmation.verdict === 'confirmed') {
    return act(
      'working',
      { kind: 'complete_task', taskId: task.id, how: 'confirmed_nothing_to_do', commit: workspace.head },
      'a second session confirmed that nothing was to do',
    )
  }
  if (attempt.undelivered >= o.policy.maxUndelivered) return exhausted(attempt)
  return session(attempt, 'work', { why: 'refuted', evidence: confirmation.evidence })
}

function undelivered(o: GroupObservation, attempt: Attempt): Decision {
  if (attempt.undelivered > o.policy.maxUndelivered) return exhausted(attempt)
  return again(attempt, { why: 'undelivered' })
}

function exhausted(attempt: Attempt): Decision {
  return block(STAGE_OF[attempt.purpose], 'sessions end in success but no commit appears', {
    tried: `${attempt.sessions} sessions`,
  })
}
