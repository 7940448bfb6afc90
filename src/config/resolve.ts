/**
 * The one place where configuration is put together: environment over project file over user file over default, setting
 * by setting. A mistake anywhere is one `config_invalid` with a sentence; nothing is accepted and then ignored.
 */

import { INTEGRITY_CLASSES, type IntegrityPolicy } from '../domain/integrity/finding.ts'
import { DEFAULT_POLICY } from '../domain/policy.ts'
import { MODEL_TIERS, type ModelTier } from '../domain/run.ts'
import { type Config, type ConfigSource, READ_ONLY_TOOLS, type ReadOnlyTool } from './config.ts'
import { type ConfigFile, readConfigFile } from './config-file.ts'
import type { Environment } from './paths.ts'
import { configProblem, isUnset, type Origin, parseSetting } from './setting-value.ts'
import { SETTING_PATHS, SETTINGS, type SettingPath, type SettingValues } from './settings.ts'
import { checkVariables } from './variables.ts'

export type ConfigRequest = {
  readonly environment: Environment
  readonly projectFile: string
  readonly userFile: string
  /** null = there is no such file; throws when it is there and cannot be read. */
  readonly readText: (path: string) => string | null
}

type ConfigSources = Readonly<Record<SettingPath, ConfigSource>>

export type ResolvedConfig = {
  readonly config: Config
  /** By the keys of config.json, in its units: what `config show` prints. */
  readonly values: SettingValues
  readonly sources: ConfigSources
  readonly warnings: readonly string[]
}

export function resolveConfig(request: ConfigRequest): ResolvedConfig {
  const files = {
    project: readConfigFile(request.projectFile, request.readText),
    user: readConfigFile(request.userFile, request.readText),
  }
  const warnings = checkVariables(request.environment)
  const found = SETTING_PATHS.map((path) => [path, findValue(path, request.environment, files)] as const)
  const sources = Object.fromEntries(found.map(([path, { source }]) => [path, source])) as ConfigSources
  const raw = Object.fromEntries(found.map(([path, { value }]) => [path, value])) as SettingValues
  refuseForeignAddress(raw, sources, request.projectFile)
  refuseForeignWebhooks(sources, request.projectFile)
  const values = {
    ...raw,
    'tools.planning': readOnlyTools('tools.planning', raw, warnings),
    'tools.verification': readOnlyTools('tools.verification', raw, warnings),
  }
  return { config: toConfig(values), values, sources, warnings }
}

/** Values that lose are parsed as well: a mistake should not wait for the day its file begins to count. */
function findValue(
  path: SettingPath,
  environment: Environment,
  files: { readonly project: ConfigFile; readonly user: ConfigFile },
): { source: ConfigSource; value: unknown } {
  const { variable } = SETTINGS[path]
  const candidates: { source: ConfigSource; raw: unknown; origin: Origin }[] = [
    ...(variable === null
      ? []
      : [{ source: 'environment' as const, raw: environment[variable], origin: { variable } }]),
    { source: 'project', raw: files.project.raw.get(path), origin: files.project },
    { source: 'user', raw: files.user.raw.get(path), origin: files.user },
  ]
  const stated = candidates
    .filter(({ raw }) => !isUnset(path, raw))
    .map(({ source, raw, origin }) => ({ source, value: parseSetting(path, raw, origin) }))
  return stated[0] ?? { source: 'default', value: SETTINGS[path].default }
}

/**
 * A repository must not be able to have the user's credential sent to an address of its choosing: an address in the
 * project file counts only together with a key from there.
 */
function refuseForeignAddress(values: SettingValues, sources: ConfigSources, projectFile: string): void {
  for (const service of ['anthropic', 'openrouter'] as const) {
    const address = `api.${service}_base_url` as const
    if (sources[address] !== 'project' || sources[`api.${service}_api_key`] === 'project') continue
    throw configProblem(
      address,
      { file: projectFile },
      `is ${JSON.stringify(values[address])}, but the key for it is not in this file. Your own credential is not sent to an address that a project states: set ${SETTINGS[address].variable} or write the address into your own config.json (claudetm config path)`,
    )
  }
}

/** Nor may it choose who is told of a person's runs, or open the person's network to webhooks. */
function refuseForeignWebhooks(sources: ConfigSources, projectFile: string): void {
  for (const path of ['webhooks.url', 'webhooks.secret', 'webhooks.allow_private', 'webhooks.allow_http'] as const) {
    if (sources[path] !== 'project') continue
    throw configProblem(
      path,
      { file: projectFile },
      `cannot be stated by a project: set ${SETTINGS[path].variable}, write it into your own config.json (claudetm config path), or subscribe with: claudetm webhooks add`,
    )
  }
}

function readOnlyTools(
  path: 'tools.planning' | 'tools.verification',
  values: SettingValues,
  warnings: string[],
): ReadOnlyTool[] {
  const asked = values[path]
  const allowed = READ_ONLY_TOOLS.filter((tool) => asked.includes(tool))
  const left = asked.filter((tool) => !allowed.some((known) => known === tool))
  if (left.length > 0) {
    warnings.push(
      `${path}: ${left.join(', ')} left out; these sessions only read (${READ_ONLY_TOOLS.join(', ')}), checks are run by claudetm itself`,
    )
  }
  // An empty list meant "all" in the original, and a session without any tool could not look at anything.
  return allowed.length > 0 ? allowed : [...READ_ONLY_TOOLS]
}

function toConfig(values: SettingValues): Config {
  return {
    api: {
      anthropicApiKey: values['api.anthropic_api_key'],
      anthropicBaseUrl: values['api.anthropic_base_url'],
      openrouterApiKey: values['api.openrouter_api_key'],
      openrouterBaseUrl: values['api.openrouter_base_url'],
    },
    models: byTier((tier) => values[`models.${tier}`]),
    efforts: byTier((tier) => values[`efforts.${tier}`]),
    contextWindows: byTier((tier) => values[`context_windows.${tier}`]),
    git: {
      targetBranch: values['git.target_branch'],
      mergeMethod: values['git.merge_method'],
      draft: values['git.draft'],
    },
    github: {
      trustedAuthors: values['github.trusted_authors'],
      trustedBots: values['github.trusted_bots'],
      webhookPort: values['github.webhook_port'],
      webhookSecret: values['github.webhook_secret'],
    },
    webhooks: {
      url: values['webhooks.url'],
      secret: values['webhooks.secret'],
      allowPrivate: values['webhooks.allow_private'],
      allowHttp: values['webhooks.allow_http'],
    },
    tools: {
      planning: values['tools.planning'] as ReadOnlyTool[],
      verification: values['tools.verification'] as ReadOnlyTool[],
      working: values['tools.working'].length > 0 ? values['tools.working'] : null,
    },
    checks: values.checks,
    install: values.install,
    sandbox: values.sandbox,
    forge: values.forge,
    limits: toLimits(values),
    policy: toPolicy(values),
  }
}

function byTier<T>(pick: (tier: ModelTier) => T): Record<ModelTier, T> {
  return Object.fromEntries(MODEL_TIERS.map((tier) => [tier, pick(tier)])) as Record<ModelTier, T>
}

function toLimits(values: SettingValues): Config['limits'] {
  return {
    maxTurns: values['limits.max_turns'] === 0 ? null : values['limits.max_turns'],
    sessionBudgetUsd: values['limits.session_budget_usd'],
    streamIdleTimeoutMs: values['limits.stream_idle_timeout_sec'] * 1_000,
    postCompletionIdleTimeoutMs: values['limits.post_completion_idle_timeout_sec'] * 1_000,
    checkTimeoutMs: values['limits.check_timeout_sec'] * 1_000,
    installTimeoutMs: values['limits.install_timeout_sec'] * 1_000,
    usageLimitMaxWaits: values['limits.usage_limit_max_waits'],
    usageLimitMaxWaitMs: values['limits.usage_limit_max_wait_sec'] * 1_000,
  }
}

function toPolicy(values: SettingValues): Config['policy'] {
  return {
    ...DEFAULT_POLICY,
    integrity: Object.fromEntries(
      INTEGRITY_CLASSES.map((name) => [name, values[`integrity.${name}`]]),
    ) as IntegrityPolicy,
    maxCiFixes: values['policy.max_ci_fixes'],
    maxReruns: values['policy.max_reruns'],
    flakeReruns: values['policy.flake_reruns'],
    maxSyncs: values['policy.max_syncs'],
    maxConflicts: values['policy.max_conflicts'],
    noChecksGraceMs: values['policy.no_checks_grace_sec'] * 1_000,
    redBaseWaitMs: values['policy.red_base_wait_sec'] * 1_000,
    scheduleDeadlineMs: values['policy.schedule_deadline_sec'] * 1_000,
    maxReviewRounds: values['policy.max_review_rounds'],
    maxGateFixes: values['policy.max_gate_fixes'],
    maxIntegrityFixes: values['policy.max_integrity_fixes'],
    maxVerificationRounds: values['policy.max_verification_rounds'],
    ciDeadlineMs: values['policy.ci_deadline_sec'] * 1_000,
    reviewQuietMs: values['policy.review_quiet_sec'] * 1_000,
    quickGateMs: values['policy.quick_gate_sec'] * 1_000,
    usageLimitDefaultWaitMs: values['policy.usage_limit_default_wait_sec'] * 1_000,
    botChangeRequestsBlock: values['policy.bot_change_requests_block'],
    toleratedFailures: [
      ...DEFAULT_POLICY.toleratedFailures,
      ...values['policy.tolerated_failures'].map((rule) => ({
        check: rule.check,
        descriptionIncludes: rule.description_includes,
      })),
    ],
  }
}
