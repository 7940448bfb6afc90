/** Which pull requests a list holds, and in which order. */
import type * as Github from '@octokit/graphql-schema'
import type { PullRequest, Repository } from '../../model.ts'
import { type PullSource, toPull } from '../sources.ts'

export type PullFilter = {
  readonly states?: readonly Github.PullRequestState[] | null
  readonly headRefName?: string | null
  readonly baseRefName?: string | null
  readonly labels?: readonly string[] | null
  readonly orderBy?: { readonly field: string; readonly direction: Github.OrderDirection } | null
}

export function stateOfPull({ state, merged }: PullRequest): Github.PullRequestState {
  return merged ? 'MERGED' : state === 'open' ? 'OPEN' : 'CLOSED'
}

export function pullsMatching(repository: Repository, filter: PullFilter): readonly PullSource[] {
  const { states, headRefName, baseRefName, labels, orderBy } = filter
  const found = [...repository.pulls.values()]
    .filter((pull) => states == null || states.includes(stateOfPull(pull)))
    .filter(({ head }) => headRefName == null || head.ref === headRefName)
    .filter(({ base }) => baseRefName == null || base.ref === baseRefName)
    .filter((pull) => labels == null || labels.some((label) => pull.labels.includes(label)))
  return inOrder(found, orderBy).map((pull) => toPull(repository, pull))
}

/** By number when times are the same. */
export function inOrder(pulls: readonly PullRequest[], orderBy: PullFilter['orderBy']): readonly PullRequest[] {
  const { field = 'CREATED_AT', direction = 'ASC' } = orderBy ?? {}
  const sign = direction === 'DESC' ? -1 : 1
  const rankOf = (pull: PullRequest) => {
    if (field === 'COMMENTS') return pull.comments.length
    return Date.parse(field === 'UPDATED_AT' ? pull.updatedAt : pull.createdAt)
  }
  return pulls.toSorted((a, b) => sign * (rankOf(a) - rankOf(b) || a.number - b.number))
}
