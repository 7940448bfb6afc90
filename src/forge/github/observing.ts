/** Pull requests by branch or number, remembered from one look to the next, so that a look is one request. */
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { PrObservation } from '../../domain/observation.ts'
import type { RawCheck } from './checks.ts'
import type { GithubClient } from './client.ts'
import type { Described } from './describing.ts'
import { type Found, findNewestPr, findPr } from './newest-pr.ts'
import { createAsking } from './snapshot-query.ts'
import type { Watch } from './watch.ts'

export type Observing = {
  /** Both throw a Failure for what GitHub does not answer. */
  observe(headBranch: string): Promise<PrObservation>
  observeNumber(number: PrNumber): Promise<PrObservation>
  /** This branch has this pull request by now, whatever lists say that are behind. */
  remember(headBranch: string, number: PrNumber): void
  /** As last observed for this commit; null when it was not. */
  checksOf(number: PrNumber, head: CommitSha): readonly RawCheck[] | null
}

export type ObservingParts = {
  readonly client: GithubClient
  readonly describe: (found: Found) => Promise<Described>
  readonly watch: Pick<Watch, 'startLook' | 'endLook'>
}

export function createObserving({ client, describe, watch }: ObservingParts): Observing {
  const ask = createAsking(client)
  const numbers = new Map<string, PrNumber>()
  const branches = new Map<PrNumber, string>()
  const lastChecks = new Map<PrNumber, readonly RawCheck[]>()

  function remember(headBranch: string, number: PrNumber): void {
    numbers.set(headBranch, number)
    branches.set(number, headBranch)
  }

  /** News from the start of the look on counts: it may not be in the answer. */
  async function look(find: () => Promise<Found | null>): Promise<PrObservation> {
    const begun = watch.startLook()
    const found = await find()
    if (found === null) return { kind: 'none' }
    const { pr, rawChecks } = await describe(found)
    lastChecks.set(pr.number, rawChecks)
    if (!pr.isFromFork) branches.set(pr.number, pr.headBranch)
    watch.endLook(begun, pr.number, found.pr.fingerprint)
    return { kind: 'pr', pr }
  }

  return {
    remember,
    async observe(headBranch) {
      const known = numbers.get(headBranch) ?? null
      const observation = await look(() => findNewestPr(ask, headBranch, known))
      if (observation.kind === 'pr') remember(headBranch, observation.pr.number)
      return observation
    },
    observeNumber: (number) => look(() => findPr(ask, number, branches.get(number) ?? null)),
    checksOf(number, head) {
      const checks = lastChecks.get(number) ?? null
      return checks?.some((check) => check.head === head) ? checks : null
    },
  }
}
