/**
 * A history as data: how the world is set up, how sessions and checks turn out, and what happens when. The same history
 * is the same run every time, and a shorter one is found by leaving things out.
 */

export type Setup = {
  /** Tasks of each PR group; every group depends on the one before. */
  readonly groups: readonly number[]
  readonly criteria: 'none' | 'command' | 'judged' | 'both'
  readonly autoMerge: boolean
  readonly maxSessions: number | null
  readonly maxCostUsd: number | null
  readonly pauseOnPr: boolean
  readonly draft: boolean
  readonly syncBeforeMerge: boolean
  /** `none`: the repository has no CI at all. */
  readonly ci: 'checks' | 'none'
  /** Rules of the target branch. */
  readonly rules: 'free' | 'up_to_date' | 'approval' | 'queue' | 'auto_merge'
  /** Review bots are known to comment some time after green. */
  readonly bots: boolean
  /** Of the project's own checks (ms). */
  readonly gateMs: number
}

export const PLAIN_SETUP: Setup = {
  groups: [1],
  criteria: 'none',
  autoMerge: true,
  maxSessions: null,
  maxCostUsd: null,
  pauseOnPr: false,
  draft: false,
  syncBeforeMerge: false,
  ci: 'checks',
  rules: 'free',
  bots: false,
  gateMs: 1_000,
}

/** How a session that was to change something behaves; first come first served, then all are `diligent`. */
export const BEHAVIOURS = [
  'diligent',
  'commits_nothing', // and says "done"
  'leaves_dirty', // committed, and something is left
  'leaves_everything', // nothing committed
  'stops_half_way', // in a rebase
  'cut_off',
  'cut_off_with_commit',
  'refused',
  'refused_until',
  'fails',
  'fails_after_commit',
  'fails_for_good',
  'hangs',
  'no_shape', // the answer is not what was asked for
  'blocked',
  'nothing_to_do',
  'claims_nothing_to_do', // and there is
  'breaks_gate',
  'breaks_ci',
  'deletes_test',
  'explains',
  'declines',
  'claims_fixed', // and commits nothing
  'answers_strangers', // threads it was not asked about
  'counts_from_nought', // its verdicts, whatever their numbers
] as const
export type Behaviour = (typeof BEHAVIOURS)[number]

/** What becomes of the checks of a new head; first come first served, then all are `green` unless the code is broken. */
export const SUITES = [
  'green',
  'red',
  'flake',
  'infrastructure',
  'slow',
  'late',
  'never',
  'endless',
  'billing',
] as const
export type Suite = (typeof SUITES)[number]

/** What happens to the very call that is named. */
export const FAULTS = [
  'fails', // did not get there; may be tried again
  'answer_lost', // it happened, nobody told us
  'refused',
  'stale', // a look answers what it answered before
  'partial', // a look misses pages, or shows the checks of an older head
  'crash_before',
  'crash_after',
  'power_cut', // for the whole machine: what the disk was not told to keep is gone
  'frozen', // the process is suspended, and somebody else takes over meanwhile
] as const
export type Fault = (typeof FAULTS)[number]

/** What others do, just before the call that is named. */
export const DEEDS = [
  'pause',
  'stop',
  'interrupt',
  'second_process',
  'taken_over',
  'disk_full',
  'clock_forward',
  'clock_back',
  'message', // to the run, from another terminal
  'plan_add',
  'plan_remove',
  'plan_tick',
  'plan_untick',
  'plan_reword',
  'plan_group',
  'plan_nonsense',
  'plan_opened', // in an editor
  'plan_saved', // from there, with a task added
  'thread_person',
  'thread_bot',
  'thread_stranger',
  'thread_goes_on',
  'thread_resolved',
  'thread_reopened',
  'remark_edited',
  'changes_person',
  'changes_bot',
  'changes_dismissed',
  'comment_person',
  'comment_nod',
  'push_person',
  'push_force_person',
  'merged_person',
  'closed_person',
  'reopened_person',
  'base_changed',
  'branch_deleted',
  'target_moves',
  'target_clashes',
  'target_red',
  'target_green',
  'checks_turn_red',
  'checks_again',
  'queue_drops_it',
  'criterion_breaks', // on the merged code
  'criterion_holds',
  'user_commits', // in the checkout, on the target branch
  'user_edits', // in the checkout, not committed
] as const
export type Deed = (typeof DEEDS)[number]

/** Calls that a process of ours makes outside of itself. */
export const CALLS = [
  'agent.begin',
  'agent.edit',
  'agent.commit',
  'agent.answer',
  'agent.recall',
  'forge.targetHead',
  'forge.observePushed',
  'forge.observe',
  'forge.ensureOpen',
  'forge.edit',
  'forge.markReady',
  'forge.changed',
  'forge.failureLogs',
  'forge.rerun',
  'forge.reply',
  'forge.requestReview',
  'forge.setNotice',
  'forge.updateBranch',
  'forge.merge',
  'forge.cancelScheduled',
  'forge.deleteHeadBranch',
  'workspace.ensure',
  'workspace.checkout',
  'workspace.install',
  'workspace.observe',
  'workspace.gate',
  'workspace.command',
  'workspace.changes',
  'workspace.push',
  'workspace.relate',
  'workspace.integrate',
  'workspace.fastForward',
  'workspace.release',
  'disk.write',
  'clock.sleep',
] as const
export type Call = (typeof CALLS)[number]

export type Move = {
  /** At the `nth` time (from nought) that any process makes this call. */
  readonly call: Call
  readonly nth: number
  readonly what: Fault | Deed
}

export type History = {
  readonly setup: Setup
  readonly behaviours: readonly Behaviour[]
  readonly suites: readonly Suite[]
  readonly moves: readonly Move[]
  /** Processes die right after these changes to disk or world, counted from the beginning. */
  readonly crashes: readonly number[]
}

export const PLAIN_HISTORY: History = { setup: PLAIN_SETUP, behaviours: [], suites: [], moves: [], crashes: [] }

export function describeHistory({ setup, behaviours, suites, moves, crashes }: History): string {
  const changed = Object.entries(setup).filter(
    ([key, value]) => JSON.stringify(value) !== JSON.stringify(PLAIN_SETUP[key as keyof Setup]),
  )
  return [
    `setup: ${changed.map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(' ') || 'plain'}`,
    ...(behaviours.length > 0 ? [`sessions: ${behaviours.join(', ')}`] : []),
    ...(suites.length > 0 ? [`checks: ${suites.join(', ')}`] : []),
    ...moves.map(({ call, nth, what }) => `at ${call} #${nth}: ${what}`),
    ...(crashes.length > 0 ? [`crashes after changes: ${crashes.join(', ')}`] : []),
  ].join('\n')
}
