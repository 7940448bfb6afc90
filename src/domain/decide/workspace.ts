/** Before anything else the group's worktree must be there and readable. */
import type { Decision } from '../decision.ts'
import type { GroupObservation } from '../observation.ts'
import { act, lookAgain } from './answers.ts'

export function decideWorkspace(o: GroupObservation): Decision | null {
  const { workspace } = o
  if (workspace.kind === 'absent') return act('working', { kind: 'prepare_workspace' }, 'no workspace yet')
  if (workspace.kind === 'unknown') return lookAgain(o, o.state.stage, workspace.why)
  if (workspace.tree === 'unknown') return lookAgain(o, o.state.stage, 'the working tree cannot be read')
  return null
}
