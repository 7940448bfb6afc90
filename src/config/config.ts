/** The resolved configuration: parsed once, then passed as values. Durations are milliseconds, money is USD. */
import type { Effort } from '../agent/agent.ts'
import type { Policy } from '../domain/policy.ts'
import type { ForgeName, MergeMethod, ModelTier, SandboxMode } from '../domain/run.ts'
import type { ProjectCheck } from '../workspace/workspace.ts'

export type Config = {
  readonly api: {
    readonly anthropicApiKey: string | null
    /** null = whatever the agent's SDK uses on its own. */
    readonly anthropicBaseUrl: string | null
    readonly openrouterApiKey: string | null
    readonly openrouterBaseUrl: string
  }
  readonly models: Readonly<Record<ModelTier, string>>
  readonly efforts: Readonly<Record<ModelTier, Effort>>
  /** Tokens; a conversation that fills most of it is not continued. */
  readonly contextWindows: Readonly<Record<ModelTier, number>>
  readonly git: {
    readonly targetBranch: string | null
    readonly mergeMethod: MergeMethod | null
    readonly draft: boolean
  }
  readonly github: {
    /** Logins whose remarks reach an agent although they may not write to the repository. */
    readonly trustedAuthors: readonly string[]
    /** Review bots whose remarks reach an agent. */
    readonly trustedBots: readonly string[]
    readonly webhookPort: number | null
    readonly webhookSecret: string | null
  }
  readonly webhooks: {
    /** Told of every run, like `--webhook-url`. */
    readonly url: string | null
    readonly secret: string | null
    readonly allowPrivate: boolean
    readonly allowHttp: boolean
  }
  readonly tools: {
    readonly planning: readonly ReadOnlyTool[]
    readonly verification: readonly ReadOnlyTool[]
    /** null = all of them. */
    readonly working: readonly string[] | null
  }
  /** The gate and local CI; null = found in the project's files, empty = none. */
  readonly checks: readonly ProjectCheck[] | null
  /** null = by lockfile, false = never. */
  readonly install: string | false | null
  readonly sandbox: SandboxMode
  readonly forge: 'auto' | ForgeName
  readonly limits: {
    /** Per session, subagents included; null = no limit. */
    readonly maxTurns: number | null
    readonly sessionBudgetUsd: number | null
    /** Silence between two messages of the agent. */
    readonly streamIdleTimeoutMs: number
    /** Silence after the agent's last turn, until its result. */
    readonly postCompletionIdleTimeoutMs: number
    readonly checkTimeoutMs: number
    readonly installTimeoutMs: number
    readonly usageLimitMaxWaits: number
    readonly usageLimitMaxWaitMs: number
  }
  readonly policy: Policy
}

/** Tools that cannot change anything: all that planning and verification may have. */
export const READ_ONLY_TOOLS = ['Read', 'Glob', 'Grep', 'WebFetch', 'WebSearch'] as const
export type ReadOnlyTool = (typeof READ_ONLY_TOOLS)[number]

/** Review bots people install on purpose; compared without the suffix `[bot]`. */
export const REVIEW_BOTS = [
  'coderabbitai',
  'copilot-pull-request-reviewer',
  'gemini-code-assist',
  'chatgpt-codex-connector',
  'claude',
  'cursor',
  'greptile-apps',
  'sourcery-ai',
  'qodo-merge-pro',
  'ellipsis-dev',
  'graphite-app',
  'devin-ai-integration',
  'github-advanced-security',
  'sonarqubecloud',
] as const

/** Where a value was stated, in order of precedence. */
export type ConfigSource = 'environment' | 'project' | 'user' | 'default'
