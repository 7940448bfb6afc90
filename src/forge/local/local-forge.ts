/**
 * The forge for repositories without a known host: pull requests are records beside the run, CI is the project's own
 * commands in clean checkouts, merging writes commits onto the target branch. It writes refs and its own directory, never
 * a working tree.
 */
import type { RunEventBody } from '../../domain/events.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { Git } from '../../workspace/git.ts'
import type { Identity } from '../../workspace/repository.ts'
import { deleteMergedHead } from '../branches/merged-head.ts'
import type { CheckLog, Forge } from '../forge.ts'
import { createChanges } from './changes.ts'
import type { Checkouts } from './check-job.ts'
import { readCheckLog } from './check-log.ts'
import { createCi } from './ci.ts'
import { createAncestry } from './history.ts'
import { createLimit } from './limit.ts'
import { mergePr } from './merging.ts'
import { createObserving } from './observing.ts'
import { ensureOpenPr, withText } from './opening.ts'
import { checksOf } from './pr-record.ts'
import { createPrRecords } from './pr-records.ts'
import { createRemoteUpstream } from './remote-upstream.ts'
import { createRepositoryUpstream } from './repository-upstream.ts'
import { rerunChecks } from './rerunning.ts'
import { updateHeadBranch } from './updating.ts'

export type LocalForgeOptions = {
  /** Its directory is the repository. */
  readonly git: Git
  /** For records and logs; one run at a time. */
  readonly directory: string
  readonly targetBranch: string
  /** null = branches are shared in the repository itself. */
  readonly remote: string | null
  readonly checks: Checkouts
  /** Author and committer of what merging writes. */
  readonly identity: Identity
  readonly now: () => number
  readonly emit: (event: RunEventBody) => void
  /** Checks run at the same time, over all pull requests. */
  readonly checkConcurrency: number
}

export function createLocalForge(options: LocalForgeOptions): Forge {
  const { git, directory, targetBranch, remote, checks: checkouts, identity, now, emit } = options
  const isAncestor = createAncestry(git)
  const upstream =
    remote === null
      ? createRepositoryUpstream({ git, targetBranch, isAncestor })
      : createRemoteUpstream({ git, targetBranch, remote })
  const changes = createChanges()
  const records = createPrRecords(directory, changes.announce)
  const limit = createLimit(Math.max(1, options.checkConcurrency))
  const ci = createCi({ directory, records, checkouts, limit, now, emit, onTrouble: changes.announce })
  const world = { git, isAncestor, upstream, records, now, identity, ci, directory, changes, targetBranch, emit }
  const oneMoveAtATime = createLimit(1)
  const oneOpenAtATime = createLimit(1)

  async function failureLogs(number: PrNumber, head: CommitSha, maxChars: number): Promise<readonly CheckLog[]> {
    const checks = checksOf(await records.get(number), head) ?? []
    const failed = checks.filter((check) => check.status === 'failed')
    return Promise.all(failed.map((check) => readCheckLog(directory, check, maxChars)))
  }

  return {
    name: 'local',
    ready: async () => ({ place: toPlace(directory, remote), account: null, notes: [] }),
    targetHead: upstream.readTarget,
    pushTarget: upstream.pushTarget,
    ...createObserving(world),
    ensureOpen: (request) => oneOpenAtATime(() => ensureOpenPr(world, request)), // a record knows no drafts
    async edit(number, text) {
      await records.update(number, (record) => withText(record, text))
    },
    changed: changes.wait,
    failureLogs,
    rerun: (number, head, names) => rerunChecks(world, { number, head, names }),
    updateBranch: (number, head) =>
      oneMoveAtATime(async () => {
        const result = await updateHeadBranch(world, { number, head })
        if (result.kind === 'updated') ci.ensure(await records.get(number))
        return result
      }),
    merge: (request) =>
      oneMoveAtATime(async () => {
        const result = await mergePr(world, request)
        if (result.kind === 'merged') ci.ensure(await records.get(request.number))
        return result
      }),
    deleteHeadBranch: (headBranch, mergedHead) =>
      deleteMergedHead({ ...world, branches: upstream }, { headBranch, mergedHead }),
    ...NOBODY_ELSE,
    ciRuns: null,
    close: ci.close,
  }
}

/** Nobody reads along, reviews or merges later: there is nobody to tell, and nothing to take back. */
const NOBODY_ELSE: Pick<Forge, 'markReady' | 'reply' | 'requestReview' | 'setNotice' | 'cancelScheduled'> = {
  markReady: async () => {},
  reply: async () => {},
  requestReview: async () => {},
  setNotice: async () => {},
  cancelScheduled: async () => {},
}

function toPlace(directory: string, remote: string | null): string {
  const place = `the built-in forge (${directory})`
  return remote === null ? place : `${place}, with branches on ${remote}`
}
