/** How it is said that a pull request of ours was opened: by who opened it, by who found it, or late. */
import type { RunEventBody } from '../domain/events.ts'
import type { PrGroup } from '../domain/plan.ts'
import type { GroupState, RunState } from '../domain/run.ts'
import { pullRequestText } from './pull-request-text.ts'

type Opened = Pick<GroupState, 'headBranch'> & { readonly pr: NonNullable<GroupState['pr']> }

export function prCreated(state: RunState, planned: PrGroup, { pr, headBranch }: Opened): RunEventBody {
  const { title } = pullRequestText(state, planned)
  return {
    type: 'pr.created',
    groupId: planned.id,
    number: pr.number,
    url: pr.url,
    title,
    branch: headBranch,
    base: state.options.targetBranch,
  }
}

/** One that was there before the run is not. */
export function isOpenedByUs({ acts }: GroupState): boolean {
  return acts.some((act) => act.kind === 'open_pr')
}
