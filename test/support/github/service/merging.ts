/** Merging a pull request, with real commits and every refusal in GitHub's words. */
import { GithubError } from '../errors.ts'
import { moveRef } from '../git/merge-commits.ts'
import type { Login, MergeMethod, PullRequest, Repository, Sha, World } from '../model.ts'
import { branchMoved, moveBranch } from './branches.ts'
import { markMerged } from './following.ts'
import { buildMerge } from './merge-building.ts'
import { binding, mergeabilityOf, unmetRequirements } from './mergeability.ts'
import { allowedMethods, mergeQueueRule, requiresLinearHistory } from './rules.ts'

export type MergeRequest = {
  readonly by: Login
  /** Default `merge`, as in the API. */
  readonly method?: MergeMethod
  /** Merges exactly this head or refuses (409). */
  readonly sha?: Sha | null
  readonly title?: string | null
  readonly message?: string | null
}

/** The merge commit. Throws 405 or 409. */
export function mergePull(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: MergeRequest,
): Promise<Sha> {
  return world.exclusive(repository, () => mergeNow(world, repository, pull, request))
}

/** To be called in `exclusive`. */
export async function mergeNow(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: MergeRequest,
): Promise<Sha> {
  const { by, method = 'merge' } = request
  requireMergeable(repository, pull, method, request.sha ?? null)
  await requireRules(world, repository, pull, by)
  const base = repository.branches.get(pull.base.ref)
  const known: World = { ...world, mergeabilityKnown: true }
  if (base === undefined || (await mergeabilityOf(known, repository, pull)) !== 'MERGEABLE') throw notMergeable()
  const commit = await buildMerge(world, repository, pull, { ...request, method, base })
  if (commit === null) throw new GithubError(405, 'This branch can’t be rebased')
  await land(world, repository, pull, { by, base, commit })
  return commit
}

/** To be called in `exclusive`: the commit is the base's new head, and the pull request is merged. */
export async function land(
  world: World,
  repository: Repository,
  pull: PullRequest,
  { by, base, commit }: { readonly by: Login; readonly base: Sha; readonly commit: Sha },
): Promise<void> {
  const branch = pull.base.ref
  if (!(await moveRef(repository, { branch, from: base, to: commit }))) {
    throw new GithubError(405, 'Base branch was modified. Review and try the merge again.')
  }
  markMerged(world, repository, pull, { by, commit })
  await branchMoved(world, repository, { branch, before: base, after: commit, by })
  if (repository.settings.deleteBranchOnMerge) await deleteHead(world, repository, pull, by)
}

async function deleteHead(world: World, repository: Repository, pull: PullRequest, by: Login): Promise<void> {
  const before = repository.branches.get(pull.head.ref)
  if (before === undefined || pull.head.ref === repository.defaultBranch) return
  await moveBranch(world, repository, { branch: pull.head.ref, before, after: null, by })
}

function requireMergeable(repository: Repository, pull: PullRequest, method: MergeMethod, sha: Sha | null): void {
  if (pull.state === 'closed') throw notMergeable()
  if (sha !== null && sha !== pull.head.sha) {
    throw new GithubError(409, 'Head branch was modified. Review and try the merge again.')
  }
  if (pull.draft) throw new GithubError(405, 'Pull Request is still a draft')
  requireMethod(repository, pull.base.ref, method)
}

const METHOD_WORDS = { merge: 'Merge commits', squash: 'Squash merges', rebase: 'Rebase merges' }

function requireMethod(repository: Repository, branch: string, method: MergeMethod): void {
  if (!allowedMethods(repository, branch).includes(method)) {
    throw new GithubError(405, `${METHOD_WORDS[method]} are not allowed on this repository.`)
  }
  if (method === 'merge' && requiresLinearHistory(repository, branch)) {
    throw new GithubError(405, 'Merge commits are not allowed on this repository.')
  }
}

/** Throws what the rules have against it, unless this person may pass them by. */
async function requireRules(world: World, repository: Repository, pull: PullRequest, by: Login): Promise<void> {
  const branch = pull.base.ref
  const queue = mergeQueueRule(repository, branch) === null ? [] : [QUEUE_UNMET]
  const unmet = [...queue, ...(await unmetRequirements(world, repository, pull))]
  const [first, ...others] = binding(world, repository, { branch, by, unmet })
  if (first === undefined) return
  const ruled = [first, ...others].filter(({ from }) => from === 'ruleset').map(({ message }) => message)
  if (ruled.length === 0) throw new GithubError(405, first.message)
  throw new GithubError(405, `Repository rule violations found\n\n${ruled.join('\n\n')}\n\n`)
}

const QUEUE_UNMET = {
  kind: 'checks',
  from: 'ruleset',
  message: 'Changes must be made through the merge queue',
} as const

function notMergeable(): GithubError {
  return new GithubError(405, 'Pull Request is not mergeable')
}
