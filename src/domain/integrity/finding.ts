/** What the diff guard finds in the work of a session, by class, and what a person or a second look makes of it. */
import type { CommitSha } from '../ids.ts'

export const INTEGRITY_CLASSES = [
  'tests_deleted',
  'tests_skipped',
  'tests_weakened',
  'checks_loosened',
  'checks_silenced',
  'ci_changed',
  'lockfile_alone',
  'agent_instructions',
  'git_controls',
  'submodules',
  'symlinks_outside',
  'large_files',
  'stray_files',
  'secrets',
  'unread',
] as const
export type IntegrityClass = (typeof INTEGRITY_CLASSES)[number]

/**
 * `reason`: let through when the plan asks for it, else as `review`. `review`: a fresh read-only session has to confirm
 * that it belongs to the work. `block`: only a person lets it through.
 */
export const INTEGRITY_RULES = ['allow', 'reason', 'review', 'block'] as const
export type IntegrityRule = (typeof INTEGRITY_RULES)[number]

export type IntegrityPolicy = Readonly<Record<IntegrityClass, IntegrityRule>>

export type IntegrityFinding = {
  /** The same change has the same id on every later commit, wherever its lines have moved to. */
  readonly id: string
  readonly class: IntegrityClass
  readonly path: string
  readonly line: number | null
  /** One sentence. */
  readonly what: string
  /** The changed lines, bounded; empty for secrets. */
  readonly excerpt: string
}

/** Evidence: what was found between `since` and `commit`. */
export type IntegrityLook = {
  readonly since: CommitSha
  readonly commit: CommitSha
  readonly findings: readonly IntegrityFinding[]
  readonly at: number
}

/** Why a finding does not hold up the work. Kept with what was found: it is shown in the pull request. */
export type LetThrough = Pick<IntegrityFinding, 'id' | 'class' | 'path' | 'line' | 'what'> & {
  readonly how: 'asked_for' | 'confirmed' | 'waived'
  /** Who said so: "the plan", "a second session", a person. */
  readonly by: string
  readonly why: string
  readonly at: number
}

export type FindingVerdict = {
  readonly finding: string
  readonly verdict: 'confirmed' | 'refuted' | 'inconclusive'
  readonly evidence: string
}

/** Why a session changed what it changed, in its own words: a claim for the second look, never evidence. */
export type Explanation = { readonly path: string; readonly why: string }

export type Guard = {
  /** What is at or before this commit came from other people; null = what the group began with. */
  readonly since: CommitSha | null
  readonly look: IntegrityLook | null
  readonly letThrough: readonly LetThrough[]
  /** Of the second look at `look.commit`; null = none yet, or the session has justified itself since. */
  readonly verdicts: { readonly commit: CommitSha; readonly given: readonly FindingVerdict[] } | null
  /** Second looks in a row that came to no answer, and when the latest ended. */
  readonly failures: number
  readonly lastEndedAt: number | null
  /** Findings that the working conversation was asked about: once each. */
  readonly asked: readonly string[]
  readonly explanations: readonly Explanation[]
}

export const FRESH_GUARD: Guard = {
  since: null,
  look: null,
  letThrough: [],
  verdicts: null,
  failures: 0,
  lastEndedAt: null,
  asked: [],
  explanations: [],
}
