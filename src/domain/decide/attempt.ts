/**
 * The delivery contract, one for every purpose a session can have: it ended in success, the tree is clean, the commits
 * are there, the project's own checks pass. Whatever is missing goes back into the same conversation, within bounds.
 */
import type { Action, Decision, SessionAsk } from '../decision.ts'
import type { TaskId } from '../ids.ts'
import type { GroupObservation, WorkspaceObservation } from '../observation.ts'
import { backoffMs } from '../policy.ts'
import type { Attempt, AttemptPurpose, SessionOutcome } from '../run.ts'
import type { SessionKind, Stage } from '../stage.ts'
import { act, block } from './answers.ts'
import { failedChecks, rerunOrBlock } from './ci.ts'
import { gateTail } from './gate-tail.ts'

type Present = Extract<WorkspaceObservation, { kind: 'present' }>

const STAGE_OF: Readonly<Record<AttemptPurpose, Stage>> = {
  task: 'working',
  'fix-gate': 'working',
  'fix-ci': 'ci_failed',
  'fix-review': 'addressing_reviews',
  'resolve-conflict': 'resolving_conflicts',
}

const SESSION_OF: Readonly<Record<AttemptPurpose, SessionKind>> = {
  task: 'work',
  'fix-gate': 'fix-gate',
  'fix-ci': 'fix-ci',
  'fix-review': 'fix-review',
  'resolve-conflict': 'resolve-conflict',
}

export function decideAttempt(o: GroupObservation): Decision | null {
  const { attempt } = o.state
  const { workspace } = o
  if (attempt === null || workspace.kind !== 'present') return null
  if (isObsolete(o, attempt))
    return act(STAGE_OF[attempt.purpose], { kind: 'end_attempt', delivered: false }, 'the plan no longer asks for it')
  if (attempt.last === null)
    return again(attempt, {
      why: 'interrupted',
      leftovers: workspace.leftovers,
      asked: askedBefore(o, attempt, workspace),
    })
  return afterSession(o, attempt, attempt.last, workspace)
}

/** The task was removed or ticked by a person while its session ran. */
function isObsolete(o: GroupObservation, attempt: Attempt): boolean {
  if (attempt.purpose !== 'task') return false
  return !o.group.tasks.some((task) => task.id === attempt.subject && o.done[task.id] === undefined)
}

function afterSession(o: GroupObservation, attempt: Attempt, last: SessionOutcome, workspace: Present): Decision {
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
function askedBefore(o: GroupObservation, attempt: Attempt, workspace: Present): SessionAsk {
  const { leftovers, operationInProgress } = workspace
  if (attempt.lastKind === 'finish') return { why: 'leftovers', leftovers, operationInProgress }
  if (attempt.lastKind === 'fix-gate') return { why: 'gate_failed' }
  switch (attempt.purpose) {
    case 'task':
      return { why: 'start' }
    case 'fix-gate':
      return { why: 'gate_failed' }
    case 'fix-ci':
      return { why: 'ci_failed', checks: failedChecks(o) }
    case 'fix-review':
      return { why: 'reviews' }
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

/** Technical failures in a row: later and later, then a person has to look; null = go on now. */
function backOff(
  o: GroupObservation,
  attempt: Attempt,
  why = 'the session failed for a technical reason',
): Decision | null {
  const stage = STAGE_OF[attempt.purpose]
  if (attempt.failures === 0) return null
  if (attempt.failures > o.policy.maxSessionFailures) {
    return block(stage, why, { tried: `${attempt.failures} sessions in a row failed` })
  }
  const until = (attempt.lastEndedAt ?? o.now) + backoffMs(o.policy, attempt.failures)
  return o.now < until
    ? { stage, action: { kind: 'wait', for: `another try (${why})`, until, because: 'backoff' }, why }
    : null
}

function afterCompletion(
  o: GroupObservation,
  attempt: Attempt,
  last: Extract<SessionOutcome, { kind: 'completed' }>,
  workspace: Present,
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

function finishLeftovers(o: GroupObservation, attempt: Attempt, workspace: Present): Decision {
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

function withCommit(o: GroupObservation, attempt: Attempt, workspace: Present): Decision {
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

function delivered(attempt: Attempt, workspace: Present): Decision {
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
  workspace: Present,
): Decision {
  switch (attempt.purpose) {
    case 'task':
      return last.report?.outcome === 'nothing_to_do' ? nothingToDo(o, attempt, workspace) : undelivered(o, attempt)
    case 'fix-ci':
      return rerunOrBlock(o, attempt.startHead, 'the agent found nothing to fix')
    case 'fix-review': // explained or declined without a change: the answers are delivered next
      return act('addressing_reviews', { kind: 'end_attempt', delivered: true }, 'answered without a change')
    case 'fix-gate': // leftovers were removed, or the checks were not to blame on the code: they say so now
      return withCommit(o, attempt, workspace)
    case 'resolve-conflict':
      return undelivered(o, attempt)
  }
}

/** "Nothing to do" is a claim; a fresh read-only session that did not write the code says whether it is so. */
function nothingToDo(o: GroupObservation, attempt: Attempt, workspace: Present): Decision {
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

function again(attempt: Attempt, ask: SessionAsk): Decision {
  const wasFixing = attempt.lastKind === 'finish' || attempt.lastKind === 'fix-gate'
  const kind = wasFixing && ask.why !== 'undelivered' ? (attempt.lastKind ?? 'work') : SESSION_OF[attempt.purpose]
  return session(attempt, kind, ask)
}

function session(attempt: Attempt, kind: SessionKind, ask: SessionAsk): Decision {
  return act(
    STAGE_OF[attempt.purpose],
    {
      kind: 'session',
      session: kind,
      purpose: attempt.purpose,
      subject: attempt.subject,
      taskId: attempt.purpose === 'task' ? (attempt.subject as TaskId) : null,
      ask,
    },
    WHY[ask.why],
  )
}

const WHY: Readonly<Record<SessionAsk['why'], string>> = {
  start: 'not begun yet',
  interrupted: 'the session was interrupted',
  cut_off: 'the session was cut off',
  retry: 'the session failed for a technical reason',
  undelivered: 'the session delivered no commit',
  refuted: 'a second session found that there is something to do',
  leftovers: 'the session left uncommitted changes',
  gate_failed: "the project's own checks fail",
  ci_failed: 'CI is red',
  reviews: 'reviewers asked for something',
  conflict: 'the branch conflicts with its target',
}
