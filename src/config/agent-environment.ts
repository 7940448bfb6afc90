/** The variables the configuration gives to the agent's process: which account it uses, and its models by tier. */
import type { ConfigSource } from './config.ts'
import type { ResolvedConfig } from './resolve.ts'

type AgentEnvironmentRequest = Pick<ResolvedConfig, 'config' | 'sources'>

/**
 * Pure. `ambientCredential`: the agent would find a credential on its own (a login, CLAUDE_CODE_OAUTH_TOKEN,
 * ANTHROPIC_AUTH_TOKEN, Bedrock, Vertex). An OpenRouter key in a config file chooses OpenRouter; one that is merely in
 * the environment, where other programs may need it, is used only when nothing else applies: no account is switched
 * silently. An Anthropic key comes before both.
 */
export function toAgentEnvironment(
  { config, sources }: AgentEnvironmentRequest,
  ambientCredential = false,
): Record<string, string> {
  return { ...toAccount({ config, sources }, ambientCredential), ...toModels({ config, sources }) }
}

function usesOpenrouter({ config, sources }: AgentEnvironmentRequest, ambientCredential: boolean): boolean {
  const { anthropicApiKey, openrouterApiKey } = config.api
  if (openrouterApiKey === null || anthropicApiKey !== null) return false
  return sources['api.openrouter_api_key'] !== 'environment' || !ambientCredential
}

/** Which account pays, in words without any part of a key; null = none is known. `ambient`: what the agent would find. */
export function describeAccount(resolved: AgentEnvironmentRequest, ambient: string | null): string | null {
  const from = (path: 'api.anthropic_api_key' | 'api.openrouter_api_key') => SOURCE_WORDS[resolved.sources[path]]
  if (usesOpenrouter(resolved, ambient !== null)) return `OpenRouter, key from ${from('api.openrouter_api_key')}`
  if (resolved.config.api.anthropicApiKey === null) return ambient
  // What the agent finds in the environment it finds itself, and describes better (gateway, Bedrock).
  if (resolved.sources['api.anthropic_api_key'] === 'environment' && ambient !== null) return ambient
  return `Anthropic API key from ${from('api.anthropic_api_key')}`
}

const SOURCE_WORDS: Readonly<Record<ConfigSource, string>> = {
  environment: 'the environment',
  project: "the project's config.json",
  user: 'your config.json',
  default: 'nowhere',
}

function toAccount(request: AgentEnvironmentRequest, ambientCredential: boolean): Record<string, string> {
  const { anthropicApiKey, anthropicBaseUrl, openrouterApiKey, openrouterBaseUrl } = request.config.api
  if (openrouterApiKey !== null && usesOpenrouter(request, ambientCredential)) {
    return {
      // OpenRouter speaks the Anthropic protocol beside its own /v1; the SDK adds /v1/messages itself.
      ANTHROPIC_BASE_URL: openrouterBaseUrl.replace(/\/v1$/, ''),
      ANTHROPIC_AUTH_TOKEN: openrouterApiKey,
      // Must be there and empty: an unset one would fall back to the login (OpenRouter's guide for Claude Code).
      ANTHROPIC_API_KEY: '',
    }
  }
  return {
    ...(anthropicApiKey !== null && { ANTHROPIC_API_KEY: anthropicApiKey }),
    ...(anthropicBaseUrl !== null && { ANTHROPIC_BASE_URL: anthropicBaseUrl }),
    ...(request.sources['api.anthropic_base_url'] === 'project' && OTHER_CREDENTIALS_WITHHELD),
  }
}

/**
 * A project may state an address together with its own key; then only that key goes there. (Seen: with a key and a
 * token in the environment the binary sends both, in two headers.)
 */
const OTHER_CREDENTIALS_WITHHELD = {
  ANTHROPIC_AUTH_TOKEN: '',
  ANTHROPIC_CUSTOM_HEADERS: '',
  CLAUDE_CODE_OAUTH_TOKEN: '',
}

/** What the agent starts on its own (subagents, small side requests) uses the configured models as well. */
function toModels({ config, sources }: AgentEnvironmentRequest): Record<string, string> {
  return Object.fromEntries(
    (['opus', 'sonnet', 'haiku'] as const)
      .filter((tier) => sources[`models.${tier}`] !== 'default')
      .map((tier) => [`ANTHROPIC_DEFAULT_${tier.toUpperCase()}_MODEL`, config.models[tier]]),
  )
}
