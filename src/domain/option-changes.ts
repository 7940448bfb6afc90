/** Options of a run that can be changed while it lives; what is left out stays as it is. */
import type { RunOptions } from './run.ts'

export const CHANGEABLE_OPTIONS = [
  'model',
  'autoMerge',
  'maxSessions',
  'maxPrs',
  'pauseOnPr',
  'prPerTask',
  'sessionBudgetUsd',
  'maxCostUsd',
  'verify',
  'logLevel',
  'mergeMethod',
  'admin',
  'syncBeforeMerge',
  'draft',
] as const satisfies readonly (keyof RunOptions)[]

export type OptionChanges = Partial<Pick<RunOptions, (typeof CHANGEABLE_OPTIONS)[number]>>
