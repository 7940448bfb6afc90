/** Bringing the base branch into a pull request's head. */
import { GithubError } from '../errors.ts'
import { countAheadBehind } from '../git/history.ts'
import { commitTree } from '../git/merge-commits.ts'
import type { Login, PullRequest, Repository, Sha, World } from '../model.ts'
import { moveBranch, toPerson } from './branches.ts'
import { buildMerge } from './merge-building.ts'
import { mergedTree } from './mergeability.ts'

export type UpdateRequest = {
  readonly by: Login
  readonly expectedHead?: Sha | null
  /** Default `merge`. */
  readonly method?: 'merge' | 'rebase'
}

/** The new head. Throws 422 on a conflict, when there is nothing to bring in, or when the head is not `expectedHead`. */
export function updateBranch(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: UpdateRequest,
): Promise<Sha> {
  return world.exclusive(repository, async () => {
    const { by, expectedHead = null } = request
    if (pull.state === 'closed') throw new GithubError(422, 'Pull request is closed')
    if (expectedHead !== null && expectedHead !== pull.head.sha) {
      throw new GithubError(422, "expected head sha didn't match current head ref.")
    }
    const before = pull.head.sha
    const after = await buildHead(world, repository, pull, request)
    await moveBranch(world, repository, { branch: pull.head.ref, before, after, by })
    return after
  })
}

async function buildHead(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { by, method = 'merge' }: UpdateRequest,
): Promise<Sha> {
  const base = repository.branches.get(pull.base.ref)
  if (base === undefined) throw new GithubError(422, 'The base branch does not exist.')
  const { behind } = await countAheadBehind(world, repository, base, pull.head.sha)
  if (behind === 0) throw new GithubError(422, 'There are no new commits on the base branch.')
  const tree = await mergedTree(world, repository, base, pull.head.sha)
  if (tree === null) throw new GithubError(422, 'merge conflict between base and head')
  if (method === 'rebase') {
    const rebased = await buildMerge(world, repository, pull, { by, method: 'rebase', base })
    if (rebased === null) throw new GithubError(422, 'merge conflict between base and head')
    return rebased
  }
  const message = `Merge branch '${pull.base.ref}' into ${pull.head.ref}`
  return commitTree(repository, { tree, parents: [pull.head.sha, base], message, author: toPerson(world, by) })
}
