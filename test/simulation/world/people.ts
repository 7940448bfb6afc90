/** People who look at their pull requests now and then, and a forge that does what it has accepted to do. */
import type { Pull } from './pulls.ts'
import type { World } from './world.ts'

const DAY_MS = 24 * 3_600_000

export function revisit(world: World): void {
  for (const pull of world.pulls.all) {
    if (pull.state !== 'open') continue
    settleThreads(world, pull)
    settleRequests(world, pull)
    if (world.history.setup.rules === 'approval') pull.approved = true
    if (pull.scheduled !== null) mergeAsScheduled(world, pull)
  }
}

/** Whoever was answered is content; and nobody holds up the work for longer than a day. */
function settleThreads({ time }: World, pull: Pull): void {
  for (const thread of pull.threads) {
    const last = thread.remarks.at(-1)
    if (last?.ours === true || time.now() - (last?.at ?? 0) > DAY_MS) thread.resolved = true
  }
}

function settleRequests({ time }: World, pull: Pull): void {
  const answeredAt = pull.comments.findLast((remark) => remark.ours)?.at ?? 0
  pull.changeRequests = pull.changeRequests.filter(({ at }) => at >= answeredAt && time.now() - at <= DAY_MS)
}

function mergeAsScheduled({ pulls }: World, pull: Pull): void {
  const { checks, conflicting } = pulls.standing(pull)
  if (checks === 'not_green' || conflicting) pull.scheduled = null
  else pulls.merge(pull, 'forge')
}
