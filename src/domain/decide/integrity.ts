/**
 * Between work and delivery: what sessions changed is looked at before it is pushed. Nothing leaves while a finding is
 * open: a fresh session confirms it, the conversation that made it undoes or justifies it once, or a person waives it.
 */
import type { Decision } from '../decision.ts'
import type { CommitSha } from '../ids.ts'
import type { IntegrityFinding } from '../integrity/finding.ts'
import { findingsToJudge, lookAt, ownWorkSince } from '../integrity/guard.ts'
import { describeFinding, openFindings } from '../integrity/open-findings.ts'
import { nameSome } from '../integrity/sighting.ts'
import type { GroupObservation } from '../observation.ts'
import { act, block } from './answers.ts'
import { backOff } from './asking.ts'

export function decideIntegrity(o: GroupObservation): Decision | null {
  const head = toBePushed(o)
  const since = ownWorkSince(o.state)
  if (head === null || since === null) return null
  if (lookAt(o.state, head) === null) {
    return act('working', { kind: 'inspect', since, commit: head }, 'what the sessions changed is not looked at yet')
  }
  const { guard } = o.state
  const blocking = openFindings(guard, o.policy.integrity).filter(
    (finding) => o.policy.integrity[finding.class] === 'block',
  )
  if (blocking.length > 0) return blockOn(blocking, 'nothing of it has left this machine', null)
  const open = findingsToJudge(guard, o.policy.integrity)
  return open.length === 0 ? null : judge(o, head, open)
}

/** The commit that a push would send; null = there is none, or something else comes before it. */
function toBePushed({ workspace, pushed, pr, foreign }: GroupObservation): CommitSha | null {
  if (workspace.kind !== 'present' || workspace.tree !== 'clean' || workspace.operationInProgress) return null
  if (pushed.kind === 'unknown' || pushed.head === workspace.head) return null
  if (foreign !== null && pushed.head !== null) return null
  const isOpen = pr.kind === 'pr' && pr.pr.state === 'open'
  return workspace.ahead === 0 && !isOpen ? null : workspace.head
}

function judge(o: GroupObservation, head: CommitSha, open: readonly IntegrityFinding[]): Decision {
  const { guard, counters } = o.state
  const ids = open.map((finding) => finding.id)
  if (guard.verdicts?.commit !== head) {
    const { failures, lastEndedAt } = guard
    const pause = backOff(o, { purpose: 'fix-integrity', failures, lastEndedAt }, 'the second look came to no answer')
    return pause ?? act('working', { kind: 'second_look', findings: ids }, `to be looked at again: ${name(open)}`)
  }
  const isNew = ids.some((id) => !guard.asked.includes(id))
  if (!isNew || counters.integrityFixes >= o.policy.maxIntegrityFixes) {
    return blockOn(open, evidenceOn(o, open), 'a second look, and the session was asked to undo or justify it')
  }
  return act(
    'working',
    {
      kind: 'session',
      session: 'fix-integrity',
      purpose: 'fix-integrity',
      subject: head,
      taskId: null,
      ask: { why: 'integrity', findings: ids },
    },
    `not confirmed: ${name(open)}`,
  )
}

export const WAIVE = 'claudetm waive'

/** The command names what it lets through, so that nobody lets through what they have not read. */
function blockOn(findings: readonly IntegrityFinding[], what: string, tried: string | null): Decision {
  const ids = findings.length > 3 ? '--all' : findings.map((finding) => finding.id).join(' ')
  return block('working', `the work was not pushed: ${name(findings)} (${what})`, {
    ...(tried !== null && { tried }),
    command: `${WAIVE} ${ids} --why "<why it may stay>"`,
  })
}

function evidenceOn({ state }: GroupObservation, open: readonly IntegrityFinding[]): string {
  const given = state.guard.verdicts?.given ?? []
  const evidence = open.map(({ id }) => given.find((verdict) => verdict.finding === id)?.evidence ?? '')
  return `the second look says: ${nameSome(
    evidence.filter((text) => text !== '').map((text) => text.slice(0, 200)),
    2,
  )}`
}

function name(findings: readonly IntegrityFinding[]): string {
  return nameSome(findings.map(describeFinding), 3)
}
