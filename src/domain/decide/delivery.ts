/** All tasks are done: gate, push, pull request, each only when the facts ask for it. */
import type { Decision, SessionAsk } from '../decision.ts'
import type { CommitSha } from '../ids.ts'
import type { GroupObservation, PrSnapshot } from '../observation.ts'
import { act, block, lookAgain, waitFor } from './answers.ts'

const STALE_READ_MS = 30_000

export function decideDelivery(o: GroupObservation): Decision | null {
  const { workspace } = o
  if (workspace.kind !== 'present') return null
  const { head } = workspace
  if (workspace.tree === 'dirty' || workspace.operationInProgress) {
    return startFix(head, {
      why: 'leftovers',
      leftovers: workspace.leftovers,
      operationInProgress: workspace.operationInProgress,
    })
  }
  const open = o.pr.kind === 'pr' && o.pr.pr.state === 'open' ? o.pr.pr : null
  if (o.pr.kind === 'unknown') return lookAgain(o, o.state.stage, o.pr.why)
  if (open === null && workspace.ahead === 0) {
    return act('working', { kind: 'close_empty' }, 'the branch has nothing that the target branch lacks')
  }
  if (o.pushed.kind === 'unknown') return lookAgain(o, o.state.stage, o.pushed.why)
  if (o.pushed.head !== head) return deliver(o, head, o.pushed.head)
  // What others pushed is judged by the forge's checks; where there are none, by ours.
  if (open?.checks.kind === 'none_configured') {
    const gated = decideGate(o, head)
    if (gated !== null) return gated
  }
  if (open === null) return openPr(o, head)
  if (o.options.pauseOnPr && !o.state.prPauseDone) {
    return act(
      'pr_created',
      { kind: 'pause', why: `PR #${open.number} is open: ${open.url}`, command: 'claudetm resume' },
      '--pause-on-pr',
    )
  }
  if (o.state.adopted === null && o.state.prText !== o.prText) {
    return act('pr_created', { kind: 'edit_pr' }, 'its text is not up to date')
  }
  return open.head === head ? null : waitForForge(o, open)
}

/** The branch has the commit, the pull request shows another one: a read that is old, or a forge that lost something. */
function waitForForge(o: GroupObservation, open: PrSnapshot): Decision {
  const deadline = (o.state.waitingSince ?? o.now) + o.policy.ciDeadlineMs
  if (o.now >= deadline) {
    return block('waiting_ci', `PR #${open.number} does not show what was pushed to its branch`, {
      tried: `waited ${Math.round(o.policy.ciDeadlineMs / 60_000)} minutes`,
    })
  }
  return waitFor('waiting_ci', 'the forge to see the push', Math.min(o.now + STALE_READ_MS, deadline))
}

/** What the forge lacks is checked and pushed; what we lack is made ours first, so that nobody's commits are lost. */
function deliver(o: GroupObservation, head: CommitSha, there: CommitSha | null): Decision {
  if (there !== null && o.foreign === 'unknown') return lookAgain(o, o.state.stage, 'the pushed commits cannot be read')
  if (there !== null && o.foreign !== null) {
    return act('pr_created', { kind: 'integrate', commit: there }, 'somebody else pushed to the branch')
  }
  return decideGate(o, head) ?? push(o, head)
}

function decideGate(o: GroupObservation, head: CommitSha): Decision | null {
  const gate = o.state.gate?.commit === head ? o.state.gate : null
  if (gate === null) return act('working', { kind: 'gate', commit: head }, 'before every push')
  return gate.outcome === 'failed' ? startFix(head, { why: 'gate_failed' }) : null
}

function push(o: GroupObservation, commit: CommitSha): Decision {
  if (o.state.counters.pushFailures > o.policy.maxMergeRefusals) {
    return block('pr_created', 'the branch cannot be pushed', { tried: `${o.state.counters.pushFailures} pushes` })
  }
  return act(
    'pr_created',
    { kind: 'push', commit, force: o.state.historyRewritten },
    'the forge does not have this commit yet',
  )
}

function openPr(o: GroupObservation, head: CommitSha): Decision {
  if (o.state.counters.openFailures > o.policy.maxMergeRefusals) {
    return block('pr_created', 'the pull request cannot be opened', { tried: `${o.state.counters.openFailures} times` })
  }
  return act('pr_created', { kind: 'open_pr', head }, 'pushed, and no pull request yet')
}

function startFix(head: CommitSha, ask: Extract<SessionAsk, { why: 'leftovers' | 'gate_failed' }>): Decision {
  const session = ask.why === 'leftovers' ? 'finish' : 'fix-gate'
  return act(
    'working',
    { kind: 'session', session, purpose: 'fix-gate', subject: head, taskId: null, ask },
    ask.why === 'leftovers' ? 'uncommitted changes' : "the project's own checks fail",
  )
}
