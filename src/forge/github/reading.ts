/** The reading half of the forge: branches by git, pull requests by GraphQL, news by polls and webhooks. */
import { Failure, toFailure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import { createRemoteBranches } from '../branches/remote-branches.ts'
import type { Forge } from '../forge.ts'
import type { RawCheck } from './checks.ts'
import { createCiPresence } from './ci-presence.ts'
import type { GithubClient } from './client.ts'
import { createDescribing } from './describing.ts'
import { glanceAt } from './glance.ts'
import { createObserving } from './observing.ts'
import { createReviewBots } from './review-bots.ts'
import { createTriaging, type TriageLookUp } from './triaging.ts'
import { createTrust, type TrustPolicy } from './trust.ts'
import { createWatch } from './watch.ts'
import type { WebhookIntake } from './webhook-intake.ts'

export type ReadingOptions = {
  readonly client: GithubClient
  /** Its directory is the repository. */
  readonly git: Git
  /** Name of the remote on GitHub. */
  readonly remote: string
  readonly targetBranch: string
  readonly trust: TrustPolicy
  readonly triage: TriageLookUp
  readonly now: () => number
  readonly sleepUntil: (epochMs: number, signal: AbortSignal) => Promise<void>
  readonly intake: Pick<WebhookIntake, 'subscribe'> | null
}

export type Reading = Pick<
  Forge,
  'targetHead' | 'pushTarget' | 'observePushed' | 'observe' | 'observeNumber' | 'changed'
> & {
  /** This branch has this pull request by now, whatever lists say that are behind. */
  remember(headBranch: string, number: PrNumber): void
  /** The checks as last observed for this commit, with the names the domain knows; null when it was not observed. */
  checksOf(number: PrNumber, head: CommitSha): readonly RawCheck[] | null
  /** Something was done: changes are near. */
  hurry(): void
  close(): void
}

export function createReading(options: ReadingOptions): Reading {
  const { client, git, remote, targetBranch, now, sleepUntil, intake } = options
  const branches = createRemoteBranches({ git, remote })
  const watch = createWatch({ glance: (numbers, signal) => glanceAt(client, numbers, signal), now, sleepUntil })
  const trust = createTrust(client, options.trust, now)
  const describe = createDescribing({
    client,
    trust,
    bots: createReviewBots(client, trust, now),
    presence: createCiPresence(client, now),
    triaging: createTriaging(options.triage, now),
    now,
  })
  const { observe, observeNumber, remember, checksOf } = createObserving({ client, describe, watch })
  const ours = `${client.address.owner}/${client.address.name}`.toLowerCase()
  const unsubscribe = intake?.subscribe((wake) => {
    if (wake.repository === null || wake.repository === ours) watch.notify(wake)
  })

  return {
    async targetHead() {
      const head = await branches.fetch(targetBranch)
      if (head !== null) return head
      throw new Failure('branch_missing', `${remote} has no branch ${targetBranch}`, {
        facts: { branch: targetBranch },
      })
    },
    pushTarget: (headBranch) => ({ remote, ref: `refs/heads/${headBranch}` }),
    observePushed: (headBranch) =>
      branches.read(headBranch).then((head) => ({ kind: 'known', head }) as const, toUnknown),
    observe: (headBranch) => observe(headBranch).catch(toUnknown),
    observeNumber: (number) => observeNumber(number).catch(toUnknown),
    changed: watch.changed,
    remember,
    checksOf,
    hurry: watch.hurry,
    close() {
      unsubscribe?.()
      watch.close()
    },
  }
}

/** An error is never read as absence. */
function toUnknown(error: unknown): { readonly kind: 'unknown'; readonly why: string } {
  return { kind: 'unknown', why: toFailure(error).message }
}
