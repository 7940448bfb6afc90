/** The forge has accepted to merge later: that is watched, bounded, and taken back when somebody says no. */
import { judgeChecks } from '../checks.ts'
import type { Decision } from '../decision.ts'
import { openFeedback } from '../feedback.ts'
import type { GroupObservation, PrSnapshot } from '../observation.ts'
import { act, block, waitFor } from './answers.ts'
import { firstOpenTask } from './work.ts'

export function decideScheduled(o: GroupObservation): Decision | null {
  if (o.pr.kind !== 'pr' || o.pr.pr.mergeScheduled === null) return null
  const { pr } = o.pr
  const objection = findObjection(o, pr)
  if (objection !== null) return act('ready_to_merge', { kind: 'cancel_merge' }, objection)
  const until = (o.state.scheduledAt ?? o.state.waitingSince ?? o.now) + o.policy.scheduleDeadlineMs
  if (o.now >= until) {
    return block('ready_to_merge', `PR #${pr.number} was accepted to be merged later, and is not merged`, {
      tried: `waited ${Math.round(o.policy.scheduleDeadlineMs / 60_000)} minutes (${pr.mergeScheduled})`,
    })
  }
  return waitFor('ready_to_merge', `the forge to merge PR #${pr.number} (${pr.mergeScheduled})`, until)
}

/** What was scheduled must not ship without what has been added to it since, nor with what nobody has judged. */
export function decideTakeBack(o: GroupObservation): Decision | null {
  if (o.pr.kind !== 'pr' || o.pr.pr.mergeScheduled === null) return null
  const { workspace, pr } = o
  const takeBack = (why: string) => act('ready_to_merge', { kind: 'cancel_merge' }, why)
  if (workspace.kind === 'present' && workspace.head !== pr.pr.head)
    return takeBack('the branch is not what was judged')
  const task = firstOpenTask(o.group, o.done)
  return task === null ? null : takeBack(`task ${task.id} was added`)
}

/** A queue tests on its own; what is red or asked for on the PR itself must not slip through all the same. */
function findObjection({ state, policy }: GroupObservation, pr: PrSnapshot): string | null {
  const verdict = judgeChecks(pr.checks, pr.head, policy)
  if (verdict.kind === 'failed') return `failed: ${verdict.failed.map((check) => check.name).join(', ')}`
  if (pr.mergeability === 'conflicting') return `conflicts with ${pr.baseBranch}`
  const { reviews } = pr
  if (reviews.kind !== 'known') return null
  if (reviews.changeRequests.some((request) => request.trusted && !request.isBot)) return 'somebody requested changes'
  return openFeedback(reviews, state.findings).toAddress.length > 0 ? 'reviewers asked for something' : null
}
