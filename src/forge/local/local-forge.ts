/**
 * The forge for repositories without a known host: pull requests are records beside the run, CI is the project's own
 * commands in clean checkouts, merging is a squash commit onto the target branch. It writes refs and its own directory,
 * never a working tree.
 */
import type { RunEventBody } from '../../domain/events.ts'
import { Failure, toFailure } from '../../domain/failure.ts'
import type { CommitSha, PrNumber } from '../../domain/ids.ts'
import type { Mergeability, PrObservation, PushedObservation } from '../../domain/observation.ts'
import type { Git } from '../../workspace/git.ts'
import type { CheckLog, Forge, OpenedPr, PullRequestText } from '../forge.ts'
import { createChanges } from './changes.ts'
import type { Checkouts } from './check-job.ts'
import { readCheckLog } from './check-log.ts'
import { createCi } from './ci.ts'
import { deleteMergedHead } from './head-branch.ts'
import { createAncestry, judgeMergeability } from './history.ts'
import { createLimit } from './limit.ts'
import { mergePr } from './merging.ts'
import { checksOf, createPrRecord, type PrRecord, toPrUrl, withChecks } from './pr-record.ts'
import { createPrRecords } from './pr-records.ts'
import { refresh } from './refresh.ts'
import { createRemoteUpstream } from './remote-upstream.ts'
import { createRepositoryUpstream } from './repository-upstream.ts'
import { toSnapshot } from './snapshot.ts'
import type { Identity } from './squash.ts'

export type LocalForgeOptions = {
  /** Its directory is the repository. */
  readonly git: Git
  /** For records and logs; one run at a time. */
  readonly directory: string
  readonly targetBranch: string
  /** null = branches are shared in the repository itself. */
  readonly remote: string | null
  readonly checks: Checkouts
  /** Author and committer of merge commits. */
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
  const world = { git, isAncestor, upstream, records, now }
  const oneMergeAtATime = createLimit(1)
  const oneOpenAtATime = createLimit(1)

  async function observePushed(headBranch: string): Promise<PushedObservation> {
    return upstream.readHead(headBranch).then((head) => ({ kind: 'known', head }) as const, toUnknown)
  }

  async function observe(headBranch: string): Promise<PrObservation> {
    const newest = await records.newest(headBranch)
    if (newest === null) return { kind: 'none' }
    const mergeability = await look(newest)
    changes.markSeen(newest.number) // what comes after this and is not in the answer wakes who waits
    const trouble = ci.takeTrouble(newest.number)
    const record = await records.get(newest.number)
    return { kind: 'pr', pr: toSnapshot(record, { directory, mergeability, trouble }) }
  }

  /** Brings the record up to date and its checks under way. */
  async function look(newest: PrRecord): Promise<Mergeability> {
    if (newest.status.state !== 'open') return 'unknown'
    const { record, target } = await refresh(world, newest)
    ci.ensure(record)
    return record.status.state === 'open' ? judgeMergeability(world, target, record.head) : 'unknown'
  }

  async function ensureOpen(request: { headBranch: string; head: CommitSha } & PullRequestText): Promise<OpenedPr> {
    const known = await records.newest(request.headBranch)
    if (known?.status.state !== 'open') return open(request)
    const { title, body } = request
    const { record } = await refresh(world, known)
    const { number } = await records.update(record.number, (old) =>
      old.title === title && old.body === body ? old : { ...old, title, body },
    )
    ci.ensure(record)
    return { number, url: toPrUrl(number), created: false }
  }

  async function open({ headBranch, title, body }: { headBranch: string } & PullRequestText): Promise<OpenedPr> {
    const head = await upstream.readHead(headBranch)
    if (head === null)
      throw new Failure('forge_refused', `${headBranch} has not been pushed`, { facts: { status: 422 } })
    const facts = { headBranch, baseBranch: targetBranch, title, body, head, now: now() }
    const record = await records.create((number) => createPrRecord({ number, ...facts }))
    ci.ensure(record)
    return { number: record.number, url: toPrUrl(record.number), created: true }
  }

  async function failureLogs(number: PrNumber, head: CommitSha, maxChars: number): Promise<readonly CheckLog[]> {
    const checks = checksOf(await records.get(number), head) ?? []
    const failed = checks.filter((check) => check.status === 'failed')
    return Promise.all(failed.map((check) => readCheckLog(directory, check, maxChars)))
  }

  async function rerun(number: PrNumber, head: CommitSha, names: readonly string[]): Promise<void> {
    ci.ensure(await records.update(number, (record) => withoutResults(record, head, names)))
  }

  return {
    name: 'local',
    targetHead: upstream.readTarget,
    pushTarget: upstream.pushTarget,
    observePushed,
    observe: (headBranch) => observe(headBranch).catch(toUnknown),
    ensureOpen: (request) => oneOpenAtATime(() => ensureOpen(request)),
    changed: changes.wait,
    failureLogs,
    rerun,
    reply: async () => {}, // there are no threads to answer
    merge: (request) =>
      oneMergeAtATime(async () => {
        const result = await mergePr({ ...world, identity, emit }, request)
        if (result.kind === 'merged') ci.ensure(await records.get(request.number))
        return result
      }),
    deleteHeadBranch: (headBranch, mergedHead) =>
      deleteMergedHead({ git, upstream, targetBranch, emit }, { headBranch, mergedHead }),
    close: ci.close,
  }
}

function toUnknown(error: unknown): { kind: 'unknown'; why: string } {
  return { kind: 'unknown', why: toFailure(error).message }
}

/** Pending checks keep running; when the search for checks failed, it is made again. */
function withoutResults(record: PrRecord, head: CommitSha, names: readonly string[]): PrRecord {
  const checks = checksOf(record, head)
  const again = checks?.filter((check) => check.status === 'failed' && names.includes(check.name)) ?? []
  if (checks === null || again.length === 0) return record
  if (again.some((check) => check.command === null)) return withChecks(record, head, null)
  return withChecks(
    record,
    head,
    checks.map((check) =>
      again.includes(check)
        ? { ...check, status: 'pending', cause: 'unknown', description: '', reruns: check.reruns + 1 }
        : check,
    ),
  )
}
