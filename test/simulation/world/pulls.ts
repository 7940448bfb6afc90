/** Pull requests as the forge keeps them, with what people and bots say on them. */
import type { CommitSha, PrNumber } from '../../../src/domain/ids.ts'
import type { PrSnapshot, Remark, ReviewThread } from '../../../src/domain/observation.ts'
import type { Setup } from '../history.ts'
import type { Standing } from './journal.ts'
import { isBehind, isConflicting, type Repository, TARGET_REF, targetOf } from './repository.ts'
import type { Suites } from './suites.ts'
import type { Time } from './time.ts'

type Writable<T> = { -readonly [K in keyof T]: T[K] }
export type Thread = Omit<Writable<ReviewThread>, 'remarks'> & { remarks: Remark[] }

export type Pull = {
  readonly number: PrNumber
  readonly branch: string
  title: string
  body: string
  state: PrSnapshot['state']
  draft: boolean
  base: string
  /** Follows the branch while it is open. */
  head: CommitSha
  headSince: number
  mergeCommit: CommitSha | null
  scheduled: PrSnapshot['mergeScheduled']
  approved: boolean
  readonly threads: Thread[]
  changeRequests: Remark[]
  readonly comments: Remark[]
  notice: string | null
  /** Keys of replies that are there. */
  readonly keys: Set<string>
}

export type Pulls = {
  readonly all: Pull[]
  newest(branch: string): Pull | null
  get(number: PrNumber): Pull | null
  open(request: { branch: string; title: string; body: string; draft: boolean }): Pull
  /** A ref moved: the PR shows it, and its checks begin. */
  moved(ref: string): void
  merge(pull: Pull, by: 'us' | 'person' | 'forge'): CommitSha
  snapshot(pull: Pull): PrSnapshot
  standing(pull: Pull): Standing
}

const refOf = (branch: string) => `refs/heads/${branch}`

export function createPulls(parts: { repository: Repository; suites: Suites; time: Time; setup: Setup }): Pulls {
  const { repository, suites, time, setup } = parts
  const all: Pull[] = []

  function awaits(pull: Pull): readonly string[] {
    return setup.rules === 'approval' && !pull.approved ? ['an approving review'] : []
  }

  function mergeability(pull: Pull): PrSnapshot['mergeability'] {
    if (pull.state !== 'open') return 'unknown'
    if (isConflicting(repository, pull.head)) return 'conflicting'
    const behind = isBehind(repository, pull.head)
    if (behind && setup.rules === 'up_to_date') return 'behind'
    if (awaits(pull).length > 0) return 'blocked'
    if (setup.rules === 'queue') return 'blocked'
    return behind ? 'behind' : 'clean'
  }

  function snapshot(pull: Pull): PrSnapshot {
    return structuredClone({
      number: pull.number,
      url: `sim:#${pull.number}`,
      title: pull.title,
      author: 'claudetm',
      state: pull.state,
      draft: pull.draft,
      headBranch: pull.branch,
      head: pull.head,
      isFromFork: false,
      baseBranch: pull.base,
      mergeCommit: pull.mergeCommit,
      mergeability: mergeability(pull),
      behind: isBehind(repository, pull.head),
      mustBeUpToDate: setup.rules === 'up_to_date',
      awaits: awaits(pull),
      checks: suites.observe(pull.head),
      reviews: {
        kind: 'known' as const,
        threads: pull.threads,
        threadsComplete: true,
        changeRequests: pull.changeRequests,
        reviewersComplete: true,
        comments: pull.comments,
        commentsComplete: true,
        botsExpected: setup.bots,
      },
      mergeScheduled: pull.scheduled,
      canSchedule: setup.rules === 'queue' || setup.rules === 'auto_merge' ? setup.rules : null,
      headSince: time.now() - (time.elapsed() - pull.headSince),
    })
  }

  return {
    all,
    newest: (branch) => all.findLast((pull) => pull.branch === branch) ?? null,
    get: (number) => all.find((pull) => pull.number === number) ?? null,
    snapshot,
    open({ branch, title, body, draft }) {
      const head = repository.remote.get(refOf(branch))
      if (head === undefined) throw new Error(`a PR for ${branch}, which is not on the remote`)
      const pull: Pull = {
        number: (all.length + 1) as PrNumber,
        branch,
        title,
        body,
        state: 'open',
        draft,
        base: 'main',
        head,
        headSince: time.elapsed(),
        mergeCommit: null,
        scheduled: null,
        approved: false,
        threads: [],
        changeRequests: [],
        comments: [],
        notice: null,
        keys: new Set(),
      }
      all.push(pull)
      suites.begin(head)
      return pull
    },
    moved(ref) {
      const head = repository.remote.get(ref)
      for (const pull of all.filter(({ state, branch }) => state === 'open' && refOf(branch) === ref)) {
        if (head === undefined) {
          pull.state = 'closed' // as GitHub does when its branch is deleted
          pull.scheduled = null
        } else if (head !== pull.head) {
          pull.head = head
          pull.headSince = time.elapsed()
          pull.approved = false
          suites.begin(head)
        }
      }
    },
    merge(pull, by) {
      const { commits, remote } = repository
      const replaced = commits.between(targetOf(repository), pull.head).map(({ sha }) => sha)
      const commit = commits.make({
        parents: [targetOf(repository)],
        by: by === 'person' ? 'person' : 'forge',
        replaces: replaced,
        flaw: commits.get(pull.head).flaw,
      })
      remote.set(TARGET_REF, commit)
      pull.state = 'merged'
      pull.mergeCommit = commit
      pull.scheduled = null
      return commit
    },
    standing(pull) {
      const checks = suites.observe(pull.head)
      const { reviews } = snapshot(pull)
      const known = reviews.kind === 'known' ? reviews : null
      const greenAt = suites.greenAt(pull.head)
      return {
        head: pull.head,
        open: pull.state === 'open',
        draft: pull.draft,
        base: pull.base,
        checks: standingChecks(checks, greenAt),
        greenAt,
        conflicting: isConflicting(repository, pull.head),
        openThreads: (known?.threads ?? []).filter(isOpenFor('people')).map(({ id }) => id),
        openBotThreads: (known?.threads ?? []).filter(isOpenFor('bots')).map(({ id }) => id),
        changeRequests: (known?.changeRequests ?? [])
          .filter((remark) => remark.trusted && !remark.isBot)
          .map(({ id }) => id),
        unapproved: awaits(pull).length > 0,
      }
    },
  }
}

function standingChecks(checks: ReturnType<Suites['observe']>, greenAt: number | null): Standing['checks'] {
  if (checks.kind !== 'reported') return 'none_configured'
  if (checks.items.length === 0) return 'none_yet'
  return greenAt === null ? 'not_green' : 'green'
}

function isOpenFor(who: 'people' | 'bots'): (thread: ReviewThread) => boolean {
  return ({ resolved, remarks }) => {
    const theirs = remarks.filter((remark) => remark.trusted && !remark.ours)
    if (resolved || theirs.length === 0) return false
    return (who === 'people') === theirs.some((remark) => !remark.isBot)
  }
}
