/** ready_to_merge: the merge gate is asked; what it refuses is waited for when time or a person can change it. */
import type { Decision } from '../decision.ts'
import { judgeMerge, type MergeClause, type MergeVerdict } from '../merge-gate.ts'
import type { GroupObservation, PrSnapshot } from '../observation.ts'
import type { Stage } from '../stage.ts'
import { act, block, lookAgain, waitFor } from './answers.ts'

const STAGE_OF: Readonly<Record<MergeClause, Stage>> = {
  open: 'ready_to_merge',
  not_draft: 'ready_to_merge',
  nothing_uncommitted: 'working',
  nothing_unpushed: 'pr_created',
  head_evaluated: 'waiting_ci',
  checks: 'waiting_ci',
  mergeable: 'ready_to_merge',
  threads: 'waiting_reviews',
  change_requests: 'waiting_reviews',
  quiet: 'waiting_reviews',
  not_scheduled: 'ready_to_merge',
}

/** Only a person (or the forge itself) changes these; the forge wakes us when one does. */
const WAITS_FOR_PEOPLE: ReadonlySet<MergeClause> = new Set(['not_draft', 'threads', 'change_requests'])

export function decideMerge(o: GroupObservation): Decision {
  if (o.pr.kind !== 'pr') return lookAgain(o, 'pr_created', 'the pull request cannot be found')
  const { pr } = o.pr
  const verdict = judgeMerge({
    now: o.now,
    pr,
    workspace: o.workspace,
    pushed: o.pushed,
    autoMerge: o.options.autoMerge,
    admin: o.options.admin,
    findings: o.state.findings,
    noChecksAcceptedFor: o.state.noChecksAcceptedFor,
    greenAt: o.state.green?.head === pr.head ? o.state.green.at : null,
    policy: o.policy,
  })
  if (verdict.kind === 'ready') {
    const why = `PR #${pr.number} is ready to merge and auto-merge is off: ${pr.url}`
    return act('ready_to_merge', { kind: 'pause', why, command: 'claudetm resume --auto-merge' }, why)
  }
  if (verdict.kind === 'not_yet') return notYet(o, pr, verdict)
  if (o.state.counters.mergeRefusals >= o.policy.maxMergeRefusals) {
    return block('ready_to_merge', `the forge does not merge PR #${pr.number}`, {
      tried: `${o.state.counters.mergeRefusals} times`,
    })
  }
  return act(
    'ready_to_merge',
    { kind: 'merge', head: verdict.head, tolerated: verdict.tolerated },
    'every clause of the merge gate holds',
  )
}

function notYet(
  o: GroupObservation,
  pr: PrSnapshot,
  { clause, why }: Extract<MergeVerdict, { kind: 'not_yet' }>,
): Decision {
  const stage = STAGE_OF[clause]
  if (clause === 'not_draft' && o.options.draft) return act(stage, { kind: 'mark_ready' }, 'its checks are green')
  if (clause === 'mergeable' && pr.awaits.length > 0) return waitFor('waiting_reviews', why, null)
  return WAITS_FOR_PEOPLE.has(clause) ? waitFor(stage, why, null) : lookAgain(o, stage, why)
}
