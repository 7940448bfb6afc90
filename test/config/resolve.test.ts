import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { REVIEW_BOTS } from '../../src/config/config.ts'
import type { Environment } from '../../src/config/paths.ts'
import { type ResolvedConfig, resolveConfig } from '../../src/config/resolve.ts'
import { SETTING_PATHS, SETTINGS } from '../../src/config/settings.ts'
import { Failure } from '../../src/domain/failure.ts'
import { DEFAULT_POLICY } from '../../src/domain/policy.ts'

type Given = { readonly environment?: Environment; readonly project?: unknown; readonly user?: unknown }

function resolve({ environment = {}, project, user }: Given): ResolvedConfig {
  const files: Record<string, unknown> = { '/repo/config.json': project, '/home/config.json': user }
  return resolveConfig({
    environment,
    projectFile: '/repo/config.json',
    userFile: '/home/config.json',
    readText: (path) => {
      const content = files[path]
      if (content === undefined) return null
      return typeof content === 'string' ? content : JSON.stringify(content)
    },
  })
}

function refusal(given: Given): { message: string; facts: Failure['facts'] } {
  try {
    resolve(given)
  } catch (error) {
    if (error instanceof Failure && error.kind === 'config_invalid') {
      return { message: error.message, facts: error.facts }
    }
    throw error
  }
  throw new Error('was accepted')
}

/** What the original writes into every project. */
const GENERATED_BY_THE_ORIGINAL = {
  version: '1.0',
  api: {
    anthropic_api_key: null,
    anthropic_base_url: 'https://api.anthropic.com',
    openrouter_api_key: null,
    openrouter_base_url: 'https://openrouter.ai/api/v1',
  },
  models: {
    sonnet: 'claude-sonnet-5',
    opus: 'claude-opus-5',
    fable: 'claude-fable-5',
    haiku: 'claude-haiku-4-5',
    sonnet_1m: 'claude-sonnet-5',
  },
  context_windows: { opus: 1000000, fable: 1000000, sonnet: 200000, haiku: 200000, sonnet_1m: 1000000 },
  git: { target_branch: 'main', auto_push: true },
  tools: {
    planning: ['Read', 'Glob', 'Grep', 'WebFetch', 'WebSearch'],
    verification: ['Read', 'Glob', 'Grep', 'Bash'],
    working: [],
  },
}

describe('defaults', () => {
  test('nothing said gives the whole configuration', () => {
    const { config, warnings } = resolve({})
    expect({ config, warnings }).toEqual({
      config: {
        api: {
          anthropicApiKey: null,
          anthropicBaseUrl: null,
          openrouterApiKey: null,
          openrouterBaseUrl: 'https://openrouter.ai/api/v1',
        },
        models: {
          opus: 'claude-opus-5',
          sonnet: 'claude-sonnet-5',
          haiku: 'claude-haiku-4-5',
          fable: 'claude-fable-5',
          sonnet_1m: 'claude-sonnet-5',
        },
        efforts: { opus: 'max', sonnet: 'medium', haiku: 'low', fable: 'max', sonnet_1m: 'high' },
        contextWindows: { opus: 1_000_000, sonnet: 200_000, haiku: 200_000, fable: 1_000_000, sonnet_1m: 1_000_000 },
        git: { targetBranch: null, mergeMethod: null, draft: false },
        github: { trustedAuthors: [], trustedBots: [...REVIEW_BOTS], webhookPort: null, webhookSecret: null },
        webhooks: { url: null, secret: null, allowPrivate: false, allowHttp: false },
        tools: {
          planning: ['Read', 'Glob', 'Grep', 'WebFetch', 'WebSearch'],
          verification: ['Read', 'Glob', 'Grep'],
          working: null,
        },
        checks: null,
        install: null,
        sandbox: 'auto',
        forge: 'auto',
        limits: {
          maxTurns: 2_000,
          sessionBudgetUsd: null,
          streamIdleTimeoutMs: 1_800_000,
          postCompletionIdleTimeoutMs: 120_000,
          checkTimeoutMs: 1_800_000,
          installTimeoutMs: 900_000,
          usageLimitMaxWaits: 48,
          usageLimitMaxWaitMs: 21_600_000,
        },
        policy: DEFAULT_POLICY,
      },
      warnings: [],
    })
  })

  test('every default is a value its own setting allows', () => {
    for (const path of SETTING_PATHS) {
      const { default: standard, kind } = SETTINGS[path]
      if (standard !== null) expect({ path, ok: kind.schema.safeParse(standard).success }).toEqual({ path, ok: true })
    }
  })

  test('null, an empty text, an empty section and an empty file say nothing', () => {
    const defaults = resolve({})
    expect(resolve({ project: { models: { opus: null }, api: null, git: {} }, user: '' })).toEqual(defaults)
    expect(resolve({ environment: { ANTHROPIC_API_KEY: '', CLAUDETM_MAX_TURNS: ' ' } })).toEqual(defaults)
  })
})

describe('precedence', () => {
  test('environment over project over user over default, setting by setting', () => {
    const { config, sources } = resolve({
      environment: { CLAUDETM_MODEL_OPUS: 'from-environment' },
      project: { models: { opus: 'from-project', sonnet: 'from-project' } },
      user: { models: { opus: 'from-user', sonnet: 'from-user', haiku: 'from-user' } },
    })
    expect(config.models).toEqual({
      opus: 'from-environment',
      sonnet: 'from-project',
      haiku: 'from-user',
      fable: 'claude-fable-5',
      sonnet_1m: 'claude-sonnet-5',
    })
    expect([
      sources['models.opus'],
      sources['models.sonnet'],
      sources['models.haiku'],
      sources['models.fable'],
    ]).toEqual(['environment', 'project', 'user', 'default'])
  })

  test('every variable reaches its setting', () => {
    const environment = {
      ANTHROPIC_API_KEY: ' sk-ant-1 ',
      ANTHROPIC_BASE_URL: 'https://gateway.example/',
      OPENROUTER_API_KEY: 'sk-or-1',
      OPENROUTER_BASE_URL: 'https://router.example/api/v1',
      CLAUDETM_MODEL_SONNET_1M: 'long',
      CLAUDETM_CONTEXT_SONNET_1M: '900000',
      CLAUDETM_TARGET_BRANCH: 'develop',
      CLAUDETM_MAX_TURNS: '0',
      CLAUDETM_BUDGET: '2.50',
      CLAUDETM_STREAM_IDLE_TIMEOUT_SEC: '60',
      CLAUDETM_POST_COMPLETION_IDLE_TIMEOUT_SEC: '30',
      CLAUDETM_USAGE_LIMIT_MAX_WAITS: '0',
      CLAUDETM_USAGE_LIMIT_MAX_WAIT_SEC: '600',
      CLAUDETM_USAGE_LIMIT_DEFAULT_WAIT_SEC: '90',
      CLAUDETM_TOLERATED_CHECK_FAILURES: 'codecov/patch=below target; slow = ;',
    }
    const { config, sources, warnings } = resolve({ environment })
    expect(config.api).toEqual({
      anthropicApiKey: 'sk-ant-1',
      anthropicBaseUrl: 'https://gateway.example',
      openrouterApiKey: 'sk-or-1',
      openrouterBaseUrl: 'https://router.example/api/v1',
    })
    expect([config.models.sonnet_1m, config.contextWindows.sonnet_1m, config.git.targetBranch]).toEqual([
      'long',
      900_000,
      'develop',
    ])
    expect(config.limits).toEqual({
      maxTurns: null,
      sessionBudgetUsd: 2.5,
      streamIdleTimeoutMs: 60_000,
      postCompletionIdleTimeoutMs: 30_000,
      checkTimeoutMs: 1_800_000,
      installTimeoutMs: 900_000,
      usageLimitMaxWaits: 0,
      usageLimitMaxWaitMs: 600_000,
    })
    expect(config.policy).toEqual({
      ...DEFAULT_POLICY,
      usageLimitDefaultWaitMs: 90_000,
      toleratedFailures: [
        ...DEFAULT_POLICY.toleratedFailures,
        { check: 'codecov/patch', descriptionIncludes: 'below target' },
        { check: 'slow', descriptionIncludes: '' },
      ],
    })
    expect(Object.values(sources).filter((source) => source === 'environment')).toHaveLength(15)
    expect(warnings).toEqual([])
  })

  test('addresses that a generated file states by default hide nobody else', () => {
    const { config, sources } = resolve({
      project: GENERATED_BY_THE_ORIGINAL,
      user: { api: { anthropic_base_url: 'https://gateway.example', anthropic_api_key: 'key' } },
    })
    expect(config.api.anthropicBaseUrl).toBe('https://gateway.example')
    expect(sources['api.anthropic_base_url']).toBe('user')
  })
})

describe('files', () => {
  test('the file that the original generates is accepted; Bash in verification is left out with a warning', () => {
    const { config, warnings } = resolve({ project: GENERATED_BY_THE_ORIGINAL })
    expect(config).toEqual({ ...resolve({}).config, git: { ...resolve({}).config.git, targetBranch: 'main' } })
    expect(warnings).toEqual([
      'tools.verification: Bash left out; these sessions only read (Read, Glob, Grep, WebFetch, WebSearch), checks are run by claudetm itself',
    ])
  })

  test('every section can be set', () => {
    const { config } = resolve({
      project: {
        efforts: { opus: 'high' },
        tools: { planning: [], working: ['Read', 'Edit', 'Bash'] },
        checks: ['npm test', { name: 'lint', command: 'npm run lint' }],
        install: 'make deps',
        sandbox: 'on',
        forge: 'local',
        limits: { check_timeout_sec: 10, session_budget_usd: 5 },
        policy: { max_ci_fixes: 0, ci_deadline_sec: 60, bot_change_requests_block: true },
      },
    })
    const defaults = resolve({}).config
    expect(config).toEqual({
      ...defaults,
      efforts: { ...defaults.efforts, opus: 'high' },
      tools: { ...defaults.tools, working: ['Read', 'Edit', 'Bash'] },
      checks: [
        { name: 'npm test', command: 'npm test' },
        { name: 'lint', command: 'npm run lint' },
      ],
      install: 'make deps',
      sandbox: 'on',
      forge: 'local',
      limits: { ...defaults.limits, checkTimeoutMs: 10_000, sessionBudgetUsd: 5 },
      policy: { ...DEFAULT_POLICY, maxCiFixes: 0, ciDeadlineMs: 60_000, botChangeRequestsBlock: true },
    })
  })

  test('no checks at all, and no installation, can be asked for', () => {
    const { config } = resolve({ project: { checks: [], install: false } })
    expect([config.checks, config.install]).toEqual([[], false])
  })

  test.each([
    [{ models: { opsu: 'x' } }, 'models.opsu', 'did you mean models.opus?'],
    [{ modles: {} }, 'modles', 'did you mean models?'],
    [{ target_branch: 'main' }, 'target_branch', 'did you mean git.target_branch?'],
    [{ api: { max_turns: 3 } }, 'api.max_turns', 'did you mean limits.max_turns?'],
    [{ wholly_unknown: 1 }, 'wholly_unknown', '`claudetm config show` lists all keys'],
    [JSON.parse('{"__proto__": {"models": 1}}'), '__proto__', '`claudetm config show` lists all keys'],
    [{ constructor: {} }, 'constructor', '`claudetm config show` lists all keys'],
  ])('an unknown key is refused with what was meant: %j', (project, path, hint) => {
    expect(refusal({ project })).toEqual({
      message: `/repo/config.json: ${path} is not a known key; ${hint}`,
      facts: { path, file: '/repo/config.json' },
    })
  })

  test.each([
    [
      { limits: { max_turns: -1 } },
      'limits.max_turns is -1; allowed: a whole number from 1 to 1000000, or 0 for no limit',
    ],
    [
      { limits: { max_turns: '5' } },
      'limits.max_turns is "5"; allowed: a whole number from 1 to 1000000, or 0 for no limit',
    ],
    [{ sandbox: 'maybe' }, 'sandbox is "maybe"; allowed: auto, on, off'],
    [{ version: '2.0' }, 'version is "2.0"; allowed: 1.0'],
    [{ git: { target_branch: 'a..b' } }, 'git.target_branch is "a..b"; allowed: the name of a branch'],
    [
      { git: { target_branch: '--upload-pack=x' } },
      'git.target_branch is "--upload-pack=x"; allowed: the name of a branch',
    ],
    [
      { git: { auto_push: false } },
      'git.auto_push is false; allowed: true. A pull request needs its branch pushed; to look before anything is merged use --no-auto-merge',
    ],
    [
      { checks: ['npm test', { name: 'npm test', command: 'x' }] },
      'checks is ["npm test",{"name":"npm test","command":"x"}]; allowed: a list of commands, each as text or as {"name": "...", "command": "..."}, every name once',
    ],
    [{ models: [] }, 'models must be an object: { "key": value, ... }'],
    [[], 'the whole file must be an object: { "key": value, ... }'],
  ])('a wrong value names key, file, what was found and what is allowed: %j', (user, problem) => {
    expect(refusal({ user }).message).toBe(`/home/config.json: ${problem}`)
  })

  test('a mistake is reported even where another source wins', () => {
    const given = { environment: { CLAUDETM_MAX_TURNS: '5' }, user: { limits: { max_turns: 'many' } } }
    expect(refusal(given).facts).toEqual({ path: 'limits.max_turns', file: '/home/config.json' })
  })

  test.each([
    ['{"api": {"anthropic_api_key": sk-ant-secret}}'],
    [{ api: { anthropic_api_key: ['sk-ant-secret'] } }],
    [{ api: { anthropic_api_key: 'sk-ant-secret with blanks' } }],
  ])('no message quotes a key: %j', (project) => {
    expect(refusal({ project }).message).not.toContain('sk-ant-secret')
  })

  test('a file that is not JSON or cannot be read is named', () => {
    expect(refusal({ project: '{ "models": }' }).facts).toEqual({ path: null, file: '/repo/config.json' })
    const readText = () => {
      throw new Error('EACCES: permission denied')
    }
    expect(() => resolveConfig({ environment: {}, projectFile: '/p', userFile: '/u', readText })).toThrow(
      '/p cannot be read: EACCES: permission denied',
    )
  })
})

describe('variables', () => {
  test.each([
    ['CLAUDETM_MAX_TURNS', '-1'],
    ['CLAUDETM_MAX_TURNS', '1.5'],
    ['CLAUDETM_CONTEXT_OPUS', 'big'],
    ['CLAUDETM_BUDGET', '0'],
    ['CLAUDETM_BUDGET', '5USD'],
    ['CLAUDETM_STREAM_IDLE_TIMEOUT_SEC', '30s'],
    ['CLAUDETM_USAGE_LIMIT_MAX_WAIT_SEC', '99999999999'],
    ['CLAUDETM_TOLERATED_CHECK_FAILURES', 'no-description'],
    ['CLAUDETM_TARGET_BRANCH', 'with blank'],
    ['ANTHROPIC_BASE_URL', 'gateway.example'],
  ])('%s=%s is refused with one sentence that names it', (variable, text) => {
    const { message, facts } = refusal({ environment: { [variable]: text } })
    expect(message).toContain(`The environment variable ${variable} is "${text}"; allowed: `)
    expect(facts).toEqual({
      path: SETTING_PATHS.find((path) => SETTINGS[path].variable === variable),
      file: null,
      variable,
    })
  })

  test('what nothing reads is said, with what may have been meant', () => {
    const environment = { CLAUDETM_MODLE_OPUS: 'x', CLAUDETM_HIVE_MAX_PARALLEL: '3', CLAUDETM_HOME: '/h', OTHER: 'y' }
    expect(resolve({ environment }).warnings).toEqual([
      'CLAUDETM_HIVE_MAX_PARALLEL has no effect: what it sets is not built yet',
      'CLAUDETM_MODLE_OPUS is not a known variable and has no effect; did you mean CLAUDETM_MODEL_OPUS?',
    ])
  })

  test('a profile is not silently replaced by another account', () => {
    expect(refusal({ environment: { CLAUDETM_PROFILE: 'work' } }).facts).toEqual({
      path: 'profile',
      file: null,
      variable: 'CLAUDETM_PROFILE',
    })
    expect(resolve({ environment: { CLAUDETM_PROFILE: 'default' } }).warnings).toEqual([])
  })
})

describe('a project cannot have your credential sent to its own address', () => {
  test.each([
    ['a key from the environment', { ANTHROPIC_API_KEY: 'mine' }, undefined],
    ['a key from the user file', {}, { api: { anthropic_api_key: 'mine' } }],
    ['a login', {}, undefined],
  ])('%s', (_, environment, user) => {
    const given = { environment, user, project: { api: { anthropic_base_url: 'https://elsewhere.example' } } }
    expect(refusal(given).facts).toEqual({ path: 'api.anthropic_base_url', file: '/repo/config.json' })
  })

  test('an address with a key from the same file is fine, and so is one of your own', () => {
    const api = { anthropic_base_url: 'https://gateway.example', anthropic_api_key: 'theirs' }
    expect(resolve({ project: { api } }).config.api.anthropicApiKey).toBe('theirs')
    expect(resolve({ user: { api: { anthropic_base_url: 'https://gateway.example' } } }).config.api).toEqual({
      ...resolve({}).config.api,
      anthropicBaseUrl: 'https://gateway.example',
    })
    expect(refusal({ project: { api: { openrouter_base_url: 'https://x.example/v1' } } }).facts).toEqual({
      path: 'api.openrouter_base_url',
      file: '/repo/config.json',
    })
  })
})

describe('whatever is written', () => {
  /** Any JSON, mostly under real keys, so that values are reached. */
  const anyFile = fc.oneof(
    fc.json(),
    fc
      .dictionary(fc.constantFrom(...SETTING_PATHS), fc.jsonValue({ maxDepth: 2 }), { maxKeys: 3 })
      .map((values) => JSON.stringify(nest(values))),
  )
  const variables = SETTING_PATHS.flatMap((path) => SETTINGS[path].variable ?? [])
  const anyEnvironment = fc.dictionary(fc.constantFrom(...variables, 'CLAUDETM_X'), fc.string(), { maxKeys: 2 })

  test('it is a configuration or one config_invalid, never another error', () => {
    fc.assert(
      fc.property(anyFile, anyFile, anyEnvironment, (project, user, environment) => {
        try {
          const { config, sources } = resolve({ project, user, environment })
          return config.policy !== undefined && Object.keys(sources).length === SETTING_PATHS.length
        } catch (error) {
          return error instanceof Failure && error.kind === 'config_invalid' && error.message.length > 0
        }
      }),
      { numRuns: 500 },
    )
  })
})

function nest(values: Record<string, unknown>): Record<string, unknown> {
  const top: Record<string, Record<string, unknown>> = {}
  for (const [path, value] of Object.entries(values)) {
    const [section = path, key] = path.split('.')
    if (key !== undefined) top[section] = { ...top[section], [key]: value }
  }
  return top
}
