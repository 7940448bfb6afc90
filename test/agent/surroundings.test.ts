import { mkdir, mkdtemp, readFile, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, it } from 'vitest'
import { toActivities } from '../../src/agent/claude/activity.ts'
import { prepareConfinement, showExecutable } from '../../src/agent/claude/confinement.ts'
import { describeCredentials } from '../../src/agent/claude/credentials.ts'
import { toSessionEnvironment } from '../../src/agent/claude/environment.ts'
import { DEFAULT_LIMITS } from '../../src/agent/claude/limits.ts'
import { chargeTotals } from '../../src/agent/claude/spend.ts'
import { DEFAULT_TOOLS, toTools } from '../../src/agent/claude/tools.ts'
import type { SessionId } from '../../src/domain/ids.ts'
import { TEST_IDENTITY } from '../support/repository.ts'

let home = ''
beforeEach(async () => {
  home = await mkdtemp(join(tmpdir(), 'claudetm-home-'))
})
afterEach(() => rm(home, { recursive: true, force: true }))

async function write(path: string, content: unknown): Promise<void> {
  await mkdir(join(home, '.claude'), { recursive: true })
  await writeFile(join(home, path), JSON.stringify(content))
}

describe('the credential that applies', () => {
  it.each([
    [{}, null],
    [{ ANTHROPIC_API_KEY: '' }, null],
    [{ ANTHROPIC_API_KEY: 'sk-secret' }, { kind: 'api_key', description: 'API key from ANTHROPIC_API_KEY' }],
    [
      { ANTHROPIC_API_KEY: '', ANTHROPIC_AUTH_TOKEN: 'secret', ANTHROPIC_BASE_URL: 'https://me:pw@openrouter.ai/api' },
      { kind: 'auth_token', description: 'token from ANTHROPIC_AUTH_TOKEN for openrouter.ai' },
    ],
    [
      { CLAUDE_CODE_OAUTH_TOKEN: 'secret' },
      { kind: 'oauth_token', description: 'subscription token from CLAUDE_CODE_OAUTH_TOKEN' },
    ],
    [
      { CLAUDE_CODE_USE_BEDROCK: '1', ANTHROPIC_API_KEY: 'sk-secret' },
      { kind: 'bedrock', description: 'Amazon Bedrock (CLAUDE_CODE_USE_BEDROCK)' },
    ],
    [{ CLAUDE_CODE_USE_VERTEX: 'true' }, { kind: 'vertex', description: 'Google Vertex AI (CLAUDE_CODE_USE_VERTEX)' }],
    [{ CLAUDE_CODE_USE_VERTEX: '0' }, null],
  ])('%j', (environment, expected) => {
    expect(describeCredentials(environment, home, 'linux')).toEqual(expected)
  })

  it('a login is found where the agent keeps it', async () => {
    await write('.claude/.credentials.json', { claudeAiOauth: { accessToken: 'secret' } })
    const file = join(home, '.claude', '.credentials.json')
    expect(describeCredentials({}, home, 'linux')).toEqual({ kind: 'login', description: `Claude login in ${file}` })
    expect(describeCredentials({ CLAUDE_CONFIG_DIR: join(home, 'other') }, home, 'linux')).toBeNull()
  })

  it('a helper in the settings comes before a login', async () => {
    await write('.claude/.credentials.json', {})
    await write('.claude/settings.json', { apiKeyHelper: '/bin/key' })
    expect(describeCredentials({}, home, 'linux')).toMatchObject({ kind: 'api_key_helper' })
  })

  it('on macOS the login may be in the keychain', async () => {
    await write('.claude.json', { oauthAccount: { emailAddress: 'a@example.com' } })
    expect(describeCredentials({}, home, 'linux')).toBeNull()
    expect(describeCredentials({}, home, 'darwin')).toMatchObject({ kind: 'keychain' })
  })
})

describe('the environment of a session', () => {
  const session = {
    sessionId: 'the-session' as SessionId,
    git: { commonDir: '', worktreeDir: '', branch: null, identity: TEST_IDENTITY },
  }
  const of = (environment: Record<string, string>, credentials: Record<string, string> = {}) =>
    toSessionEnvironment({ environment, credentials, session, limits: DEFAULT_LIMITS })

  it('has what programs need, the account, and a mark; no credential of the user', () => {
    const seen = of(
      {
        PATH: '/bin',
        LC_ALL: 'C',
        CARGO_HOME: '/c',
        https_proxy: 'http://p',
        ANTHROPIC_BASE_URL: 'http://a',
        CLAUDETM_OWNER: 'me',
        GITHUB_TOKEN: 'x',
        GH_TOKEN: 'x',
        NPM_TOKEN: 'x',
        DATABASE_URL: 'x',
        AWS_PROFILE: 'x',
        GIT_DIR: '/x',
        CLAUDECODE: '1',
        CLAUDE_CODE_ENTRYPOINT: 'cli',
        CLAUDE_CODE_SSE_PORT: '1',
      },
      { ANTHROPIC_API_KEY: 'sk', ANTHROPIC_BASE_URL: 'http://b' },
    )
    expect(seen).toEqual({
      PATH: '/bin',
      LC_ALL: 'C',
      CARGO_HOME: '/c',
      https_proxy: 'http://p',
      ANTHROPIC_BASE_URL: 'http://b',
      ANTHROPIC_API_KEY: 'sk',
      CLAUDETM_OWNER: 'me',
      CLAUDETM_SESSION: 'the-session',
      IS_SANDBOX: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
      CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1',
      CLAUDE_CODE_MAX_RETRIES: '3',
      API_TIMEOUT_MS: '120000',
      CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: '60000',
      BASH_DEFAULT_TIMEOUT_MS: '600000',
      BASH_MAX_TIMEOUT_MS: '1500000',
      GIT_AUTHOR_NAME: TEST_IDENTITY.name,
      GIT_AUTHOR_EMAIL: TEST_IDENTITY.email,
      GIT_COMMITTER_NAME: TEST_IDENTITY.name,
      GIT_COMMITTER_EMAIL: TEST_IDENTITY.email,
      GIT_TERMINAL_PROMPT: '0',
      GIT_EDITOR: 'true',
      GIT_SEQUENCE_EDITOR: 'true',
      GIT_CONFIG_COUNT: '2',
      GIT_CONFIG_KEY_0: 'credential.helper',
      GIT_CONFIG_VALUE_0: '',
      GIT_CONFIG_KEY_1: 'gc.auto',
      GIT_CONFIG_VALUE_1: '0',
    })
  })

  it('has the variables of a cloud only when that cloud is used', () => {
    const clouds = { AWS_PROFILE: 'a', GOOGLE_APPLICATION_CREDENTIALS: 'b', AZURE_CLIENT_ID: 'c' }
    const picked = (flag: string) => Object.keys(of({ ...clouds, [flag]: '1' })).filter((name) => name in clouds)
    expect(picked('CLAUDE_CODE_USE_BEDROCK')).toEqual(['AWS_PROFILE'])
    expect(picked('CLAUDE_CODE_USE_VERTEX')).toEqual(['GOOGLE_APPLICATION_CREDENTIALS'])
    expect(picked('CLAUDE_CODE_USE_FOUNDRY')).toEqual(['AZURE_CLIENT_ID'])
    expect(picked('OTHER')).toEqual([])
  })
})

/** A session must not write them, nor make them where there are none. */
const PERSONAL = [
  ...['settings.json', 'settings.local.json', 'CLAUDE.md', 'agents', 'commands', 'hooks', 'output-styles', 'plugins'],
  ...['rules', 'skills', 'workflows'],
]

describe('the confinement of a session', () => {
  const git = (branch: string | null) => ({
    commonDir: join(home, 'repo/.git'),
    worktreeDir: join(home, 'repo/.git/worktrees/w'),
    branch,
    identity: TEST_IDENTITY,
  })
  const prepare = (access: 'read' | 'write', branch: string | null) =>
    prepareConfinement({
      session: { cwd: join(home, 'w'), git: git(branch), access, mayRewriteHistory: false },
      claudeDirectory: join(home, '.claude'),
      homeDir: home,
      environment: {},
    })

  it('lets it write its workspace, its conversation and its own branches', async () => {
    await write('.claude/settings.json', { mine: 1 })
    expect(await prepare('write', 'claudetm/run/g1')).toEqual({
      overlaid: [],
      cwd: join(home, 'w'),
      writable: [
        join(home, '.claude'),
        join(home, 'repo/.git/objects'),
        join(home, 'repo/.git/refs/heads/claudetm/run'),
        join(home, 'repo/.git/logs/refs/heads/claudetm/run'),
        join(home, 'repo/.git/worktrees/w'),
      ],
      readable: [
        join(home, 'repo/.git'),
        join(home, 'repo/.git/objects/pack'),
        join(home, 'repo/.git/objects/info'),
        ...PERSONAL.map((name) => join(home, '.claude', name)),
      ],
    })
    expect(await readFile(join(home, '.claude/settings.json'), 'utf8')).toBe('{"mine":1}')
  })

  it.each([
    ['read', 'claudetm/run/g1'],
    ['write', null],
  ] as const)('git is read-only for access %s on branch %s', async (access, branch) => {
    expect((await prepare(access, branch)).writable).toEqual([join(home, '.claude')])
  })

  it('shows the executable and the modules it lies in', () => {
    const nothing = { cwd: '/w', writable: [], readable: [] }
    expect(showExecutable(nothing, '/h/node_modules/@a/b/claude').readable).toEqual([
      '/h/node_modules/@a/b',
      '/h/node_modules',
    ])
    expect(showExecutable(nothing, '/opt/claude').readable).toEqual(['/opt'])
  })
})

it('reading sessions get reading tools, whatever is configured', () => {
  const settings = { ...DEFAULT_TOOLS, planning: ['Read', 'Bash', 'Write'], working: ['Bash', 'Agent'] }
  expect(toTools({ kind: 'plan', access: 'read' }, settings)).toEqual(['Read'])
  expect(toTools({ kind: 'verify', access: 'read' }, DEFAULT_TOOLS)).toEqual(['Read', 'Glob', 'Grep'])
  expect(toTools({ kind: 'work', access: 'write' }, settings)).toEqual(['Bash'])
  expect(toTools({ kind: 'work', access: 'write' }, DEFAULT_TOOLS)).not.toContain('Agent')
})

it('totals of a continued conversation are charged without what was charged before', () => {
  const totals = (inputTokens: number, costUSD: number) => ({
    inputTokens,
    outputTokens: 0,
    cacheReadInputTokens: 0,
    cacheCreationInputTokens: 0,
    costUSD,
  })
  const before = { a: totals(10, 1), gone: totals(5, 1) }
  expect(chargeTotals({ a: totals(30, 4), b: totals(1, 0.5), gone: totals(5, 1) }, before)).toEqual({
    costUsd: 3.5,
    usage: {
      a: { inputTokens: 20, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
      b: { inputTokens: 1, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 },
    },
  })
  expect(chargeTotals({}, before)).toEqual({ costUsd: 0, usage: {} })
})

describe('what the agent does is shown', () => {
  const show = (block: object, extra: object = {}) =>
    toActivities(
      {
        type: 'assistant',
        parent_tool_use_id: null,
        message: { model: 'm', content: [block] },
        ...extra,
      } as unknown as Parameters<typeof toActivities>[0],
      '/w',
    )

  it.each([
    ['Bash', { command: 'npm test\n  && ls', description: 'x' }, 'npm test && ls'],
    ['Read', { file_path: '/w/src/a.ts' }, 'src/a.ts'],
    ['Read', { file_path: '/etc/hosts' }, '/etc/hosts'],
    ['Grep', { path: 'src', pattern: 'a.*b' }, 'a.*b'],
    ['Other', { some: 'thing' }, 'thing'],
    ['Other', {}, ''],
    ['Bash', { command: 'echo \u001b[31mred\u001b[0m \u0007' }, 'echo red'],
  ])('%s %j', (tool, input, text) => {
    expect(show({ type: 'tool_use', name: tool, input })).toEqual([{ kind: 'tool', tool, text, subagent: null }])
  })

  it('in one line of at most 250 characters, labelled when a subagent says it', () => {
    const [shown] = show(
      { type: 'text', text: 'word\n'.repeat(500) },
      { parent_tool_use_id: 'x', subagent_type: 'Explore' },
    )
    expect(shown).toEqual({ kind: 'text', text: expect.stringMatching(/^(word )+.{0,5}…$/), subagent: 'Explore' })
    expect(shown?.kind === 'text' && shown.text.length).toBe(250)
  })

  it('but not the answer, empty text or what the process says in the model’s name', () => {
    expect(show({ type: 'tool_use', name: 'StructuredOutput', input: {} })).toEqual([])
    expect(show({ type: 'text', text: ' \n' })).toEqual([])
    expect(show({ type: 'text', text: 'API Error' }, { error: 'rate_limit' })).toEqual([])
  })
})
