/**
 * What may never happen, whatever agents, forges, people and machines do. Every bench (exploration, simulation, crashes,
 * attacks) checks these by their ids, and reports what it explored for each.
 */
export const SAFETY_RULES = {
  merges_only_what_the_gate_allows: 'nothing merges unless every clause of the merge gate held for the merged head',
  commits_stay_reachable: 'no commit that an agent made is ever unreachable',
  acts_happen_once:
    'one branch, one PR and one merge per group; one reply per thread and round; nothing is resolved before its fix is on the remote',
  tasks_need_evidence: 'a task is done only with evidence; each plan task exactly once; no edit skips one',
  spend_is_capped:
    'spend exceeds a cap by no more than the call in flight; every session is accounted; none is repeated for delivered work',
  usage_limits_cost_nothing: 'a usage limit charges no task and stops no run',
  workspace_only: "nothing outside the workspace is written; the user's checkout is never touched",
  no_secrets: 'no secret is in any file, log, event, pull request or prompt',
  blocks_name_a_cure: 'a block names a cause and a command, and that command works',
  one_owner: 'at most one owner acts at a time: a superseded owner that wakes up can do nothing',
} as const

export type SafetyRule = keyof typeof SAFETY_RULES

/** One line of a bench's result: how much of what was tried against a rule, and what broke it. */
export type BenchResult = {
  readonly bench: string
  readonly rule: SafetyRule
  /** What was counted: `states`, `transitions`, `histories`, `kills`, `attacks`, ... */
  readonly unit: string
  readonly tried: number
  readonly violations: readonly string[]
}
