/**
 * Every setting there is: its key in config.json, its environment variable, what it may be and what it is when nobody
 * says anything. Reading, `config init`, `config show` and the messages about mistakes all come from this table.
 */
import type { Effort } from '../agent/agent.ts'
import {
  INTEGRITY_CLASSES,
  INTEGRITY_RULES,
  type IntegrityClass,
  type IntegrityRule,
} from '../domain/integrity/finding.ts'
import { DEFAULT_POLICY } from '../domain/policy.ts'
import { MERGE_METHODS, MODEL_TIERS, type ModelTier } from '../domain/run.ts'
import { READ_ONLY_TOOLS, REVIEW_BOTS } from './config.ts'
import * as kind from './value-kinds.ts'

export type Setting<T> = {
  readonly kind: kind.ValueKind<T>
  readonly default: T | null
  readonly variable: string | null
  readonly secret: boolean
  /** A value that generated files of the original contain and that says no more than the default. */
  readonly sameAsUnset: T | null
}

/** A setting that always has a value. */
type Valued<T> = Setting<T> & { readonly default: T }

type Extras<T> = Partial<Pick<Setting<T>, 'variable' | 'secret' | 'sameAsUnset'>>

function optional<T>(valueKind: kind.ValueKind<T>, extras: Extras<T> = {}): Setting<T> {
  return { kind: valueKind, default: null, variable: null, secret: false, sameAsUnset: null, ...extras }
}

function valued<T>(valueKind: kind.ValueKind<T>, standard: T, extras: Extras<T> = {}): Valued<T> {
  return { ...optional(valueKind, extras), default: standard }
}

function perTier<Section extends string, T>(section: Section, toSetting: (tier: ModelTier) => Valued<T>) {
  const rows = MODEL_TIERS.map((tier) => [`${section}.${tier}`, toSetting(tier)])
  return Object.fromEntries(rows) as Record<`${Section}.${ModelTier}`, Valued<T>>
}

/** What happens to what the diff guard finds, by class. */
const INTEGRITY = Object.fromEntries(
  INTEGRITY_CLASSES.map((name) => [
    `integrity.${name}`,
    valued(kind.choice(INTEGRITY_RULES), DEFAULT_POLICY.integrity[name]),
  ]),
) as Record<`integrity.${IntegrityClass}`, Valued<IntegrityRule>>

const MODELS: Readonly<Record<ModelTier, string>> = {
  opus: 'claude-opus-5',
  sonnet: 'claude-sonnet-5',
  haiku: 'claude-haiku-4-5',
  fable: 'claude-fable-5',
  sonnet_1m: 'claude-sonnet-5',
}

/** By tier, never by a task's tag: two tags may end up on one model. */
const EFFORTS: Readonly<Record<ModelTier, Effort>> = {
  opus: 'max',
  sonnet: 'medium',
  haiku: 'low',
  fable: 'max',
  sonnet_1m: 'high',
}

const CONTEXT_WINDOWS: Readonly<Record<ModelTier, number>> = {
  opus: 1_000_000,
  sonnet: 200_000,
  haiku: 200_000,
  fable: 1_000_000,
  sonnet_1m: 1_000_000,
}

const contextTokens = kind.wholeNumber('a whole number of tokens from 10000 to 10000000', {
  min: 10_000,
  max: 10_000_000,
})
const turns = kind.wholeNumber('a whole number from 1 to 1000000, or 0 for no limit', { min: 0, max: 1_000_000 })
const apiKey = kind.word('a key without blanks')

export const SETTINGS = {
  version: valued(kind.choice(['1.0']), '1.0'),

  'api.anthropic_api_key': optional(apiKey, { variable: 'ANTHROPIC_API_KEY', secret: true }),
  'api.anthropic_base_url': optional(kind.webAddress, {
    variable: 'ANTHROPIC_BASE_URL',
    sameAsUnset: 'https://api.anthropic.com',
  }),
  'api.openrouter_api_key': optional(apiKey, { variable: 'OPENROUTER_API_KEY', secret: true }),
  'api.openrouter_base_url': valued(kind.webAddress, 'https://openrouter.ai/api/v1', {
    variable: 'OPENROUTER_BASE_URL',
    sameAsUnset: 'https://openrouter.ai/api/v1',
  }),

  ...perTier('models', (tier) =>
    valued(kind.word('the id of a model'), MODELS[tier], { variable: `CLAUDETM_MODEL_${tier.toUpperCase()}` }),
  ),
  ...perTier('efforts', (tier) =>
    valued(kind.choice<Effort>(['low', 'medium', 'high', 'xhigh', 'max']), EFFORTS[tier]),
  ),
  ...perTier('context_windows', (tier) =>
    valued(contextTokens, CONTEXT_WINDOWS[tier], { variable: `CLAUDETM_CONTEXT_${tier.toUpperCase()}` }),
  ),

  'git.target_branch': optional(kind.branchName, { variable: 'CLAUDETM_TARGET_BRANCH' }),
  'git.merge_method': optional(kind.choice(MERGE_METHODS)),
  'git.draft': valued(kind.flag, false),
  'git.auto_push': valued(
    kind.onlyTrue('A pull request needs its branch pushed; to look before anything is merged use --no-auto-merge'),
    true,
  ),

  'tools.planning': valued(kind.toolList, [...READ_ONLY_TOOLS]),
  'tools.verification': valued(kind.toolList, ['Read', 'Glob', 'Grep']),
  'tools.working': valued(kind.toolList, []),

  checks: optional(kind.checkList),
  install: optional(kind.installCommand),
  sandbox: valued(kind.choice(['auto', 'on', 'off']), 'auto'),
  forge: valued(kind.choice(['auto', 'local', 'github']), 'auto'),

  'github.trusted_authors': valued(kind.nameList, []),
  'github.trusted_bots': valued(kind.nameList, [...REVIEW_BOTS]),
  'github.webhook_port': optional(kind.port, { variable: 'CLAUDETM_GITHUB_WEBHOOK_PORT' }),
  'github.webhook_secret': optional(kind.word('a secret without blanks'), {
    variable: 'CLAUDETM_GITHUB_WEBHOOK_SECRET',
    secret: true,
  }),

  'webhooks.url': optional(kind.webhookAddress, { variable: 'CLAUDETM_WEBHOOK_URL', secret: true }),
  'webhooks.secret': optional(kind.word('a secret without blanks'), {
    variable: 'CLAUDETM_WEBHOOK_SECRET',
    secret: true,
  }),
  'webhooks.allow_private': valued(kind.flag, false, { variable: 'CLAUDETM_WEBHOOKS_ALLOW_PRIVATE' }),
  'webhooks.allow_http': valued(kind.flag, false, { variable: 'CLAUDETM_WEBHOOKS_ALLOW_HTTP' }),

  'limits.max_turns': valued(turns, 2_000, { variable: 'CLAUDETM_MAX_TURNS' }),
  'limits.session_budget_usd': optional(kind.usd, { variable: 'CLAUDETM_BUDGET' }),
  'limits.stream_idle_timeout_sec': valued(kind.seconds(), 1_800, { variable: 'CLAUDETM_STREAM_IDLE_TIMEOUT_SEC' }),
  'limits.post_completion_idle_timeout_sec': valued(kind.seconds(), 120, {
    variable: 'CLAUDETM_POST_COMPLETION_IDLE_TIMEOUT_SEC',
  }),
  'limits.check_timeout_sec': valued(kind.seconds(), 1_800),
  'limits.install_timeout_sec': valued(kind.seconds(), 900),
  'limits.usage_limit_max_waits': valued(
    kind.wholeNumber('a whole number from 0 to 10000', { min: 0, max: 10_000 }),
    48,
    { variable: 'CLAUDETM_USAGE_LIMIT_MAX_WAITS' },
  ),
  'limits.usage_limit_max_wait_sec': valued(kind.seconds(), 21_600, { variable: 'CLAUDETM_USAGE_LIMIT_MAX_WAIT_SEC' }),

  'policy.max_ci_fixes': valued(kind.attempts(), DEFAULT_POLICY.maxCiFixes),
  'policy.max_reruns': valued(kind.attempts(), DEFAULT_POLICY.maxReruns),
  'policy.flake_reruns': valued(kind.attempts(), DEFAULT_POLICY.flakeReruns),
  'policy.max_syncs': valued(kind.attempts(), DEFAULT_POLICY.maxSyncs),
  'policy.max_conflicts': valued(kind.attempts(), DEFAULT_POLICY.maxConflicts),
  'policy.max_review_rounds': valued(kind.attempts(), DEFAULT_POLICY.maxReviewRounds),
  'policy.max_gate_fixes': valued(kind.attempts(), DEFAULT_POLICY.maxGateFixes),
  'policy.max_integrity_fixes': valued(kind.attempts(), DEFAULT_POLICY.maxIntegrityFixes),
  'policy.max_verification_rounds': valued(kind.attempts(), DEFAULT_POLICY.maxVerificationRounds),
  'policy.ci_deadline_sec': valued(kind.seconds(), DEFAULT_POLICY.ciDeadlineMs / 1_000),
  'policy.no_checks_grace_sec': valued(kind.seconds(0), DEFAULT_POLICY.noChecksGraceMs / 1_000),
  'policy.red_base_wait_sec': valued(kind.seconds(0), DEFAULT_POLICY.redBaseWaitMs / 1_000),
  'policy.schedule_deadline_sec': valued(kind.seconds(), DEFAULT_POLICY.scheduleDeadlineMs / 1_000),
  'policy.review_quiet_sec': valued(kind.seconds(0), DEFAULT_POLICY.reviewQuietMs / 1_000),
  'policy.quick_gate_sec': valued(kind.seconds(0), DEFAULT_POLICY.quickGateMs / 1_000),
  'policy.usage_limit_default_wait_sec': valued(kind.seconds(), DEFAULT_POLICY.usageLimitDefaultWaitMs / 1_000, {
    variable: 'CLAUDETM_USAGE_LIMIT_DEFAULT_WAIT_SEC',
  }),
  'policy.bot_change_requests_block': valued(kind.flag, DEFAULT_POLICY.botChangeRequestsBlock),
  'policy.tolerated_failures': valued(kind.toleratedFailures, [], {
    variable: 'CLAUDETM_TOLERATED_CHECK_FAILURES',
  }),

  ...INTEGRITY,
}

export type SettingPath = keyof typeof SETTINGS

/** Every setting's value, in the units of config.json. */
export type SettingValues = {
  readonly [Path in SettingPath]: (typeof SETTINGS)[Path] extends Valued<infer T>
    ? T
    : (typeof SETTINGS)[Path] extends Setting<infer T>
      ? T | null
      : never
}

export const SETTING_PATHS = Object.keys(SETTINGS) as SettingPath[]

export function isSettingPath(path: string): path is SettingPath {
  return Object.hasOwn(SETTINGS, path)
}
