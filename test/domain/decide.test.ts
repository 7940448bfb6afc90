import { describe, expect, it } from 'vitest'
import { decide } from '../../src/domain/decide/decide.ts'
import type { PrNumber } from '../../src/domain/ids.ts'
import type { GroupObservation } from '../../src/domain/observation.ts'
import type { Attempt, GroupState } from '../../src/domain/run.ts'
import {
  attempt,
  BASE,
  check,
  finding,
  gate,
  groupState,
  HEAD,
  known,
  NOW,
  OPTIONS,
  OTHER,
  observation,
  pr,
  present,
  remark,
  report,
  thread,
  working,
} from '../support/observations.ts'

/** Stage and action in one line, as the tables below state them. */
function answer(o: GroupObservation): string {
  const { stage, action } = decide(o)
  switch (action.kind) {
    case 'session':
      return `${stage}: ${action.session} (${action.ask.why})`
    case 'block':
      return `${stage}: block, ${action.block.command}`
    case 'wait':
      return `${stage}: wait ${action.because} ${action.until === null ? 'open' : action.until - o.now}`
    default:
      return `${stage}: ${action.kind}`
  }
}

const withAttempt = (changes: Partial<Attempt>, o: Partial<GroupObservation> = {}, state: Partial<GroupState> = {}) =>
  working({ workspace: present(), ...o }, { attempt: attempt(changes), ...state })

const delivering = (changes: Partial<GroupObservation> = {}, state: Partial<GroupState> = {}) =>
  observation({ pr: { kind: 'none' }, pushed: { kind: 'known', head: null }, state: groupState(state), ...changes })

const onForge = (
  changes: Parameters<typeof pr>[0],
  state: Partial<GroupState> = {},
  o: Partial<GroupObservation> = {},
) =>
  observation({
    pr: { kind: 'pr', pr: pr(changes) },
    state: groupState({ gate: gate(), pr: { number: 1 as PrNumber, url: '' }, ...state }),
    ...o,
  })

const reported = (...items: ReturnType<typeof check>[]) => ({
  kind: 'reported' as const,
  head: HEAD,
  complete: true,
  items,
})
const exhausted = (counter: keyof GroupState['counters'], value: number) => ({
  counters: { ...groupState().counters, [counter]: value },
})

const LIMITED = check({ name: 'CodeRabbit', status: 'failed', description: 'Review rate limit exceeded' })

describe('a group works', () => {
  const cases: [string, GroupObservation, string][] = [
    ['a group without a workspace gets one', working({ workspace: { kind: 'absent' } }), 'working: prepare_workspace'],
    [
      'an unreadable workspace is looked at again',
      working({ workspace: { kind: 'unknown', why: 'x' } }),
      'working: wait unknown 2000',
    ],
    [
      'an unreadable tree is looked at again',
      working({ workspace: present({ tree: 'unknown' }) }),
      'working: wait unknown 2000',
    ],
    [
      // L70 W19
      'unknown for too long blocks',
      working({ workspace: { kind: 'unknown', why: 'x' } }, { unknowns: 120 }),
      'working: block, claudetm resume --force',
    ],
    ['an open task gets a session', working(), 'working: work (start)'],
    ['committed and clean: the quick gate runs', withAttempt({}), 'working: gate'],
    ['the gate passed: the task is done', withAttempt({}, {}, { gate: gate() }), 'working: complete_task'],
    [
      'no checks in this project: the task is done',
      withAttempt({}, {}, { gate: gate({ outcome: 'none' }) }),
      'working: complete_task',
    ],
    ['a slow gate waits for the push', withAttempt({}, { gateDurationMs: 60_000 }), 'working: complete_task'],
    [
      'the gate failed: back into the conversation',
      withAttempt({}, {}, { gate: gate({ outcome: 'failed' }) }),
      'working: fix-gate (gate_failed)',
    ],
    [
      'a gate that stays red blocks',
      withAttempt({ gateFixes: 3 }, {}, { gate: gate({ outcome: 'failed' }) }),
      'working: block, claudetm resume --force',
    ],
    [
      'a dirty tree is not done',
      withAttempt({}, { workspace: present({ tree: 'dirty' }) }),
      'working: finish (leftovers)',
    ],
    [
      'a dirty tree again and again blocks',
      withAttempt({ finishes: 2 }, { workspace: present({ tree: 'dirty' }) }),
      'working: block, claudetm resume --force',
    ],
    [
      'a half-way rebase is finished first',
      withAttempt({}, { workspace: present({ operationInProgress: true }) }),
      'working: finish (leftovers)',
    ],
    [
      'done without a commit is not done',
      withAttempt({}, { workspace: present({ head: BASE }) }),
      'working: work (undelivered)',
    ],
    [
      'done without a commit too often blocks',
      withAttempt({ undelivered: 3 }, { workspace: present({ head: BASE }) }),
      'working: block, claudetm resume --force',
    ],
    [
      'nothing to do is looked at by somebody else',
      withAttempt({ last: report({ outcome: 'nothing_to_do' }) }, { workspace: present({ head: BASE }) }),
      'working: confirm_nothing_to_do',
    ],
    [
      'nothing to do, confirmed',
      withAttempt(
        { last: report({ outcome: 'nothing_to_do' }), confirmation: { verdict: 'confirmed', evidence: '' } },
        { workspace: present({ head: BASE }) },
      ),
      'working: complete_task',
    ],
    [
      'nothing to do, refuted',
      withAttempt(
        { last: report({ outcome: 'nothing_to_do' }), confirmation: { verdict: 'refuted', evidence: 'x' } },
        { workspace: present({ head: BASE }) },
      ),
      'working: work (refuted)',
    ],
    [
      'nothing to do, not clear, is not done',
      withAttempt(
        { last: report({ outcome: 'nothing_to_do' }), confirmation: { verdict: 'inconclusive', evidence: 'x' } },
        { workspace: present({ head: BASE }) },
      ),
      'working: work (refuted)',
    ],
    [
      'the agent needs a human',
      withAttempt({ last: report({ outcome: 'blocked', blockedReason: 'key?' }) }),
      'working: block, claudetm resume "<what you decided>"',
    ],
    ['an interrupted session goes on', withAttempt({ last: { kind: 'interrupted' } }), 'working: work (interrupted)'],
    ['a crash during a session goes on', withAttempt({ last: null }), 'working: work (interrupted)'],
    [
      'out of turns goes on',
      withAttempt({ last: { kind: 'cut_off', by: 'turns' }, cutOffs: 1 }),
      'working: work (cut_off)',
    ],
    [
      'out of turns without progress blocks',
      withAttempt({ last: { kind: 'cut_off', by: 'turns' }, cutOffs: 4 }),
      'working: block, claudetm resume --force',
    ],
    [
      'a technical failure is waited out',
      withAttempt({ last: { kind: 'failed', failure: 'agent_network', why: 'x', retryable: true }, failures: 3 }),
      'working: wait backoff 8000',
    ],
    [
      'and tried again',
      withAttempt({
        last: { kind: 'failed', failure: 'agent_network', why: 'x', retryable: true },
        failures: 3,
        lastEndedAt: NOW - 8_000,
      }),
      'working: work (retry)',
    ],
    [
      'a refused credential blocks at once',
      withAttempt({ last: { kind: 'failed', failure: 'agent_auth', why: 'x', retryable: false }, failures: 1 }),
      'working: block, claudetm resume',
    ],
    [
      'a usage limit is waited out',
      working({ budget: { sessionsLeft: null, costLeftUsd: null, usageLimitUntil: NOW + 5, usageLimitWaits: 1 } }),
      'working: wait fact 5',
    ],
    [
      'no session beyond --max-sessions',
      working({ budget: { sessionsLeft: 0, costLeftUsd: null, usageLimitUntil: null, usageLimitWaits: 0 } }),
      'working: block, claudetm resume --max-sessions <more>',
    ],
    [
      'no session beyond --max-cost',
      working({ budget: { sessionsLeft: 5, costLeftUsd: 0, usageLimitUntil: null, usageLimitWaits: 0 } }),
      'working: block, claudetm resume --max-cost <more>',
    ],
    [
      'a task that a person ticked meanwhile is left alone',
      working({ group: observation().group, done: { t1: observation().done.t1 as never } }, { attempt: attempt() }),
      'working: end_attempt',
    ],
  ]
  it.each(cases)('%s', (_, o, expected) => expect(answer(o)).toBe(expected))
})

describe('a group is delivered', () => {
  const cases: [string, GroupObservation, string][] = [
    ['nothing to ship closes the group', delivering({ workspace: present({ ahead: 0 }) }), 'working: close_empty'],
    ['the gate runs before the push', delivering(), 'working: gate'],
    ['a gate for another commit does not count', delivering({}, { gate: gate({ commit: OTHER }) }), 'working: gate'],
    [
      'a red gate is mended, not pushed',
      delivering({}, { gate: gate({ outcome: 'failed' }) }),
      'working: fix-gate (gate_failed)',
    ],
    [
      'leftovers are dealt with, not pushed',
      delivering({ workspace: present({ tree: 'dirty' }) }, { gate: gate() }),
      'working: finish (leftovers)',
    ],
    ['green: push', delivering({}, { gate: gate() }), 'pr_created: push'],
    [
      'unknown what the forge has: no push',
      delivering({ pushed: { kind: 'unknown', why: 'x' } }, { gate: gate() }),
      'working: wait unknown 2000',
    ],
    [
      // W4
      'unknown whether there is a PR: nothing is opened',
      delivering({ pr: { kind: 'unknown', why: 'x' } }, { gate: gate() }),
      'working: wait unknown 2000',
    ],
    ['pushed: open', delivering({ pushed: { kind: 'known', head: HEAD } }, { gate: gate() }), 'pr_created: open_pr'],
    ['--pause-on-pr pauses once', onForge({}, {}, { options: { ...OPTIONS, pauseOnPr: true } }), 'pr_created: pause'],
    [
      'and not twice',
      onForge({}, { prPauseDone: true }, { options: { ...OPTIONS, pauseOnPr: true } }),
      'ready_to_merge: merge',
    ],
    ['the forge shows an older head', onForge({ head: OTHER }), 'waiting_ci: wait fact 30000'],
    [
      'but not for ever',
      onForge({ head: OTHER }, { waitingSince: NOW - 7_200_000 }),
      'waiting_ci: block, claudetm resume --force',
    ],
    ['a new task goes back to work', observation({ done: {} }), 'working: work (start)'],
    ['a PR that a person closed blocks', onForge({ state: 'closed' }), 'working: block, claudetm resume --force'],
    ['a PR that a person merged is merged', onForge({ state: 'merged', mergeCommit: OTHER }), 'merged: close_merged'],
    ['merged, but where?', onForge({ state: 'merged' }), 'merged: wait unknown 2000'],
    ['what is merged is finished', onForge({}, { merged: { commit: OTHER, head: HEAD, at: NOW } }), 'merged: finish'],
    ['a finished group rests', onForge({}, { stage: 'done' }), 'done: none'],
  ]
  it.each(cases)('%s', (_, o, expected) => expect(answer(o)).toBe(expected))
})

describe('a pull request waits, is mended, is merged', () => {
  const cases: [string, GroupObservation, string][] = [
    ['green merges', onForge({}), 'ready_to_merge: merge'],
    // L72
    ['merely behind merges', onForge({ mergeability: 'behind' }), 'ready_to_merge: merge'],
    [
      'auto-merge off stops at ready',
      onForge({}, {}, { options: { ...OPTIONS, autoMerge: false } }),
      'ready_to_merge: pause',
    ],
    ['no CI here merges', onForge({ checks: { kind: 'none_configured' } }), 'ready_to_merge: merge'],
    // L57 L66
    ['checks unknown waits', onForge({ checks: { kind: 'unknown', why: 'x' } }), 'waiting_ci: wait unknown 2000'],
    // L57
    ['no check yet waits a moment', onForge({ checks: reported() }), 'waiting_ci: wait fact 60000'],
    [
      'no check at all is said',
      onForge({ checks: reported(), headSince: NOW - 60_000 }),
      'waiting_ci: block, claudetm resume --force',
    ],
    [
      // L56
      'skipped only is not green',
      onForge({ checks: reported(check({ status: 'skipped' })), headSince: NOW - 60_000 }),
      'waiting_ci: block, claudetm resume --force',
    ],
    [
      'a person accepted that',
      onForge({ checks: reported(), headSince: NOW - 60_000 }, { noChecksAcceptedFor: HEAD }),
      'ready_to_merge: merge',
    ],
    [
      // L4 L58
      'an older green does not count',
      onForge({ checks: { ...reported(check()), head: OTHER } }),
      'waiting_ci: wait fact 60000',
    ],
    [
      'pending waits up to the deadline',
      onForge({ checks: reported(check({ status: 'pending' }), check({ status: 'failed' })) }),
      'waiting_ci: wait fact 7200000',
    ],
    [
      // L52 L59
      'pending for too long blocks',
      onForge({ checks: reported(check({ status: 'pending' })) }, { waitingSince: NOW - 7_200_000 }),
      'waiting_ci: block, claudetm resume --force',
    ],
    [
      'red goes to a session',
      onForge({ checks: reported(check({ status: 'failed' })) }),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      // L81
      'red after three fixes blocks',
      onForge({ checks: reported(check({ status: 'failed' })) }, exhausted('ciFixes', 3)),
      'ci_failed: block, claudetm resume --force',
    ],
    [
      // L65
      'red because nothing could start is run again',
      onForge({ checks: reported(check({ status: 'failed', cause: 'infrastructure' })) }),
      'ci_failed: rerun_checks',
    ],
    [
      'and blocks when that does not help',
      onForge({ checks: reported(check({ status: 'failed', cause: 'infrastructure' })) }, exhausted('reruns', 2)),
      'ci_failed: block, claudetm resume --force',
    ],
    [
      'CI became green while the fix was interrupted: nothing is left to fix',
      onForge(
        {},
        { attempt: attempt({ purpose: 'fix-ci', subject: HEAD, startHead: HEAD, last: { kind: 'interrupted' } }) },
      ),
      'ci_failed: end_attempt',
    ],
    [
      'a fix is not asked for again while nobody can see what failed',
      observation({
        pr: { kind: 'unknown', why: 'x' },
        state: groupState({
          attempt: attempt({ purpose: 'fix-ci', subject: HEAD, startHead: HEAD, last: { kind: 'interrupted' } }),
        }),
      }),
      'ci_failed: wait unknown 2000',
    ],
    [
      'a conflict that went away is not resolved',
      onForge({}, { attempt: attempt({ purpose: 'resolve-conflict', subject: HEAD, startHead: HEAD }) }),
      'resolving_conflicts: end_attempt',
    ],
    [
      'a merge that somebody else scheduled has a deadline too',
      onForge({ mergeScheduled: 'auto_merge' }, { waitingSince: NOW - 7_200_000 }),
      'ready_to_merge: block, claudetm resume --force',
    ],
    [
      'a fix session without a commit: run again',
      onForge(
        { checks: reported(check({ status: 'failed' })) },
        { attempt: attempt({ purpose: 'fix-ci', subject: HEAD, startHead: HEAD }) },
      ),
      'ci_failed: rerun_checks',
    ],
    [
      'a fix with a commit ends the attempt',
      onForge(
        { checks: reported(check({ status: 'failed' })) },
        { attempt: attempt({ purpose: 'fix-ci', subject: BASE }) },
      ),
      'ci_failed: end_attempt',
    ],
    [
      // L61
      'a tolerated failure merges',
      onForge({
        checks: reported(check(), check({ name: 'CodeRabbit', status: 'failed', description: 'Rate limit hit' })),
      }),
      'ready_to_merge: merge',
    ],
    [
      // L62
      'in whatever words it is told',
      onForge({
        checks: reported(check(), check({ name: 'CodeRabbit', status: 'failed', description: 'Usage LIMIT REACHED.' })),
      }),
      'ready_to_merge: merge',
    ],
    [
      // L61
      'another failure of the same check is not tolerated',
      onForge({ checks: reported(check(), check({ name: 'CodeRabbit', status: 'failed', description: 'Boom' })) }),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      'the same words of another check are not tolerated',
      onForge({ checks: reported(check(), check({ name: 'test', status: 'failed', description: 'Rate limit hit' })) }),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      // L56
      'a tolerated failure alone is not green: nothing passed',
      onForge({ checks: reported(LIMITED), headSince: NOW - 60_000 }),
      'waiting_ci: block, claudetm resume --force',
    ],
    [
      // L63
      'a tolerated failure does not keep reviewers from being answered',
      onForge({ checks: reported(check(), LIMITED), reviews: known({ threads: [thread()] }) }),
      'addressing_reviews: fix-review (reviews)',
    ],
    [
      // L63
      'nor does it hold the quiet period after green',
      onForge(
        { checks: reported(check(), LIMITED), reviews: known({ botsExpected: true }) },
        { green: { head: HEAD, at: NOW - 120_000 } },
      ),
      'ready_to_merge: merge',
    ],
    [
      // L63
      'nor is a merge that is scheduled taken back for it',
      onForge({ checks: reported(check(), LIMITED), mergeScheduled: 'queue' }),
      'ready_to_merge: wait fact 7200000',
    ],
    [
      'a conflict is resolved first',
      onForge({ mergeability: 'conflicting', checks: reported(check({ status: 'failed' })) }),
      'resolving_conflicts: resolve-conflict (conflict)',
    ],
    [
      // L72 L81
      'conflicts without end block',
      onForge({ mergeability: 'conflicting' }, exhausted('conflicts', 3)),
      'resolving_conflicts: block, claudetm resume --force',
    ],
    [
      // L71
      'a conflict is resolved while checks still run, too',
      onForge({ mergeability: 'conflicting', checks: reported(check({ status: 'pending' })) }),
      'resolving_conflicts: resolve-conflict (conflict)',
    ],
    // L70
    ['mergeability unknown waits', onForge({ mergeability: 'unknown' }), 'ready_to_merge: wait unknown 2000'],
    [
      'an open thread is addressed',
      onForge({ reviews: known({ threads: [thread()] }) }),
      'addressing_reviews: fix-review (reviews)',
    ],
    [
      // L116
      'an answered thread waits for its author',
      onForge({ reviews: known({ threads: [thread({ remarks: [remark(), remark({ id: 'R2', ours: true })] })] }) }),
      'waiting_reviews: wait fact open',
    ],
    [
      'a stranger is not obeyed',
      onForge({ reviews: known({ threads: [thread({ remarks: [remark({ trusted: false })] })] }) }),
      'ready_to_merge: merge',
    ],
    [
      // L81 W8 W18 W19
      'rounds of review are bounded',
      onForge({ reviews: known({ threads: [thread()] }) }, exhausted('reviewRounds', 5)),
      'addressing_reviews: block, claudetm resume --force',
    ],
    [
      // W6
      'a human no is addressed',
      onForge({ reviews: known({ changeRequests: [remark()] }) }),
      'addressing_reviews: fix-review (reviews)',
    ],
    [
      'and waited for',
      onForge(
        { reviews: known({ changeRequests: [remark()] }) },
        { findings: [finding({ kind: 'change_request', id: 'R1' })] },
      ),
      'waiting_reviews: wait fact open',
    ],
    [
      // L75
      "a bot's no does not block",
      onForge({ reviews: known({ changeRequests: [remark({ author: 'bot', isBot: true, trusted: false })] }) }),
      'ready_to_merge: merge',
    ],
    [
      // L76
      'an incomplete list of reviewers does not merge',
      onForge({ reviews: known({ reviewersComplete: false }) }),
      'waiting_reviews: wait unknown 2000',
    ],
    [
      'reviews unknown waits',
      onForge({ reviews: { kind: 'unknown', why: 'x' } }),
      'waiting_reviews: wait unknown 2000',
    ],
    [
      // L60
      'review bots get a quiet period after green',
      onForge({ reviews: known({ botsExpected: true }) }, { green: { head: HEAD, at: NOW - 20_000 } }),
      'waiting_reviews: wait fact 100000',
    ],
    [
      'and no longer',
      onForge({ reviews: known({ botsExpected: true }) }, { green: { head: HEAD, at: NOW - 120_000 } }),
      'ready_to_merge: merge',
    ],
    [
      // L60
      'a green of an older head starts no quiet period',
      onForge({ reviews: known({ botsExpected: true }) }, { green: { head: OTHER, at: NOW - 500_000 } }),
      'waiting_reviews: wait fact 120000',
    ],
    [
      'review bots are waited for where there is no CI, too',
      onForge({ reviews: known({ botsExpected: true }), checks: { kind: 'none_configured' } }),
      'waiting_reviews: wait fact 120000',
    ],
    [
      'answers are given before anything else',
      onForge({}, { pendingReplies: [] }),
      'addressing_reviews: deliver_replies',
    ],
    // L53
    ['scheduled is not merged', onForge({ mergeScheduled: 'queue' }), 'ready_to_merge: wait fact 7200000'],
    [
      // L53 W17
      'scheduled without end blocks',
      onForge({ mergeScheduled: 'auto_merge' }, { scheduledAt: NOW - 7_200_000 }),
      'ready_to_merge: block, claudetm resume --force',
    ],
    [
      'scheduled, and then somebody says no: taken back',
      onForge({ mergeScheduled: 'auto_merge', reviews: known({ changeRequests: [remark()] }) }),
      'ready_to_merge: cancel_merge',
    ],
    [
      'scheduled, and then a check turns red: taken back',
      onForge({ mergeScheduled: 'queue', checks: reported(check({ status: 'failed' })) }),
      'ready_to_merge: cancel_merge',
    ],
    [
      'scheduled, and then somebody pushes: taken back',
      onForge({ mergeScheduled: 'auto_merge', head: OTHER }),
      'ready_to_merge: cancel_merge',
    ],
    ['a draft waits', onForge({ draft: true }), 'ready_to_merge: wait fact open'],
    [
      // L81
      'a forge that refuses without end blocks',
      onForge({}, exhausted('mergeRefusals', 5)),
      'ready_to_merge: block, claudetm resume --force',
    ],
  ]
  it.each(cases)('%s', (_, o, expected) => expect(answer(o)).toBe(expected))
})

describe('red checks cost money only when they are the fault of the code, and can be seen again', () => {
  const red = (changes: Parameters<typeof check>[0] = {}) => check({ status: 'failed', ...changes })
  const again = { ...exhausted('reruns', 1) }
  const cases: [string, GroupObservation, string][] = [
    [
      'a flake gets a second run first',
      onForge({ checks: reported(red({ canRerun: true })) }),
      'ci_failed: rerun_checks',
    ],
    [
      'red again on the same commit goes to a session',
      onForge({ checks: reported(red({ canRerun: true })) }, again),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      'what nobody can run again goes to a session at once',
      onForge({ checks: reported(red()) }),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      'red on the target branch too is waited out',
      onForge({ checks: reported(red({ onBase: 'failed' })) }),
      'waiting_ci: wait fact 3600000',
    ],
    [
      'and blocks when it lasts',
      onForge({ checks: reported(red({ onBase: 'failed' })) }, { redBaseSince: NOW - 3_600_000 }),
      'waiting_ci: block, claudetm resume --force',
    ],
    [
      'a person wants it mended here',
      onForge({ checks: reported(red({ onBase: 'failed' })) }, { redBaseSince: NOW, redBaseAccepted: true }),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      'the target branch is green again: its newest commit is brought in',
      onForge({ behind: true, checks: reported(red({ onBase: 'passed' })) }, { redBaseSince: NOW - 5 }),
      'resolving_conflicts: update_branch',
    ],
    [
      'only what is new is asked for',
      onForge({ checks: reported(red({ name: 'new' }), red({ name: 'old', onBase: 'failed' })) }),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      'an account that may not run checks is said at once',
      onForge({ checks: reported(red({ cause: 'account' })) }),
      'ci_failed: block, claudetm resume',
    ],
    [
      'a check that a person has to let run is said at once',
      onForge({ checks: reported(red({ cause: 'approval' })) }),
      'ci_failed: block, claudetm resume',
    ],
    [
      'red CI and open remarks are one session',
      onForge({ checks: reported(red()), reviews: known({ threads: [thread()] }) }),
      'addressing_reviews: fix-review (reviews)',
    ],
  ]
  it.each(cases)('%s', (_, o, expected) => expect(answer(o)).toBe(expected))

  it('the session is told what is new, and what is red on the target branch as well', () => {
    const { action } = decide(
      onForge({ checks: reported(red({ name: 'new' }), red({ name: 'old', onBase: 'failed' })) }),
    )
    expect(action).toMatchObject({ ask: { why: 'ci_failed', checks: ['new'], alsoOnTarget: ['old'] } })
  })

  it('a block tells that every fix left the same failure', () => {
    const failure = (head: typeof HEAD) => ({ head, checks: ['test'], signature: 's' })
    const o = onForge(
      { checks: reported(red()) },
      { ...exhausted('ciFixes', 3), ciFailures: [failure(BASE), failure(OTHER), failure(HEAD)] },
    )
    expect(decide(o).action).toMatchObject({ block: { tried: '3 fixes, each with the same failure after it' } })
  })
})

describe('reviewers are answered once, and listened to again when they write again', () => {
  const answered = thread({ remarks: [remark(), remark({ id: 'R2', ours: true })] })
  const cases: [string, GroupObservation, string][] = [
    [
      // L114 W6
      'a comment below the PR asks for something',
      onForge({ reviews: known({ comments: [remark({ body: 'Please also cover negative numbers' })] }) }),
      'addressing_reviews: fix-review (reviews)',
    ],
    [
      // W7 W18
      'a short one too',
      onForge({ reviews: known({ comments: [remark({ body: 'use const here' })] }) }),
      'addressing_reviews: fix-review (reviews)',
    ],
    [
      'a nod does not',
      onForge({ reviews: known({ comments: [remark({ body: 'LGTM 🚀' }), remark({ id: 'R2', body: ':)' })] }) }),
      'ready_to_merge: merge',
    ],
    [
      'a command to another program does not',
      onForge({ reviews: known({ comments: [remark({ body: '/retest' })] }) }),
      'ready_to_merge: merge',
    ],
    [
      // W7
      'a report of a bot does not',
      onForge({ reviews: known({ comments: [remark({ isBot: true, body: 'Walkthrough: 3 files changed' })] }) }),
      'ready_to_merge: merge',
    ],
    [
      'a thread that the ledger has dealt with waits for its author',
      onForge({ reviews: known({ threads: [thread()] }) }, { findings: [finding({ action: 'declined' })] }),
      'waiting_reviews: wait fact open',
    ],
    [
      'a remark that came while the session worked is open, although our answer stands below it',
      onForge(
        {
          reviews: known({
            threads: [thread({ remarks: [remark(), remark({ id: 'R3' }), remark({ id: 'R4', ours: true })] })],
          }),
        },
        { findings: [finding({ remark: 'R1' })] },
      ),
      'addressing_reviews: fix-review (reviews)',
    ],
    [
      // L115
      'a person who writes again below our answer is listened to',
      onForge(
        { reviews: known({ threads: [thread({ remarks: [...answered.remarks, remark({ id: 'R3' })] })] }) },
        { findings: [finding()] },
      ),
      'addressing_reviews: fix-review (reviews)',
    ],
    [
      'a bot that says the same again gets the same answer without a session',
      onForge(
        {
          reviews: known({
            threads: [thread({ id: 'T2', remarks: [remark({ id: 'R9', isBot: true, body: 'Use const! (line 7)' })] })],
          }),
        },
        { findings: [finding({ isBot: true, action: 'explained', digest: 'use const line' })] },
      ),
      'addressing_reviews: repeat_answers',
    ],
    [
      'a thread of a bot that we declined does not hold the merge',
      onForge(
        { reviews: known({ threads: [thread({ remarks: [remark({ isBot: true })] })] }) },
        { findings: [finding({ isBot: true, action: 'declined' })] },
      ),
      'ready_to_merge: merge',
    ],
    [
      'an approving review that is demanded is waited for',
      onForge({ mergeability: 'blocked', awaits: ['an approving review'] }),
      'waiting_reviews: wait fact open',
    ],
    [
      // L3 W8
      'fixed, they say, but nothing was committed: asked again',
      onForge(
        { reviews: known({ threads: [thread()] }) },
        {
          attempt: attempt({
            purpose: 'fix-review',
            subject: HEAD,
            startHead: HEAD,
            last: { kind: 'completed', report: null },
          }),
          pendingReplies: [{ id: 'T1', action: 'fixed', message: 'done' }],
        },
      ),
      'addressing_reviews: fix-review (undelivered)',
    ],
    [
      'explained without a commit is an answer',
      onForge(
        { reviews: known({ threads: [thread()] }) },
        {
          attempt: attempt({
            purpose: 'fix-review',
            subject: HEAD,
            startHead: HEAD,
            last: { kind: 'completed', report: null },
          }),
          pendingReplies: [{ id: 'T1', action: 'explained', message: 'because' }],
        },
      ),
      'addressing_reviews: end_attempt',
    ],
  ]
  it.each(cases)('%s', (_, o, expected) => expect(answer(o)).toBe(expected))
})

describe('the branch, its target and other people', () => {
  const behind = { mergeability: 'behind' as const, behind: true }
  const theirs = { pushed: { kind: 'known' as const, head: OTHER } }
  const cases: [string, GroupObservation, string][] = [
    [
      'behind is brought up to date when the person wants it',
      onForge(behind, {}, { options: { ...OPTIONS, syncBeforeMerge: true } }),
      'resolving_conflicts: update_branch',
    ],
    [
      // L72
      'and merged as it is when that does not end',
      onForge(behind, exhausted('syncs', 3), { options: { ...OPTIONS, syncBeforeMerge: true } }),
      'ready_to_merge: merge',
    ],
    [
      'the rules want it up to date',
      onForge({ ...behind, mustBeUpToDate: true }),
      'resolving_conflicts: update_branch',
    ],
    [
      'the rules want it again and again: blocks',
      onForge({ ...behind, mustBeUpToDate: true }, exhausted('syncs', 3)),
      'ready_to_merge: block, claudetm resume --force',
    ],
    ['commits of others become ours', onForge({}, {}, { ...theirs, foreign: 'ahead' }), 'pr_created: integrate'],
    ['also when both went on', onForge({}, {}, { ...theirs, foreign: 'diverged' }), 'pr_created: integrate'],
    [
      'what cannot be read is not overwritten',
      onForge({}, { historyRewritten: true }, { ...theirs, foreign: 'unknown' }),
      'working: wait unknown 2000',
    ],
    ['our own older push is replaced', onForge({}, { historyRewritten: true }, theirs), 'pr_created: push'],
    ['the text is kept up to date', onForge({}, { prText: 'old' }), 'pr_created: edit_pr'],
    [
      'the text of a PR that was there before is left alone',
      onForge({}, { prText: null, adopted: { number: 1 as PrNumber, head: HEAD } }),
      'ready_to_merge: merge',
    ],
    [
      'what others pushed where there is no CI is judged by our own checks',
      onForge({ checks: { kind: 'none_configured' } }, { gate: null }),
      'working: gate',
    ],
    [
      'a PR that goes elsewhere now is not merged',
      onForge({ baseBranch: 'release' }),
      'working: block, claudetm resume',
    ],
    [
      'a draft of ours is made ready when its checks are green',
      onForge({ draft: true }, {}, { options: { ...OPTIONS, draft: true } }),
      'ready_to_merge: mark_ready',
    ],
    ['blocked by rules is looked at again', onForge({ mergeability: 'blocked' }), 'ready_to_merge: wait unknown 2000'],
    [
      '--admin passes the rules',
      onForge(
        { mergeability: 'blocked', awaits: ['an approving review'] },
        {},
        { options: { ...OPTIONS, admin: true } },
      ),
      'ready_to_merge: merge',
    ],
    [
      // L52
      '--admin never passes checks that have not ended',
      onForge(
        { mergeability: 'blocked', checks: reported(check({ status: 'pending' })) },
        { waitingSince: NOW - 7_200_000 },
        { options: { ...OPTIONS, admin: true } },
      ),
      'waiting_ci: block, claudetm resume --force',
    ],
    [
      '--admin never passes red checks',
      onForge(
        { mergeability: 'blocked', checks: reported(check({ status: 'failed' })) },
        {},
        {
          options: { ...OPTIONS, admin: true },
        },
      ),
      'ci_failed: fix-ci (ci_failed)',
    ],
    [
      '--admin never passes a conflict',
      onForge({ mergeability: 'conflicting' }, {}, { options: { ...OPTIONS, admin: true } }),
      'resolving_conflicts: resolve-conflict (conflict)',
    ],
    [
      // L75
      '--admin never passes a no',
      onForge(
        { mergeability: 'blocked', reviews: known({ changeRequests: [remark()] }) },
        { findings: [finding({ kind: 'change_request', id: 'R1' })] },
        { options: { ...OPTIONS, admin: true } },
      ),
      'waiting_reviews: wait fact open',
    ],
    [
      'a queue takes what the rules hold back',
      onForge({ mergeability: 'blocked', canSchedule: 'queue' }),
      'ready_to_merge: merge',
    ],
  ]
  it.each(cases)('%s', (_, o, expected) => expect(answer(o)).toBe(expected))
})
