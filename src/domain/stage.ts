/** Where a PR group is and where a run is, in the words people see. */

export const STAGES = [
  'pending',
  'working',
  'pr_created',
  'waiting_ci',
  'ci_failed',
  'waiting_reviews',
  'addressing_reviews',
  'resolving_conflicts',
  'ready_to_merge',
  'merged',
  'releasing',
  'release_fix',
  'done',
] as const
export type Stage = (typeof STAGES)[number]

export const RUN_STATUSES = ['planning', 'working', 'paused', 'blocked', 'stopped', 'success', 'failed'] as const
export type RunStatus = (typeof RUN_STATUSES)[number]

export const SESSION_KINDS = [
  'plan',
  'plan-update',
  'work',
  'finish',
  'fix-gate',
  'fix-integrity',
  'fix-ci',
  'fix-review',
  'resolve-conflict',
  'confirm',
  'second-look',
  'verify',
  'release-check',
] as const
export type SessionKind = (typeof SESSION_KINDS)[number]
