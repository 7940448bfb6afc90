/** Every class of finding: what looks for it, what happens by default, and the words with which a plan asks for it. */

import { findAgentInstructions } from './agent-instructions.ts'
import type { Changes } from './changes.ts'
import { findLoosenedChecks } from './checks-loosened.ts'
import { findSilencedChecks } from './checks-silenced.ts'
import { findCiChanges } from './ci-changed.ts'
import type { IntegrityClass, IntegrityPolicy, IntegrityRule } from './finding.ts'
import { findGitControls } from './git-controls.ts'
import { findLargeFiles } from './large-files.ts'
import { findLoneLockfiles } from './lockfiles.ts'
import { findSecrets } from './secrets.ts'
import type { Sighting } from './sighting.ts'
import { findStrayFiles } from './stray-files.ts'
import { findSubmodules } from './submodules.ts'
import { findOutsideLinks } from './symlinks-outside.ts'
import { findDeletedTests } from './tests-deleted.ts'
import { findSkippedTests } from './tests-skipped.ts'
import { findWeakenedTests } from './tests-weakened.ts'
import { findUnread } from './unread.ts'

export type ClassRow = {
  /** For people: "deleted tests". */
  readonly words: string
  readonly rule: IntegrityRule
  readonly find: (changes: Changes) => readonly Sighting[]
  /** A task that says this has asked for it. */
  readonly asks: RegExp
}

export const CLASSES: Readonly<Record<IntegrityClass, ClassRow>> = {
  tests_deleted: {
    words: 'deleted tests',
    rule: 'review',
    find: findDeletedTests,
    asks: /\b(?:delete|remove|drop|prune|retire)\w*\b[^.\n]{0,60}\btests?\b/i,
  },
  tests_skipped: {
    words: 'skipped tests',
    rule: 'review',
    find: findSkippedTests,
    asks: /\b(?:skip|disable|quarantine|ignore)\w*\b[^.\n]{0,60}\btests?\b/i,
  },
  tests_weakened: {
    words: 'weakened tests',
    rule: 'review',
    find: findWeakenedTests,
    asks: /\b(?:loosen|relax|simplif)\w*\b[^.\n]{0,60}\b(?:tests?|assertions?|expectations?)\b/i,
  },
  checks_loosened: {
    words: 'loosened checks',
    rule: 'review',
    find: findLoosenedChecks,
    asks: /\b(?:lint\w*|type.?check\w*|coverage|thresholds?|tsconfig|eslint|biome|mypy|ruff)\b|(?<![\w./-])CI(?![\w/-]|\.\w)/i,
  },
  checks_silenced: {
    words: 'silenced checks',
    rule: 'review',
    find: findSilencedChecks,
    asks: /\b(?:suppress|silence|ignore|disable)\w*\b[^.\n]{0,60}\b(?:warnings?|lint\w*|types?|errors?|rules?)\b/i,
  },
  ci_changed: {
    words: 'changed CI',
    rule: 'reason',
    find: findCiChanges,
    asks: /(?<![\w./-])CI(?![\w/-]|\.\w)|\bworkflows?\b|\bpipelines?\b|\bgithub actions?\b|\bcontinuous integration\b|\bgitlab-ci\b/i,
  },
  lockfile_alone: {
    words: 'lockfile without its manifest',
    rule: 'reason',
    find: findLoneLockfiles,
    asks: /\block ?-?files?\b|\bdependenc(?:y|ies)\b|\b(?:upgrade|update|bump|pin|audit)\w*\b[^.\n]{0,40}\b(?:packages?|versions?|modules?|crates?|gems?)\b/i,
  },
  agent_instructions: {
    words: 'agent instructions',
    rule: 'reason',
    find: findAgentInstructions,
    asks: /\bagents?\b[^.\n]{0,30}\b(?:instructions?|rules?|guide\w*|docs?)\b|\bMCP\b|\bskills?\b/i,
  },
  git_controls: {
    words: 'git attributes and hooks',
    rule: 'reason',
    find: findGitControls,
    asks: /\bhooks?\b|\bgit ?attributes?\b|\bhusky\b|\blefthook\b|\bpre-commit\b|\bline endings?\b|\bLFS\b/i,
  },
  submodules: { words: 'submodules', rule: 'reason', find: findSubmodules, asks: /\bsubmodules?\b/i },
  symlinks_outside: {
    words: 'links out of the repository',
    rule: 'block',
    find: findOutsideLinks,
    asks: /\bsym(?:bolic )?-?links?\b/i,
  },
  large_files: {
    words: 'large and binary files',
    rule: 'reason',
    find: findLargeFiles,
    asks: /\b(?:binar(?:y|ies)|images?|assets?|fixtures?|data ?sets?|archives?|models?|wasm|vendor\w*)\b/i,
  },
  stray_files: {
    words: 'files that do not belong here',
    rule: 'review',
    find: findStrayFiles,
    asks: /\b(?:vendor\w*|generated|check(?:ed)? in)\b/i,
  },
  secrets: { words: 'secrets', rule: 'block', find: findSecrets, asks: /(?!)/ },
  unread: { words: 'too large to look at', rule: 'review', find: findUnread, asks: /(?!)/ },
}

export const DEFAULT_INTEGRITY: IntegrityPolicy = Object.fromEntries(
  Object.entries(CLASSES).map(([name, { rule }]) => [name, rule]),
) as Record<IntegrityClass, IntegrityRule>
