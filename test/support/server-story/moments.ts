/** When the server is killed: where the most is at stake. Each resolves when the moment has come. */
import type { RunEvent } from '../../../src/domain/events.ts'
import type { FaultyRequest } from '../github/server/faults.ts'
import type { GithubPlace } from '../github-story/place.ts'

export type Moment = {
  readonly name: string
  /** `next`: the first event from now on that fits. */
  arrive(place: GithubPlace, next: (fits: (event: RunEvent) => boolean) => Promise<void>): Promise<void>
}

export const MOMENTS: readonly Moment[] = [
  {
    name: 'in the middle of a session that writes code',
    async arrive(_place, next) {
      await next((event) => event.type === 'session.started' && event.kind === 'work')
      await next((event) => event.type === 'agent.activity' && event.tool !== null)
    },
  },
  {
    name: 'when GitHub has opened a pull request, before the server hears of it',
    arrive: (place) => unheard(place, (request) => isOpening(request) && isPushed(place)),
  },
  {
    name: 'when GitHub has merged it, before the server hears of it',
    arrive: (place) => unheard(place, ({ name }) => /merge$/i.test(name ?? '')),
  },
]

/** It happens, and the answer is lost. */
async function unheard({ github }: GithubPlace, matches: (request: FaultyRequest) => boolean): Promise<void> {
  const fault = github.faults.add({ kind: 'reset_after', matches })
  await fault.seen()
}

function isOpening({ name }: FaultyRequest): boolean {
  return name === 'POST /repos/{owner}/{repo}/pulls'
}

/** Before that it is only asked whether it would be allowed. */
function isPushed({ repository }: GithubPlace): boolean {
  return repository.repository.branches.size > 1
}
