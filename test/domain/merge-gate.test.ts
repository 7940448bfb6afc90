import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { decide } from '../../src/domain/decide/decide.ts'
import type { PrNumber } from '../../src/domain/ids.ts'
import type { Check, GroupObservation, PrSnapshot, ReviewThread } from '../../src/domain/observation.ts'
import type { GroupState } from '../../src/domain/run.ts'
import {
  attempt,
  BASE,
  check,
  evidence,
  finding,
  gate,
  groupState,
  HEAD,
  NOW,
  OPTIONS,
  OTHER,
  observation,
  pr,
  present,
  remark,
  report,
  thread,
} from '../support/observations.ts'

const commit = fc.constantFrom(BASE, HEAD, OTHER)
const unknown = fc.constant({ kind: 'unknown' as const, why: 'x' })

const checks = fc.oneof(
  unknown,
  fc.constant({ kind: 'none_configured' as const }),
  fc.record({
    kind: fc.constant('reported' as const),
    head: commit,
    complete: fc.boolean(),
    items: fc
      .array(
        fc.record({
          name: fc.constantFrom('test', 'CodeRabbit'),
          status: fc.constantFrom<Check['status']>('pending', 'passed', 'failed', 'skipped'),
          description: fc.constantFrom('', 'Rate limit exceeded'),
          cause: fc.constantFrom<Check['cause']>('code', 'infrastructure', 'account', 'unknown'),
          onBase: fc.constantFrom<Check['onBase']>('passed', 'failed', 'unknown'),
          canRerun: fc.boolean(),
        }),
        { maxLength: 3 },
      )
      .map((items) => items.map((item) => check(item))),
  }),
)

const reviews = fc.oneof(
  unknown,
  fc.record({
    kind: fc.constant('known' as const),
    threads: fc.array(
      fc
        .record({
          resolved: fc.boolean(),
          remarks: fc.array(
            fc
              .record({
                id: fc.constantFrom('R1', 'R2'),
                ours: fc.boolean(),
                trusted: fc.boolean(),
                isBot: fc.boolean(),
              })
              .map((changes) => remark(changes)),
            { minLength: 1, maxLength: 3 },
          ),
        })
        .map((changes) => thread(changes)),
      { maxLength: 2 },
    ),
    threadsComplete: fc.boolean(),
    changeRequests: fc.array(
      fc.record({ isBot: fc.boolean(), trusted: fc.boolean() }).map((changes) => remark(changes)),
      { maxLength: 2 },
    ),
    reviewersComplete: fc.boolean(),
    comments: fc.array(
      fc.record({ isBot: fc.boolean(), trusted: fc.boolean() }).map((changes) => remark({ id: 'C1', ...changes })),
      { maxLength: 1 },
    ),
    commentsComplete: fc.boolean(),
    botsExpected: fc.boolean(),
  }),
)

/** Only what the arbitrary names is changed: everything else stays as it is when a merge is due. */
const SOME = { requiredKeys: [] }

const snapshot: fc.Arbitrary<PrSnapshot> = fc
  .record(
    {
      state: fc.constantFrom<PrSnapshot['state']>('open', 'open', 'open', 'merged', 'closed'),
      draft: fc.boolean(),
      head: commit,
      mergeCommit: fc.option(commit),
      mergeability: fc.constantFrom<PrSnapshot['mergeability']>(
        'clean',
        'clean',
        'behind',
        'conflicting',
        'blocked',
        'unknown',
      ),
      checks,
      reviews,
      mergeScheduled: fc.constantFrom<PrSnapshot['mergeScheduled']>(null, null, null, 'queue', 'auto_merge'),
      canSchedule: fc.constantFrom<PrSnapshot['canSchedule']>(null, null, 'queue', 'auto_merge'),
      mustBeUpToDate: fc.boolean(),
      awaits: fc.constantFrom<readonly string[]>([], [], ['an approving review']),
      behind: fc.boolean(),
      baseBranch: fc.constantFrom('main', 'main', 'main', 'other'),
      headSince: fc.constantFrom(NOW, NOW - 40_000),
    },
    SOME,
  )
  .map((changes) => pr(changes))

const workspace = fc.oneof(
  unknown,
  fc.constant({ kind: 'absent' as const }),
  fc
    .record({
      head: commit,
      tree: fc.constantFrom('clean' as const, 'clean' as const, 'dirty' as const, 'unknown' as const),
      ahead: fc.constantFrom(0, 2),
      operationInProgress: fc.constantFrom(false, false, true),
    })
    .map((changes) => present(changes)),
)

const lastOutcome = fc.constantFrom(
  null,
  report(),
  report({ outcome: 'nothing_to_do' }),
  report({ outcome: 'blocked', blockedReason: 'x' }),
  { kind: 'interrupted' as const },
  { kind: 'cut_off' as const, by: 'turns' as const },
  { kind: 'refused' as const, resetsAt: null, why: 'x' },
  { kind: 'failed' as const, failure: 'agent_network', why: 'x', retryable: true },
)

const state: fc.Arbitrary<GroupState> = fc
  .record(
    {
      attempt: fc.oneof(
        { weight: 3, arbitrary: fc.constant(null) },
        {
          weight: 1,
          arbitrary: fc
            .record({
              purpose: fc.constantFrom(
                'task' as const,
                'fix-gate' as const,
                'fix-ci' as const,
                'fix-review' as const,
                'resolve-conflict' as const,
              ),
              last: lastOutcome,
              startHead: commit,
              failures: fc.constantFrom(0, 1, 40),
              undelivered: fc.constantFrom(0, 3),
            })
            .map((changes) => attempt(changes)),
        },
      ),
      gate: fc.oneof(
        fc.constant(null),
        fc
          .record({ commit, outcome: fc.constantFrom('passed' as const, 'failed' as const, 'none' as const) })
          .map((changes) => gate(changes)),
      ),
      pendingReplies: fc.constantFrom(null, null, null, []),
      unknowns: fc.constantFrom(0, 200),
      green: fc.constantFrom(null, { head: HEAD, at: NOW - 10_000 }, { head: HEAD, at: NOW - 200_000 }),
      noChecksAcceptedFor: fc.constantFrom(null, HEAD, OTHER),
      waitingSince: fc.constantFrom(null, NOW - 8_000_000),
      findings: fc.constantFrom([], [finding()], [finding({ isBot: true, action: 'declined' })]),
      historyRewritten: fc.boolean(),
    },
    SOME,
  )
  .map((changes) => groupState({ gate: gate(), pr: { number: 1 as PrNumber, url: '' }, ...changes }))

const anyObservation: fc.Arbitrary<GroupObservation> = fc
  .record(
    {
      workspace,
      state,
      pushed: fc.oneof(unknown, fc.record({ kind: fc.constant('known' as const), head: fc.option(commit) })),
      pr: fc.oneof(
        unknown,
        fc.constant({ kind: 'none' as const }),
        snapshot.map((shown) => ({ kind: 'pr' as const, pr: shown })),
        snapshot.map((shown) => ({ kind: 'pr' as const, pr: shown })),
      ),
      done: fc.constantFrom({}, { t1: evidence() }, { t1: evidence() }),
      foreign: fc.constantFrom<GroupObservation['foreign']>(null, null, 'ahead', 'diverged', 'unknown'),
      options: fc
        .record({ autoMerge: fc.boolean(), pauseOnPr: fc.boolean(), admin: fc.boolean(), draft: fc.boolean() })
        .map((changes) => ({ ...OPTIONS, ...changes })),
    },
    SOME,
  )
  .map((changes) => observation(changes as Partial<GroupObservation>))

/** The rules of merging once more, in other words than the code's. */
function isSafe(o: GroupObservation, head: string): boolean {
  if (o.workspace.kind !== 'present' || o.pushed.kind !== 'known' || o.pr.kind !== 'pr') return false
  const shown = o.pr.pr
  const oneCommit = [o.workspace.head, o.pushed.head, shown.head].every((each) => each === head)
  const tidy = o.workspace.tree === 'clean' && !o.workspace.operationInProgress
  const open = shown.state === 'open' && !shown.draft && shown.mergeScheduled === null && shown.baseBranch === 'main'
  const tested =
    shown.checks.kind === 'reported' || (o.state.gate?.commit === head && o.state.gate.outcome !== 'failed')
  return (
    oneCommit &&
    tidy &&
    open &&
    isMergeable(o, shown) &&
    tested &&
    isGreen(o, shown) &&
    nobodyObjects(o, shown) &&
    o.options.autoMerge &&
    o.done.t1 !== undefined
  )
}

/** Rules are passed by an admin only; what only a person can give is not left to a queue. */
function isMergeable(o: GroupObservation, shown: PrSnapshot): boolean {
  const { mergeability, awaits, canSchedule, mustBeUpToDate } = shown
  if (mergeability === 'clean') return true
  if (mergeability === 'behind') return o.options.admin || !mustBeUpToDate || canSchedule === 'queue'
  return mergeability === 'blocked' && (o.options.admin || (canSchedule !== null && awaits.length === 0))
}

function isGreen(o: GroupObservation, { checks: seen, head }: PrSnapshot): boolean {
  if (seen.kind !== 'reported') return seen.kind === 'none_configured'
  const accepted = o.state.noChecksAcceptedFor === head
  if (seen.head !== head) return accepted
  const tolerated = (item: Check) => item.name === 'CodeRabbit' && item.description !== ''
  const bad = seen.items.some((item) => item.status === 'pending' || (item.status === 'failed' && !tolerated(item)))
  return !bad && seen.complete && (accepted || seen.items.some((item) => item.status === 'passed'))
}

function nobodyObjects(o: GroupObservation, { reviews: seen, head }: PrSnapshot): boolean {
  if (seen.kind !== 'known' || !seen.threadsComplete || !seen.reviewersComplete) return false
  if (seen.threads.some((each) => !each.resolved && isHeldBy(each))) return false
  if (seen.changeRequests.some((request) => !request.isBot && request.trusted)) return false
  const quiet = o.state.green?.head === head && o.now - o.state.green.at >= 120_000
  return !seen.botsExpected || quiet
}

/** A trusted person spoke in it. */
function isHeldBy({ remarks }: ReviewThread): boolean {
  return remarks.some((said) => !said.ours && said.trusted && !said.isBot)
}

const RUNS = { numRuns: Number(process.env.FC_RUNS ?? 10_000) }

describe('whatever is observed', () => {
  // L52 L81 W18
  it('there is always an answer, and only what is safe is merged', () => {
    let merges = 0
    fc.assert(
      fc.property(anyObservation, (o) => {
        const { action } = decide(o)
        if (action.kind !== 'merge') return true
        merges += 1
        return isSafe(o, action.head)
      }),
      RUNS,
    )
    expect(merges).toBeGreaterThan(0)
  })

  it('nothing is pushed that was not gated, and nothing while the tree or the forge is unclear', () => {
    let pushes = 0
    fc.assert(
      fc.property(anyObservation, (o) => {
        const { action } = decide(o)
        if (action.kind !== 'push') return true
        pushes += 1
        const clean =
          o.workspace.kind === 'present' && o.workspace.tree === 'clean' && o.workspace.head === action.commit
        return (
          clean &&
          o.pushed.kind === 'known' &&
          (o.foreign === null || o.pushed.head === null) &&
          o.state.gate?.commit === action.commit &&
          o.state.gate.outcome !== 'failed'
        )
      }),
      RUNS,
    )
    expect(pushes).toBeGreaterThan(0)
  })

  it('every block names a cause and a command', () => {
    fc.assert(
      fc.property(anyObservation, (o) => {
        const { action } = decide(o)
        return action.kind !== 'block' || (action.block.cause !== '' && action.block.command.startsWith('claudetm '))
      }),
      RUNS,
    )
  })
})
