/** merged, releasing, done: the end of a group's life, whoever brought it about. */
import type { Decision } from '../decision.ts'
import type { GroupObservation } from '../observation.ts'
import { act, block, lookAgain } from './answers.ts'

export function decideClosed(o: GroupObservation): Decision | null {
  if (o.state.stage === 'done') return act('done', { kind: 'none' }, 'finished')
  if (o.state.merged !== null || o.state.emptyAt !== null) {
    return act('merged', { kind: 'finish' }, o.state.merged === null ? 'nothing had to ship' : 'merged')
  }
  if (o.pr.kind !== 'pr') return null
  const { pr } = o.pr
  if (pr.state === 'merged') {
    if (pr.mergeCommit === null) return lookAgain(o, 'merged', `the merge commit of PR #${pr.number} is not known yet`)
    return act('merged', { kind: 'close_merged', commit: pr.mergeCommit }, `PR #${pr.number} is merged`)
  }
  if (pr.state === 'open' && pr.baseBranch !== o.options.targetBranch) {
    return block(o.state.stage, `PR #${pr.number} goes into ${pr.baseBranch} now, not into ${o.options.targetBranch}`, {
      command: 'claudetm resume',
    })
  }
  if (pr.state === 'closed' && pr.number !== o.state.abandonedPr) {
    return block(o.state.stage, `PR #${pr.number} was closed without being merged`, {
      accepts: { kind: 'closed_pr', number: pr.number },
    })
  }
  return null
}
