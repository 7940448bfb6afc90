/** waiting_ci and ci_failed. Money is spent on red CI only when it is the code's fault as far as anyone can tell. */
import { type ChecksVerdict, judgeChecks } from '../checks.ts'
import type { Decision } from '../decision.ts'
import { openFeedback } from '../feedback.ts'
import type { CommitSha } from '../ids.ts'
import type { Check, GroupObservation, PrSnapshot } from '../observation.ts'
import { act, block, lookAgain, waitFor } from './answers.ts'
import { addressReviews } from './reviews.ts'
import { updateBranch } from './staleness.ts'

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
      accepts: { kind: 'no_checks', head: pr.head },
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

type Red = Extract<ChecksVerdict, { kind: 'failed' }>

/** In the order of what they cost: what a person has to lift, what goes away by itself, and only then a session. */
function failed(o: GroupObservation, pr: PrSnapshot, { failed, infrastructureOnly }: Red): Decision {
  const lift = failed.find((check) => check.cause === 'account' || check.cause === 'approval')
  if (lift !== undefined) return waitsForPerson(o, pr.head, lift)
  if (infrastructureOnly) return rerunOrBlock(o, pr.head, 'the checks could not run')
  const ours = failed.filter((check) => check.onBase !== 'failed' || o.state.redBaseAccepted)
  if (ours.length === 0) return redBase(o, pr, failed)
  if (o.state.redBaseSince !== null && pr.behind && ours.every((check) => check.onBase === 'passed')) {
    const update = updateBranch(o, pr, `${pr.baseBranch} is green again`)
    if (update !== null) return update
  }
  if (mayBeFlaky(o, ours)) {
    const names = ours.filter((check) => check.canRerun).map((check) => check.name)
    return act(
      'ci_failed',
      { kind: 'rerun_checks', head: pr.head, checks: names },
      `failed: ${names.join(', ')}; a flake?`,
    )
  }
  return mend(o, pr, { ours, others: failed.filter((check) => !ours.includes(check)) })
}

function waitsForPerson(o: GroupObservation, head: CommitSha, check: Check): Decision {
  const why = check.cause === 'account' ? 'the account may not run it' : 'a person has to let it run'
  if (check.cause === 'account' && check.canRerun && o.state.retryChecks) {
    const checks = failedChecks(o) // nobody else starts them again
    return act('ci_failed', { kind: 'rerun_checks', head, checks }, 'a person says that it may run now')
  }
  return block('ci_failed', `check ${check.name}: ${why}${check.description === '' ? '' : ` (${check.description})`}`, {
    command: 'claudetm resume',
  })
}

/** Red on the target branch too: not this PR's fault, and nothing to pay for. Somebody may be mending it. */
function redBase(o: GroupObservation, pr: PrSnapshot, failed: readonly Check[]): Decision {
  const names = failed.map((check) => check.name).join(', ')
  const until = (o.state.redBaseSince ?? o.now) + o.policy.redBaseWaitMs
  if (o.now < until) return waitFor('waiting_ci', `${pr.baseBranch} to become green (${names} fail there too)`, until)
  return block('waiting_ci', `${names} fail on ${pr.baseBranch} too`, {
    tried: `waited ${Math.round(o.policy.redBaseWaitMs / 60_000)} minutes; by force, a session mends them here`,
    accepts: { kind: 'red_base' },
  })
}

function mayBeFlaky(o: GroupObservation, ours: readonly Check[]): boolean {
  return o.state.counters.reruns < o.policy.flakeReruns && ours.some((check) => check.canRerun)
}

function mend(
  o: GroupObservation,
  pr: PrSnapshot,
  red: { ours: readonly Check[]; others: readonly Check[] },
): Decision {
  const names = red.ours.map((check) => check.name)
  const { ciFixes } = o.state.counters
  if (ciFixes >= o.policy.maxCiFixes) {
    return block('ci_failed', `CI of PR #${pr.number} stays red: ${names.join(', ')}`, {
      tried: triedFixes(o, ciFixes),
    })
  }
  const { reviews } = pr
  if (reviews.kind === 'known' && openFeedback(reviews, o.state.findings).toAddress.length > 0) {
    return addressReviews(o, pr, names)
  }
  return act(
    'ci_failed',
    {
      kind: 'session',
      session: 'fix-ci',
      purpose: 'fix-ci',
      subject: pr.head,
      taskId: null,
      ask: { why: 'ci_failed', checks: names, alsoOnTarget: red.others.map((check) => check.name) },
    },
    `failed: ${names.join(', ')}`,
  )
}

function triedFixes({ state }: GroupObservation, fixes: number): string {
  const different = new Set(state.ciFailures.map((failure) => failure.signature)).size
  return `${fixes} fixes${state.ciFailures.length > 1 && different === 1 ? ', each with the same failure after it' : ''}`
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
