/**
 * Rules broken on purpose, one at a time: what the benches are worth is which of these they notice. `from` must be found
 * exactly once in the file; a mutation that fits no more is an error, so that the list cannot rot.
 */
import type { SafetyRule } from './safety-rules.ts'

export type Mutation = {
  readonly name: string
  readonly rule: SafetyRule | 'liveness'
  readonly file: string
  readonly from: string
  readonly to: string
  /** Test files that are asked when the benches of this folder cannot see the place; otherwise the benches alone. */
  readonly tests?: readonly string[]
}

const D = 'src/domain/decide'
const E = 'src/engine'

export const MUTATIONS: readonly Mutation[] = [
  // The diff guard.
  m(
    'what the diff guard finds holds nothing up',
    'tasks_need_evidence',
    `${D}/integrity.ts`,
    'return open.length === 0 ? null : judge(o, head, open)',
    'return null',
  ),
  m(
    'what sessions changed is not looked at',
    'tasks_need_evidence',
    `${D}/integrity.ts`,
    'if (head === null || since === null) return null',
    'if (head === null || since !== head) return null',
  ),
  m(
    'a finding is no reason for its session while no pull request is open',
    'tasks_need_evidence',
    `${D}/obsolete.ts`,
    "findingsToJudge(o.state.guard, o.policy.integrity).length > 0 ? 'there' : 'gone'",
    "findingsToJudge(o.state.guard, o.policy.integrity).length > 99 ? 'there' : 'gone'",
  ),
  // The merge gate and what it reads.
  m(
    'the gate forgets uncommitted changes',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    "return workspace.tree === 'clean' ? null : 'the workspace has uncommitted changes'",
    'return null',
  ),
  m(
    'the gate forgets what is not pushed',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    "return workspace.kind === 'present' && pushed.head === workspace.head ? null : 'the workspace and the forge differ'",
    'return null',
  ),
  m(
    'the gate forgets which head was judged',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    "workspace.kind === 'present' && workspace.head === pr.head ? null",
    "workspace.kind === 'present' ? null",
  ),
  m(
    'the gate merges drafts',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    'not_draft: ({ pr }) => (pr.draft ?',
    'not_draft: ({ pr }) => (pr.draft && pr.isFromFork ?',
  ),
  m(
    'the gate takes an incomplete list of threads for all',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    'if (!reviews.threadsComplete) return',
    'if (!reviews.threadsComplete && reviews.threads.length > 0) return',
  ),
  m(
    'unknown reviews count as none',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    "return reviews.kind === 'unknown' ? `reviews are",
    "return reviews.kind === 'unknown' ? null && `reviews are",
  ),
  m(
    '--admin passes a conflict',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    "case 'conflicting':\n      return `",
    "case 'conflicting':\n      return admin ? null : `",
  ),
  m(
    'the quiet time after green is forgotten',
    'merges_only_what_the_gate_allows',
    'src/domain/merge-gate.ts',
    'q.now < (q.greenAt ?? q.now) + q.policy.reviewQuietMs',
    'q.now < (q.greenAt ?? 0)',
  ),
  m(
    'checks of another commit count',
    'merges_only_what_the_gate_allows',
    'src/domain/checks.ts',
    "if (checks.head !== head) return { kind: 'none_yet' }",
    '',
  ),
  m(
    'pending checks count as passed',
    'merges_only_what_the_gate_allows',
    'src/domain/checks.ts',
    'if (pending.length > 0) {',
    'if (pending.length > 1) {',
  ),
  m(
    'green without a check that passed',
    'merges_only_what_the_gate_allows',
    'src/domain/checks.ts',
    "if (!checks.items.some((check) => check.status === 'passed')) return { kind: 'none_yet' }",
    '',
  ),
  m(
    'a tolerated name is enough, whatever it says',
    'merges_only_what_the_gate_allows',
    'src/domain/checks.ts',
    'rule.check === check.name && check.description',
    'rule.check === check.name || check.description',
  ),
  m(
    "our last word closes a person's thread",
    'merges_only_what_the_gate_allows',
    'src/domain/feedback.ts',
    'return !feedback.isBot || botsBlock || isOpen(feedback, findings)',
    'return botsBlock || isOpen(feedback, findings)',
  ),
  m(
    'strangers are listened to',
    'merges_only_what_the_gate_allows',
    'src/domain/feedback.ts',
    'thread.remarks.filter((remark) => remark.trusted || remark.ours)',
    'thread.remarks.filter(() => true)',
  ),
  m(
    'people are answered by rote',
    'acts_happen_once',
    'src/domain/feedback.ts',
    "if (!feedback.isBot || feedback.kind !== 'thread') return null",
    "if (feedback.kind !== 'thread') return null",
  ),
  // Commits.
  m(
    'a push in spite of uncommitted changes',
    'commits_stay_reachable',
    `${D}/delivery.ts`,
    "if (workspace.tree === 'dirty' || workspace.operationInProgress) {",
    'if (workspace.operationInProgress) {',
  ),
  m(
    'every push is forced',
    'commits_stay_reachable',
    `${D}/delivery.ts`,
    'force: o.state.historyRewritten',
    'force: true',
  ),
  m(
    "other people's commits are pushed over",
    'commits_stay_reachable',
    `${D}/delivery.ts`,
    'if (there !== null && o.foreign !== null) {',
    "if (there !== null && o.foreign === 'ahead') {",
  ),
  m(
    'a push without knowing what is there',
    'commits_stay_reachable',
    `${D}/delivery.ts`,
    "if (o.pushed.kind === 'unknown') return lookAgain(o, o.state.stage, o.pushed.why)",
    "if (o.pushed.kind === 'unknown') return deliver(o, head, null)",
  ),
  m(
    'a lease that is not looked at',
    'commits_stay_reachable',
    'src/workspace/worktrees/push.ts',
    'const lease = force ? [`--force-with-lease=',
    "const lease = force ? ['--force', `--no-force-with-lease`] : force ? [`--force-with-lease=",
    ['test/workspace/worktrees.contract.test.ts'],
  ),
  m(
    'a branch is deleted with commits of its own',
    'commits_stay_reachable',
    'src/workspace/worktrees/occupancy.ts',
    "if (unshipped !== null) return { kind: 'kept', commits: await readUnshipped(git, unshipped, shippedHead) }",
    '',
    ['test/workspace/worktrees.contract.test.ts'],
  ),
  m(
    'a rewrite is forgotten before its push',
    'commits_stay_reachable',
    `${E}/actions/working.ts`,
    'historyRewritten: group.historyRewritten || rewritten',
    'historyRewritten: group.historyRewritten',
  ),
  // Once.
  m(
    'a second PR for one that a person closed',
    'acts_happen_once',
    `${D}/closed.ts`,
    "if (pr.state === 'closed' && pr.number !== o.state.abandonedPr) {",
    "if (pr.state === 'closed' && o.state.abandonedPr !== null) {",
  ),
  m(
    'merged into a branch that nobody named',
    'merges_only_what_the_gate_allows',
    `${D}/closed.ts`,
    "if (pr.state === 'open' && pr.baseBranch !== o.options.targetBranch) {",
    "if (pr.state === 'open' && pr.baseBranch === '') {",
  ),
  m(
    'answers before the fix is pushed',
    'acts_happen_once',
    `${D}/decide.ts`,
    '  decideDelivery, // gate, push, pull request\n  decideReplies, //',
    '  decideReplies,\n  decideDelivery, //',
  ),
  m(
    'a thread is resolved although somebody wrote on',
    'acts_happen_once',
    `${E}/actions/replying.ts`,
    "resolve: disposition.action !== 'declined' && !isNewer(o, asked)",
    "resolve: disposition.action !== 'declined'",
  ),
  m(
    'a follow-up session forgets what was asked',
    'acts_happen_once',
    `${E}/actions/working.ts`,
    'isAboutReviews(action.ask) ? evidence',
    "action.purpose === 'fix-review' ? evidence",
  ),
  m(
    'a PR of long ago counts as ours',
    'acts_happen_once',
    `${E}/observe.ts`,
    "return isGivenUp || !isAskedFor ? { kind: 'none' } : pr",
    "return isGivenUp ? { kind: 'none' } : pr",
  ),
  // Tasks.
  m(
    'done with uncommitted changes',
    'tasks_need_evidence',
    `${D}/completion.ts`,
    "if (workspace.tree === 'dirty' || workspace.operationInProgress) return finishLeftovers",
    'if (workspace.operationInProgress) return finishLeftovers',
  ),
  m(
    'done without a commit',
    'tasks_need_evidence',
    `${D}/completion.ts`,
    'return workspace.head === attempt.startHead\n',
    'return workspace.ahead === 0\n',
  ),
  m(
    'done with red checks',
    'tasks_need_evidence',
    `${D}/completion.ts`,
    "if (gate?.outcome === 'failed') {",
    "if (gate?.outcome === 'failed' && attempt.purpose !== 'task') {",
  ),
  m(
    '"nothing to do" is believed when nobody could tell',
    'tasks_need_evidence',
    `${D}/completion.ts`,
    "if (confirmation.verdict === 'confirmed') {",
    "if (confirmation.verdict !== 'refuted') {",
  ),
  m(
    'pushed without the own checks',
    'tasks_need_evidence',
    `${D}/delivery.ts`,
    'return decideGate(o, head) ?? push(o, head)',
    'return push(o, head)',
  ),
  m(
    'success although a criterion is refuted',
    'tasks_need_evidence',
    `${D}/run.ts`,
    "if (current.results.every((result) => result.verdict === 'confirmed')) return",
    "if (current.results.some((result) => result.verdict === 'confirmed')) return",
  ),
  m(
    'proof of another commit counts',
    'tasks_need_evidence',
    `${D}/run.ts`,
    'verification !== null && verification.commit === target ? verification : null',
    'verification',
  ),
  // Money.
  m(
    'a session after the money is gone',
    'spend_is_capped',
    `${D}/affordable.ts`,
    'if (costLeftUsd !== null && costLeftUsd <= 0) {',
    'if (costLeftUsd !== null && costLeftUsd < 0) {',
  ),
  m(
    'one session too many',
    'spend_is_capped',
    `${D}/affordable.ts`,
    'if (sessionsLeft !== null && sessionsLeft <= 0) {',
    'if (sessionsLeft !== null && sessionsLeft < 0) {',
  ),
  m(
    'money in flight is granted again',
    'spend_is_capped',
    'src/domain/budget.ts',
    "session.outcome === 'running' ? (session.reservedUsd ?? 0) : 0",
    '0',
  ),
  m(
    'a recalled answer is thrown away',
    'spend_is_capped',
    `${E}/recovery.ts`,
    "return { outcome: 'completed', output: recalled.output, ...recalled.spend }",
    "return { outcome: 'lost', conversation: true, ...recalled.spend }",
  ),
  m(
    'CI is mended without end',
    'spend_is_capped',
    `${D}/ci.ts`,
    'if (ciFixes >= o.policy.maxCiFixes) {',
    'if (ciFixes > 100 * o.policy.maxCiFixes) {',
  ),
  m(
    'delivered fixes are not counted',
    'liveness',
    `${E}/actions/working.ts`,
    'delivered && counter !== undefined',
    "delivered && counter === 'conflicts'",
  ),
  m(
    'a fix for checks that are green by now',
    'spend_is_capped',
    `${D}/obsolete.ts`,
    "return reason.kind === 'gone' && isUntouched ?",
    "return reason.kind === 'gone' && attempt.sessions > 99 ?",
  ),
  // Usage limits.
  m(
    'the account is asked while it refuses',
    'usage_limits_cost_nothing',
    `${D}/affordable.ts`,
    'if (usageLimitUntil !== null && usageLimitUntil > o.now) {',
    'if (usageLimitUntil !== null && usageLimitUntil > o.now + 86_400_000) {',
  ),
  m(
    'a refusal counts as a failure',
    'usage_limits_cost_nothing',
    `${E}/settle.ts`,
    "outcome.kind === 'refused' ? attempt.failures : 0",
    "outcome.kind === 'refused' ? attempt.failures + 1 : 0",
  ),
  m(
    'a refused session uses up attempts',
    'usage_limits_cost_nothing',
    `${E}/attempts.ts`,
    "request.ask === 'leftovers' ? 1 : 0",
    "request.kind === 'finish' ? 1 : 0",
  ),
  // Cures.
  m(
    'force leaves counters spent',
    'blocks_name_a_cure',
    'src/domain/group-state.ts',
    'counters: zeroCounters(),\n    guard:',
    'guard:',
  ),
  m(
    'force leaves verification spent',
    'blocks_name_a_cure',
    'src/operations/resume.ts',
    'usageLimitWaits: 0, verification: null }',
    'usageLimitWaits: 0 }',
  ),
  m(
    'a cure that does not exist',
    'blocks_name_a_cure',
    `${D}/affordable.ts`,
    "command: 'claudetm resume --max-cost <more>'",
    "command: 'claudetm resume --more-money'",
  ),
  m(
    'force accepts what nobody asked about',
    'merges_only_what_the_gate_allows',
    'src/domain/group-state.ts',
    '    ...accepted(state.block?.accepts),',
    '    ...accepted(state.block?.accepts),\n    noChecksAcceptedFor: state.lastPushed,',
  ),
  // For ever.
  m(
    'looks that fail have no bound',
    'liveness',
    `${D}/answers.ts`,
    'if (attempt > o.policy.maxUnknowns) {',
    'if (attempt > 1_000 * o.policy.maxUnknowns) {',
  ),
  m(
    'failed looks are not counted',
    'liveness',
    `${E}/reconciler.ts`,
    "action.because === 'unknown' ? group.unknowns + 1 : 0",
    "action.because === 'unknown' ? group.unknowns : 0",
  ),
  m(
    'CI may take for ever',
    'liveness',
    `${D}/ci.ts`,
    '(o.state.waitingSince ?? o.now) + o.policy.ciDeadlineMs',
    'o.now + o.policy.ciDeadlineMs',
  ),
  m(
    'a second look is cut off again and again',
    'liveness',
    `${E}/settle.ts`,
    "if (reading.outcome.kind === 'cut_off') {",
    "if (reading.outcome.kind === 'cut_off' && attempt.sessions > 99) {",
  ),
  m(
    'a refused merge is tried for ever',
    'liveness',
    `${E}/actions/merging.ts`,
    'mergeRefusals: group.counters.mergeRefusals + 1',
    'mergeRefusals: group.counters.mergeRefusals',
  ),
  m(
    'a scheduled merge is waited for without end',
    'liveness',
    `${D}/scheduled.ts`,
    'if (o.now >= until) {',
    'if (o.now > until + o.now) {',
  ),
  m(
    'verification goes round',
    'liveness',
    `${D}/run.ts`,
    'if (rounds < o.policy.maxVerificationRounds) return',
    'if (rounds >= 0) return',
  ),
  // One owner.
  m(
    'a passed fence is not noticed',
    'one_owner',
    'src/store/state-dir/run-lock.ts',
    'return highestOf(readdirSync(directory)) === fence',
    'return highestOf(readdirSync(directory)) >= fence',
    ['test/store/run-lock.test.ts', 'test/store/contract.test.ts'],
  ),
  m(
    'a state saved over a newer one',
    'one_owner',
    'src/store/state-dir/state-dir-store.ts',
    'if (storedRunId === state.runId && storedRevision === state.revision) return',
    'if (storedRunId === state.runId) return',
    ['test/store/contract.test.ts'],
  ),
  // What the simulation found.
  m(
    'a scheduled merge ships what somebody else pushed since',
    'merges_only_what_the_gate_allows',
    `${D}/scheduled.ts`,
    "if (workspace.kind === 'present' && workspace.head !== pr.pr.head)",
    "if (workspace.kind === 'absent' && o.now < 0)",
    ['test/domain/decide.test.ts'],
  ),
  m(
    'work of ours below a forced push counts as looked at',
    'tasks_need_evidence',
    `${E}/actions/updating.ts`,
    'historyRewritten || !isOnLooked ?',
    'historyRewritten ?',
    ['test/simulation/found.test.ts'],
  ),
  m(
    'a run ends in success with a message unread',
    'tasks_need_evidence',
    `${E}/engine.ts`,
    'if (!isEdited && context.memory.state().messages.length === 0) return end',
    'if (!isEdited) return end',
    ['test/simulation/edits.test.ts'],
  ),
  m(
    'plan.md is there before it is known to be ours',
    'tasks_need_evidence',
    `${E}/plan-file.ts`,
    'if (state.planFileDigest === null) await memory.update(note)',
    '',
    ['test/simulation/edits.test.ts'],
  ),
  m(
    'the same commit is judged as often as any other',
    'liveness',
    `${D}/run.ts`,
    'return isRepeat || round >= policy.maxVerificationRounds',
    'return round >= policy.maxVerificationRounds',
    ['test/engine/engine.test.ts'],
  ),
  m(
    'who was replaced during an installation goes on',
    'one_owner',
    `${E}/actions/workspace.ts`,
    'await requireOwner(context) //',
    '//',
    ['test/simulation/found.test.ts'],
  ),
  // Only the workspace.
  m('a session may push', 'workspace_only', 'src/agent/claude/guard/git-rules.ts', 'push: always(PUSHING),', '', [
    'test/agent/guard.test.ts',
  ]),
]

function m(
  name: string,
  rule: Mutation['rule'],
  file: string,
  from: string,
  to: string,
  tests?: readonly string[],
): Mutation {
  return { name, rule, file, from, to, ...(tests === undefined ? {} : { tests }) }
}
