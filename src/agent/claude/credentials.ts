/** Which credential the agent's process would use, in the order it looks for them. Names only, never a value. */
import { existsSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Environment } from '../../lib/environment.ts'
import { isOn, PROVIDERS } from './environment.ts'

export type CredentialKind =
  | (typeof PROVIDERS)[number]['kind']
  | 'auth_token'
  | 'api_key'
  | 'api_key_helper'
  | 'oauth_token'
  | 'login'
  | 'keychain'

export type CredentialDescription = { readonly kind: CredentialKind; readonly description: string }

/** Null = nothing was found: a session would be refused. Reads two small files, never throws. */
export function describeCredentials(
  environment: Environment,
  homeDir: string,
  platform: NodeJS.Platform = process.platform,
): CredentialDescription | null {
  return describeProvider(environment) ?? describeVariable(environment) ?? describeLogin(environment, homeDir, platform)
}

/** Where the agent keeps logins, settings and transcripts. */
export function toClaudeDirectory(environment: Environment, homeDir: string): string {
  return environment.CLAUDE_CONFIG_DIR || join(homeDir, '.claude')
}

function describeProvider(environment: Environment): CredentialDescription | null {
  const provider = PROVIDERS.find(({ flag }) => isOn(environment[flag]))
  return provider === undefined ? null : { kind: provider.kind, description: `${provider.name} (${provider.flag})` }
}

function describeVariable(environment: Environment): CredentialDescription | null {
  const at = toHost(environment.ANTHROPIC_BASE_URL)
  if (environment.ANTHROPIC_AUTH_TOKEN) {
    return { kind: 'auth_token', description: `token from ANTHROPIC_AUTH_TOKEN${at}` }
  }
  if (environment.ANTHROPIC_API_KEY) return { kind: 'api_key', description: `API key from ANTHROPIC_API_KEY${at}` }
  return null
}

function describeLogin(
  environment: Environment,
  homeDir: string,
  platform: NodeJS.Platform,
): CredentialDescription | null {
  const directory = toClaudeDirectory(environment, homeDir)
  if (typeof readJson(join(directory, 'settings.json')).apiKeyHelper === 'string') {
    return { kind: 'api_key_helper', description: `apiKeyHelper of ${join(directory, 'settings.json')}` }
  }
  if (environment.CLAUDE_CODE_OAUTH_TOKEN) {
    return { kind: 'oauth_token', description: 'subscription token from CLAUDE_CODE_OAUTH_TOKEN' }
  }
  const file = join(directory, '.credentials.json')
  if (existsSync(file)) return { kind: 'login', description: `Claude login in ${file}` }
  // On macOS the login itself is in the keychain, which is not opened here (it may ask the person at the screen).
  const account = environment.CLAUDE_CONFIG_DIR ? directory : homeDir
  if (platform === 'darwin' && readJson(join(account, '.claude.json')).oauthAccount !== undefined) {
    return { kind: 'keychain', description: 'Claude login in the macOS keychain (not opened to check)' }
  }
  return null
}

function toHost(baseUrl: string | undefined): string {
  if (!baseUrl) return ''
  return URL.canParse(baseUrl) ? ` for ${new URL(baseUrl).host}` : ' for ANTHROPIC_BASE_URL'
}

function readJson(file: string): Record<string, unknown> {
  try {
    const parsed: unknown = JSON.parse(readFileSync(file, 'utf8'))
    return typeof parsed === 'object' && parsed !== null ? { ...parsed } : {}
  } catch {
    return {}
  }
}
