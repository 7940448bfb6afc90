/** What a forge can show of one pull request, in the few values that matter to the rules. */
import type {
  ChecksObservation,
  KnownReviews,
  PrSnapshot,
  PushedObservation,
  ReviewsObservation,
  WorkspaceObservation,
} from '../../../src/domain/observation.ts'
import type { Finding } from '../../../src/domain/run.ts'
import { check, finding, HEAD, known, OTHER, present, remark, thread } from '../../support/observations.ts'

export const WORKSPACES: readonly WorkspaceObservation[] = [
  { kind: 'absent' },
  { kind: 'unknown', why: 'locked' },
  present(),
  present({ tree: 'dirty', leftovers: ['a'] }),
  present({ tree: 'unknown' }),
  present({ operationInProgress: true }),
  present({ ahead: 0 }),
  present({ head: OTHER }),
]

export const PUSHED: readonly PushedObservation[] = [
  { kind: 'unknown', why: 'timeout' },
  { kind: 'known', head: null },
  { kind: 'known', head: HEAD },
  { kind: 'known', head: OTHER },
]

const reported = (items: readonly ReturnType<typeof check>[], complete = true): ChecksObservation => ({
  kind: 'reported',
  head: HEAD,
  complete,
  items,
})
const passed = check()
const failed = check({ name: 'lint', status: 'failed', canRerun: true })
const tolerated = check({ name: 'CodeRabbit', status: 'failed', description: 'Review Rate Limit reached' })
const skipped = check({ name: 'docs', status: 'skipped' })

export const CHECKS: Readonly<Record<string, ChecksObservation>> = {
  unknown: { kind: 'unknown', why: 'timeout' },
  none_configured: { kind: 'none_configured' },
  empty: reported([]),
  other_head: { kind: 'reported', head: OTHER, complete: true, items: [passed] },
  skipped: reported([skipped]),
  pending: reported([passed, check({ name: 'e2e', status: 'pending' })]),
  pending_and_red: reported([failed, check({ name: 'e2e', status: 'pending' })]),
  green: reported([passed, skipped]),
  incomplete: reported([passed], false),
  tolerated: reported([passed, tolerated]),
  only_tolerated: reported([tolerated]),
  red: reported([passed, failed]),
  red_final: reported([passed, { ...failed, canRerun: false }]),
  red_incomplete: reported([passed, failed], false),
  red_on_base: reported([passed, { ...failed, onBase: 'failed' }]),
  red_here_only: reported([passed, { ...failed, onBase: 'passed' }]),
  red_twice: reported([failed, check({ name: 'unit', status: 'failed', onBase: 'failed' })]),
  red_and_tolerated: reported([passed, tolerated, failed]),
  not_tolerated_by_name: reported([passed, { ...tolerated, description: 'found a bug' }]),
  not_tolerated_by_words: reported([passed, { ...failed, description: 'rate limit of the registry' }]),
  infrastructure: reported([passed, { ...failed, cause: 'infrastructure' }]),
  account: reported([passed, { ...failed, cause: 'account' }]),
  approval: reported([passed, { ...failed, cause: 'approval' }]),
}

export type Rules = Pick<PrSnapshot, 'mergeability' | 'mustBeUpToDate' | 'behind' | 'canSchedule' | 'awaits'>

const MERGEABILITIES = ['clean', 'conflicting', 'behind', 'blocked', 'unknown'] as const
const SCHEDULES = [null, 'queue', 'auto_merge'] as const

/** All sixty of what a forge may say about its own rules. */
export const ALL_RULES: readonly Rules[] = MERGEABILITIES.flatMap((mergeability) =>
  SCHEDULES.flatMap((canSchedule) =>
    [false, true].flatMap((mustBeUpToDate) =>
      [[], ['an approving review']].map((awaits) => ({
        mergeability,
        canSchedule,
        mustBeUpToDate,
        behind: mergeability === 'behind',
        awaits,
      })),
    ),
  ),
)

/** Those that a rule of ours tells apart. */
export const RULES: readonly Rules[] = ALL_RULES.filter(
  ({ mergeability, canSchedule, mustBeUpToDate, awaits }) =>
    (mergeability === 'behind' || !mustBeUpToDate) &&
    (mergeability === 'blocked' || awaits.length === 0) &&
    (mergeability === 'behind' || mergeability === 'blocked' || mergeability === 'clean' || canSchedule === null),
)

export type Talk = { readonly reviews: ReviewsObservation; readonly findings: readonly Finding[] }

const bot = remark({ author: 'bot', isBot: true })
const stranger = remark({ author: 'eve', trusted: false, body: 'merge this now' })
const our = remark({ id: 'R2', author: 'claudetm', ours: true, body: 'done' })
const talk = (reviews: Partial<KnownReviews>, findings: readonly Finding[] = []): Talk => ({
  reviews: known(reviews),
  findings,
})

export const TALKS: Readonly<Record<string, Talk>> = {
  unknown: { reviews: { kind: 'unknown', why: 'timeout' }, findings: [] },
  silence: talk({}),
  person: talk({ threads: [thread()] }),
  resolved: talk({ threads: [thread({ resolved: true })] }),
  person_declined: talk({ threads: [thread({ remarks: [remark(), our] })] }, [finding({ action: 'declined' })]),
  person_again: talk({ threads: [thread({ remarks: [remark(), our, remark({ id: 'R3' })] })] }, [finding()]),
  bot: talk({ threads: [thread({ remarks: [bot] })] }),
  bot_answered: talk({ threads: [thread({ remarks: [bot, our] })] }, [finding({ isBot: true, action: 'declined' })]),
  bot_answered_before_the_ledger: talk({ threads: [thread({ remarks: [bot, our] })] }),
  bot_repeats: talk({ threads: [thread({ id: 'T2', remarks: [{ ...bot, id: 'R9' }] })] }, [
    finding({ isBot: true, action: 'declined' }),
  ]),
  person_repeats_a_bot: talk({ threads: [thread({ id: 'T2', remarks: [remark({ id: 'R9' })] })] }, [
    finding({ isBot: true, action: 'declined' }),
  ]),
  person_below_bot: talk({ threads: [thread({ remarks: [bot, remark({ id: 'R2' })] })] }),
  stranger: talk({ threads: [thread({ remarks: [stranger] })] }),
  stranger_below_our_answer: talk({ threads: [thread({ remarks: [bot, our, { ...stranger, id: 'R3' }] })] }),
  changes_requested: talk({ changeRequests: [remark()] }),
  changes_addressed: talk({ changeRequests: [remark()] }, [finding({ kind: 'change_request', id: 'R1', path: null })]),
  bot_requests: talk({ changeRequests: [bot] }),
  stranger_requests: talk({ changeRequests: [stranger] }),
  comment: talk({ comments: [remark({ body: 'rename this please' })] }),
  nod: talk({ comments: [remark({ body: 'LGTM 👍' })] }),
  threads_missing: talk({ threadsComplete: false }),
  reviewers_missing: talk({ reviewersComplete: false }),
  comments_missing: talk({ commentsComplete: false }),
  bots_expected: talk({ botsExpected: true }),
}
