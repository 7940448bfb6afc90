/** The forge on GitHub: its reading half, and every act, each of which looks before it does anything. */
import type { RunEventBody } from '../../domain/events.ts'
import { Failure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import { deleteMergedHead } from '../branches/merged-head.ts'
import { createRemoteBranches } from '../branches/remote-branches.ts'
import type { Forge } from '../forge.ts'
import { requireAccess } from './access.ts'
import type { GithubAddress } from './address.ts'
import { createAnswering } from './answering.ts'
import { updateHeadBranch } from './branch-update.ts'
import type { RawCheck } from './checks.ts'
import { readCiRuns } from './ci-runs.ts'
import type { GithubClient } from './client.ts'
import type { Credentials } from './credentials.ts'
import { readFailureLogs } from './failure-logs.ts'
import { cancelSchedule } from './merge-schedule.ts'
import { mergePr } from './merging.ts'
import { createOpening } from './opening.ts'
import { setNotice } from './own-comments.ts'
import { createReading } from './reading.ts'
import { rerunChecks } from './rerunning.ts'
import { createTriage } from './triage.ts'
import type { TrustPolicy } from './trust.ts'
import type { WebhookIntake } from './webhook-intake.ts'

export type GithubForgeOptions = {
  readonly address: GithubAddress
  readonly client: GithubClient
  readonly credentials: Credentials
  /** Its directory is the repository. */
  readonly git: Git
  /** Name of the remote on GitHub. */
  readonly remote: string
  readonly targetBranch: string
  /** For logs of checks. */
  readonly directory: string
  readonly trust: TrustPolicy
  readonly now: () => number
  readonly sleepUntil: (epochMs: number, signal: AbortSignal) => Promise<void>
  readonly emit: (event: RunEventBody) => void
  /** Webhooks only wake; null = the run looks by itself. */
  readonly intake: { readonly intake: Pick<WebhookIntake, 'subscribe'>; close(): Promise<void> } | null
}

export function createGithubForge(options: GithubForgeOptions): Forge {
  const { client, git, remote, targetBranch, directory, emit, intake } = options
  const branches = createRemoteBranches({ git, remote })
  const reading = createReading({ ...options, triage: createTriage(client), intake: intake?.intake ?? null })
  const warn = (message: string) => emit({ type: 'warning', message })
  const { remember, checksOf, hurry } = reading
  const opening = createOpening({ client, targetBranch, warn, remember })

  /** As last observed, else looked at now. */
  async function failedChecks(number: PrNumber, head: CommitSha): Promise<readonly RawCheck[]> {
    const known = checksOf(number, head)
    if (known !== null) return known
    const observation = await reading.observeNumber(number)
    if (observation.kind === 'unknown') throw observation.failure ?? new Failure('forge_unreachable', observation.why)
    return checksOf(number, head) ?? []
  }

  /** Changes follow an act: the next look comes soon. */
  function hurried<Args extends readonly unknown[], T>(
    act: (...args: Args) => Promise<T>,
  ): (...args: Args) => Promise<T> {
    return (...args) => act(...args).finally(hurry)
  }

  return {
    name: 'github',
    ready: (needs) => requireAccess(options, needs),
    targetHead: reading.targetHead,
    pushTarget: reading.pushTarget,
    observePushed: reading.observePushed,
    observe: reading.observe,
    observeNumber: reading.observeNumber,
    changed: reading.changed,
    ensureOpen: hurried(opening.ensureOpen),
    edit: opening.edit,
    markReady: hurried(opening.markReady),
    async failureLogs(number, head, maxChars) {
      const failed = (await failedChecks(number, head)).filter(({ status }) => status === 'failed')
      return readFailureLogs(client, { number, head, failed, maxChars, directory })
    },
    rerun: hurried(async (number, head, checks) => rerunChecks(client, await failedChecks(number, head), checks)),
    ...createAnswering({ client, warn }),
    setNotice: (number, text) => setNotice(client, number, text),
    updateBranch: hurried((number, head) => updateHeadBranch(client, { number, head })),
    merge: hurried((request) => mergePr(client, request)),
    cancelScheduled: hurried((number) => cancelSchedule(client, number)),
    deleteHeadBranch: (headBranch, mergedHead) =>
      deleteMergedHead(
        { git, branches: { readHead: branches.read, deleteHead: branches.delete }, targetBranch, emit },
        { headBranch, mergedHead },
      ),
    ciRuns: (request) => readCiRuns(client, request),
    async close() {
      reading.close()
      await intake?.close()
    },
  }
}
