/** What GitHub does by itself when something happened: starts CI, tries what waits to be merged, moves the merge queue. */
import type { EventName, GithubEvent } from './events.ts'
import type { Repository, World } from './model.ts'
import { tryAutoMerges } from './service/auto-merge.ts'
import { startCi } from './service/ci.ts'
import { openPulls } from './service/following.ts'
import { processQueue } from './service/merge-queue.ts'
import { queueOf } from './service/queue-entries.ts'

export function react(world: World, event: GithubEvent): void {
  world.background(() => startCiFor(world, event))
  if (!MAY_UNBLOCK.has(event.name)) return
  const { repository } = event
  if (openPulls(repository).some(({ autoMerge }) => autoMerge !== null)) {
    world.background(() => tryAutoMerges(world, repository))
  }
  if (repository.settings.mergeQueue === 'automatic') world.background(() => advanceQueues(world, repository))
}

/** After these a pull request that had to wait may be ready. */
const MAY_UNBLOCK: ReadonlySet<EventName> = new Set<EventName>([
  'pull_request',
  'check_run',
  'status',
  'pull_request_review',
  'pull_request_review_thread',
  'push',
])

async function startCiFor(world: World, event: GithubEvent): Promise<void> {
  const { repository, sender: actor } = event
  if (event.name === 'pull_request' && STARTS_CI.has(event.action ?? '')) {
    const { number, head } = event.pull
    await startCi(world, repository, { commit: head.sha, ref: head.ref, event: 'pull_request', pull: number, actor })
  }
  if (event.name === 'push' && event.ref === `refs/heads/${repository.defaultBranch}` && !isDeletion(event.after)) {
    const ref = repository.defaultBranch
    await startCi(world, repository, { commit: event.after, ref, event: 'push', pull: null, actor })
  }
  if (event.name === 'merge_group') {
    const ref = event.headRef.replace('refs/heads/', '')
    await startCi(world, repository, { commit: event.headSha, ref, event: 'merge_group', pull: null, actor })
  }
}

const STARTS_CI: ReadonlySet<string> = new Set(['opened', 'synchronize', 'reopened'])

function isDeletion(sha: string): boolean {
  return /^0+$/.test(sha)
}

async function advanceQueues(world: World, repository: Repository): Promise<void> {
  const bases = new Set(openPulls(repository).map(({ base }) => base.ref))
  for (const branch of bases) {
    while (queueOf(repository, branch).length > 0) {
      const step = await processQueue(world, repository, branch)
      if (step === 'waiting' || step === 'empty') break
    }
  }
}
