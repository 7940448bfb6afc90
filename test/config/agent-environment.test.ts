import { describe, expect, test } from 'vitest'
import { describeAccount, toAgentEnvironment } from '../../src/config/agent-environment.ts'
import type { Environment } from '../../src/config/paths.ts'
import { resolveConfig } from '../../src/config/resolve.ts'

function resolve(environment: Environment, files: { project?: object; user?: object } = {}) {
  return resolveConfig({
    environment,
    projectFile: 'project',
    userFile: 'user',
    readText: (path) => JSON.stringify(path === 'project' ? (files.project ?? {}) : (files.user ?? {})),
  })
}

const OPENROUTER = {
  ANTHROPIC_BASE_URL: 'https://openrouter.ai/api',
  ANTHROPIC_AUTH_TOKEN: 'or-key',
  ANTHROPIC_API_KEY: '',
}

describe('toAgentEnvironment', () => {
  test('nothing configured adds nothing: the agent finds its login', () => {
    expect(toAgentEnvironment(resolve({}))).toEqual({})
  })

  test('an Anthropic key and an address are handed on', () => {
    const api = { anthropic_api_key: 'key', anthropic_base_url: 'https://gateway.example/' }
    expect(toAgentEnvironment(resolve({}, { user: { api } }))).toEqual({
      ANTHROPIC_API_KEY: 'key',
      ANTHROPIC_BASE_URL: 'https://gateway.example',
    })
  })

  test('to an address of the project goes the key of the project and nothing else', () => {
    const api = { anthropic_api_key: 'theirs', anthropic_base_url: 'https://gateway.example' }
    expect(toAgentEnvironment(resolve({ ANTHROPIC_AUTH_TOKEN: 'mine' }, { project: { api } }), true)).toEqual({
      ANTHROPIC_API_KEY: 'theirs',
      ANTHROPIC_BASE_URL: 'https://gateway.example',
      ANTHROPIC_AUTH_TOKEN: '',
      ANTHROPIC_CUSTOM_HEADERS: '',
      CLAUDE_CODE_OAUTH_TOKEN: '',
    })
  })

  test('an OpenRouter key is used when there is no other credential', () => {
    expect(toAgentEnvironment(resolve({ OPENROUTER_API_KEY: 'or-key' }))).toEqual(OPENROUTER)
  })

  test('an OpenRouter key that only happens to be in the environment does not replace a login', () => {
    expect(toAgentEnvironment(resolve({ OPENROUTER_API_KEY: 'or-key' }), true)).toEqual({})
  })

  test('an OpenRouter key in a config file replaces a login', () => {
    const resolved = resolve({}, { user: { api: { openrouter_api_key: 'or-key' } } })
    expect(toAgentEnvironment(resolved, true)).toEqual(OPENROUTER)
  })

  test('an Anthropic key comes before an OpenRouter key', () => {
    const resolved = resolve({ ANTHROPIC_API_KEY: 'key' }, { user: { api: { openrouter_api_key: 'or-key' } } })
    expect(toAgentEnvironment(resolved)).toEqual({ ANTHROPIC_API_KEY: 'key' })
  })

  test.each([
    ['https://openrouter.ai/api/v1/', 'https://openrouter.ai/api'],
    ['https://router.example/api', 'https://router.example/api'],
  ])('the address %s is given as %s', (address, given) => {
    const environment = { OPENROUTER_API_KEY: 'or-key', OPENROUTER_BASE_URL: address }
    expect(toAgentEnvironment(resolve(environment))).toEqual({ ...OPENROUTER, ANTHROPIC_BASE_URL: given })
  })

  test('chosen models also reach what the agent starts by itself', () => {
    const environment = { CLAUDETM_MODEL_HAIKU: 'small', CLAUDETM_MODEL_FABLE: 'other' }
    expect(toAgentEnvironment(resolve(environment))).toEqual({ ANTHROPIC_DEFAULT_HAIKU_MODEL: 'small' })
  })
})

describe('describeAccount', () => {
  test.each([
    [resolve({}), null, null],
    [resolve({}), 'the login', 'the login'],
    [resolve({ ANTHROPIC_API_KEY: 'key' }), 'ANTHROPIC_API_KEY', 'ANTHROPIC_API_KEY'],
    [resolve({ ANTHROPIC_API_KEY: 'key' }), null, 'Anthropic API key from the environment'],
    [
      resolve({}, { user: { api: { anthropic_api_key: 'key' } } }),
      'the login',
      'Anthropic API key from your config.json',
    ],
    [resolve({ OPENROUTER_API_KEY: 'or' }), null, 'OpenRouter, key from the environment'],
    [resolve({ OPENROUTER_API_KEY: 'or' }), 'the login', 'the login'],
  ])('case %#', (resolved, ambient, account) => {
    expect(describeAccount(resolved, ambient)).toBe(account)
  })
})
