/** waiting_ci and ci_failed. Money is spent on red CI only when it is the code's fault as far as anyone can tell. */
import { type ChecksVerdict, judgeChecks } from '../checks.ts'
import type { Decision } from '../decision.ts'
import type { CommitSha } from '../ids.ts'
import type { GroupObservation, PrSnapshot } from '../observation.ts'
import { act, block, lookAgain, waitFor } from './answers.ts'

export function decideCi(o: GroupObservation): Decision | null {
  if (o.pr.kind !== 'pr') return null
  const { pr } = o.pr
  const verdict = judgeChecks(pr.checks, pr.head, o.policy)
  switch (verdict.kind) {
    case 'green':
    case 'none_configured':
      return null
    case 'unknown':
      return lookAgain(o, 'waiting_ci', verdict.why)
    case 'none_yet':
      return noChecksYet(o, pr)
    case 'pending':
      return waitForChecks(o, pr, verdict)
    case 'failed':
      return failed(o, pr, verdict)
  }
}

/** An own push that starts no CI is said, not waited out for hours. */
function noChecksYet(o: GroupObservation, pr: PrSnapshot): Decision | null {
  if (o.state.noChecksAcceptedFor === pr.head) return null
  const until = pr.headSince + o.policy.noChecksGraceMs
  if (o.now < until) return waitFor('waiting_ci', 'checks to appear', until)
  return block(
    'waiting_ci',
    `no check ran and passed for ${pr.head.slice(0, 12)}, although this repository has checks`,
    {
      tried: `waited ${Math.round((o.now - pr.headSince) / 1000)} s`,
    },
  )
}

function waitForChecks(
  o: GroupObservation,
  pr: PrSnapshot,
  verdict: Extract<ChecksVerdict, { kind: 'pending' }>,
): Decision {
  const deadline = (o.state.waitingSince ?? o.now) + o.policy.ciDeadlineMs
  if (o.now >= deadline) {
    return block('waiting_ci', `checks do not end: ${verdict.names.join(', ')}`, {
      tried: `waited ${Math.round(o.policy.ciDeadlineMs / 60_000)} minutes`,
    })
  }
  return waitFor('waiting_ci', `checks of PR #${pr.number}: ${verdict.names.join(', ')}`, deadline)
}

function failed(o: GroupObservation, pr: PrSnapshot, verdict: Extract<ChecksVerdict, { kind: 'failed' }>): Decision {
  const names = verdict.failed.map((check) => check.name)
  if (verdict.infrastructureOnly) return rerunOrBlock(o, pr.head, 'the checks could not start')
  if (o.state.counters.ciFixes >= o.policy.maxCiFixes) {
    return block('ci_failed', `CI of PR #${pr.number} stays red: ${names.join(', ')}`, {
      tried: `${o.state.counters.ciFixes} fixes`,
    })
  }
  return act(
    'ci_failed',
    {
      kind: 'session',
      session: 'fix-ci',
      purpose: 'fix-ci',
      subject: pr.head,
      taskId: null,
      ask: { why: 'ci_failed', checks: names },
    },
    `failed: ${names.join(', ')}`,
  )
}

/** Red without a fault in the code that anybody found: once more on the same commit, then a person has to look. */
export function rerunOrBlock(o: GroupObservation, head: CommitSha, why: string): Decision {
  const names = failedChecks(o)
  if (o.state.counters.reruns >= o.policy.maxReruns) {
    return block('ci_failed', `checks are red and ${why}: ${names.join(', ')}`, {
      tried: `${o.state.counters.reruns} re-runs on the same commit`,
    })
  }
  return act('ci_failed', { kind: 'rerun_checks', head, checks: names }, why)
}

export function failedChecks(o: GroupObservation): readonly string[] {
  if (o.pr.kind !== 'pr') return []
  const verdict = judgeChecks(o.pr.pr.checks, o.pr.pr.head, o.policy)
  return verdict.kind === 'failed' ? verdict.failed.map((check) => check.name) : []
}
