/** Asking an attempt's conversation once more: which kind of session, at which stage, why, and how soon after failures. */
import type { Decision, SessionAsk } from '../decision.ts'
import type { TaskId } from '../ids.ts'
import type { GroupObservation } from '../observation.ts'
import { backoffMs } from '../policy.ts'
import type { Attempt, AttemptPurpose } from '../run.ts'
import type { SessionKind, Stage } from '../stage.ts'
import { act, block } from './answers.ts'

export const STAGE_OF: Readonly<Record<AttemptPurpose, Stage>> = {
  task: 'working',
  'fix-gate': 'working',
  'fix-integrity': 'working',
  'fix-ci': 'ci_failed',
  'fix-review': 'addressing_reviews',
  'resolve-conflict': 'resolving_conflicts',
}

const SESSION_OF: Readonly<Record<AttemptPurpose, SessionKind>> = {
  task: 'work',
  'fix-gate': 'fix-gate',
  'fix-integrity': 'fix-integrity',
  'fix-ci': 'fix-ci',
  'fix-review': 'fix-review',
  'resolve-conflict': 'resolve-conflict',
}

export function again(attempt: Attempt, ask: SessionAsk): Decision {
  const wasFixing = attempt.lastKind === 'finish' || attempt.lastKind === 'fix-gate'
  const kind = wasFixing && ask.why !== 'undelivered' ? (attempt.lastKind ?? 'work') : SESSION_OF[attempt.purpose]
  return session(attempt, kind, ask)
}

export function session(attempt: Attempt, kind: SessionKind, ask: SessionAsk): Decision {
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
  integrity: 'the diff guard found what was not confirmed',
  ci_failed: 'CI is red',
  reviews: 'reviewers asked for something',
  conflict: 'the branch conflicts with its target',
}

/** Technical failures in a row: later and later, then a person has to look; null = go on now. */
export function backOff(
  o: GroupObservation,
  attempt: Pick<Attempt, 'purpose' | 'failures' | 'lastEndedAt'>,
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
