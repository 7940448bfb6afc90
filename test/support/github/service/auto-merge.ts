/** Auto-merge: merges by itself once the requirements are met, as the person who enabled it. */
import { GithubError } from '../errors.ts'
import type { Login, MergeMethod, PullRequest, Repository, Sha, World } from '../model.ts'
import { timestamp } from '../world.ts'
import { openPulls } from './following.ts'
import { enqueueNow } from './merge-queue.ts'
import { mergeStateOf } from './mergeability.ts'
import { mergeNow } from './merging.ts'
import { allowedMethods, mergeQueueRule } from './rules.ts'

export type AutoMergeRequest = {
  readonly by: Login
  /** Default `merge`. */
  readonly method?: MergeMethod
  readonly title?: string | null
  readonly message?: string | null
  readonly expectedHead?: Sha | null
}

/** Throws 422; also, as GitHub does, for one that could be merged right away ("clean status"). */
export async function enableAutoMerge(
  world: World,
  repository: Repository,
  pull: PullRequest,
  request: AutoMergeRequest,
): Promise<void> {
  const { by, method = 'merge', title = null, message = null } = request
  requireAllowed(repository, pull, request)
  const state = await mergeStateOf(world, repository, pull)
  if (mergeQueueRule(repository, pull.base.ref) === null && (state === 'CLEAN' || state === 'UNSTABLE')) {
    throw new GithubError(422, `Pull request Pull request is in ${state.toLowerCase()} status`)
  }
  const at = timestamp(world)
  pull.autoMerge = { enabledBy: by, enabledAt: at, method, commitTitle: title, commitMessage: message }
  pull.updatedAt = at
  world.announce({ name: 'pull_request', action: 'auto_merge_enabled', repository, sender: by, pull })
}

function requireAllowed(repository: Repository, pull: PullRequest, request: AutoMergeRequest): void {
  const { method = 'merge', expectedHead = null } = request
  if (pull.state === 'closed') throw new GithubError(422, 'Pull request is closed')
  if (!repository.settings.allowAutoMerge) {
    throw new GithubError(422, 'Pull request Auto merge is not allowed for this repository')
  }
  if (pull.draft) throw new GithubError(422, 'Pull request Pull request is in draft state')
  if (expectedHead !== null && expectedHead !== pull.head.sha) {
    throw new GithubError(422, 'Head branch was modified. Review and try the merge again.')
  }
  const queued = mergeQueueRule(repository, pull.base.ref) !== null
  if (!queued && !allowedMethods(repository, pull.base.ref).includes(method)) {
    throw new GithubError(422, `Merge method ${method} merging is not allowed on this repository`)
  }
}

export function disableAutoMerge(world: World, repository: Repository, pull: PullRequest, by: Login): void {
  if (pull.autoMerge === null) throw new GithubError(422, "Can't disable auto-merge for this pull request.")
  pull.autoMerge = null
  pull.updatedAt = timestamp(world)
  world.announce({ name: 'pull_request', action: 'auto_merge_disabled', repository, sender: by, pull })
}

/** Merges whatever waits and may merge by now. Called after everything that can change it. */
export function tryAutoMerges(world: World, repository: Repository): Promise<void> {
  return world.exclusive(repository, async () => {
    for (const pull of openPulls(repository)) if (pull.autoMerge !== null) await tryAutoMerge(world, repository, pull)
  })
}

async function tryAutoMerge(world: World, repository: Repository, pull: PullRequest): Promise<void> {
  const request = pull.autoMerge
  const state = await mergeStateOf(world, repository, pull)
  if (request === null || (state !== 'CLEAN' && state !== 'UNSTABLE')) return
  const by = request.enabledBy
  if (mergeQueueRule(repository, pull.base.ref) !== null) {
    if (pull.mergeQueueEntry === null) await enqueueNow(world, repository, pull, { by })
    return
  }
  const text = { title: request.commitTitle, message: request.commitMessage }
  await mergeNow(world, repository, pull, { by, method: request.method, ...text })
}
