import { describe, expect, test } from 'vitest'
import { pickEnvironment, scrubSecrets, toProjectEnvironment } from '../../src/lib/environment.ts'

test('picking: named and prefixed variables that are set, nothing else', () => {
  const environment = { PATH: '/bin', LANG: 'C', LC_ALL: 'C', HOME: undefined, GH_TOKEN: 'x' }
  expect(pickEnvironment(environment, { names: ['PATH', 'HOME', 'TZ'], prefixes: ['LC_'] })).toEqual({
    PATH: '/bin',
    LC_ALL: 'C',
  })
})

describe('scrubbing secrets', () => {
  const secret: Record<string, string> = {
    ANTHROPIC_API_KEY: 'x',
    ANTHROPIC_BASE_URL: 'http://127.0.0.1:1',
    CLAUDE_CODE_OAUTH_TOKEN: 'x',
    CLAUDE_CONFIG_DIR: '/x',
    CLAUDECODE: '1',
    CLAUDETM_HOME: '/x',
    OPENROUTER_API_KEY: 'x',
    GH_TOKEN: 'x',
    GITHUB_TOKEN: 'x',
    GITHUB_ENV: '/runner/env',
    ACTIONS_RUNTIME_TOKEN: 'x',
    NPM_TOKEN: 'x',
    NODE_AUTH_TOKEN: 'x',
    SLACK_BOT_TOKEN_2: 'x',
    'npm_config_//registry.npmjs.org/:_authToken': 'x',
    AWS_ACCESS_KEY_ID: 'x',
    AWS_PROFILE: 'x',
    STRIPE_SECRET: 'x',
    STRIPE_SECRET_TEST: 'x',
    DEPLOY_KEY: 'x',
    database_password: 'x',
    MYSQL_PWD: 'x',
    SMTP_PASS: 'x',
    GOOGLE_APPLICATION_CREDENTIALS: '/x.json',
    DOCKER_AUTH_CONFIG: '{}',
    SSH_AUTH_SOCK: '/x',
    GIT_ASKPASS: '/x',
    GIT_DIR: '/elsewhere/.git',
    GIT_INDEX_FILE: '.git/index',
    GIT_CONFIG_COUNT: '1',
    GIT_CONFIG_VALUE_0: 'AUTHORIZATION: basic x',
    XDG_RUNTIME_DIR: '/run/user/1000',
    DATABASE_URL: 'postgres://app:hunter2@db.example.com/app',
    SENTRY_DSN: 'https://public:private@sentry.example.com/1',
  }
  const harmless: Record<string, string> = {
    PATH: '/usr/bin:/bin',
    HOME: '/home/u',
    PWD: '/home/u',
    OLDPWD: '/',
    LANG: 'C.UTF-8',
    NODE_OPTIONS: '--max-old-space-size=4096',
    NODE_EXTRA_CA_CERTS: '/ca.pem',
    AWS_CA_BUNDLE: '/ca.pem',
    AWS_REGION: 'eu-central-1',
    TOKENIZERS_PARALLELISM: 'false',
    KEYBOARD_LAYOUT: 'de',
    JAVA_HOME: '/opt/jdk',
    GITHUB_ACTIONS: 'true',
    GIT_AUTHOR_NAME: 'A. Author',
    HTTPS_PROXY: 'http://user:pass@proxy.example.com:3128',
    http_proxy: 'http://user:pass@proxy.example.com:3128',
    TEST_DATABASE_URL: 'postgres://postgres:postgres@localhost:5432/test',
    REDIS_URL: 'redis://:pw@127.0.0.1:6379',
    HOMEPAGE: 'https://example.com/a?b=c',
    EMPTY: '',
  }

  test.each(Object.entries(secret))('%s goes', (name, value) => {
    expect(scrubSecrets({ [name]: value })).toEqual({})
  })

  test('everything else stays as it is', () => {
    expect(scrubSecrets({ ...harmless, ...secret, UNSET: undefined })).toEqual(harmless)
  })
})

describe('the environment of the project’s own commands', () => {
  test('nothing of the npm that started us is left; the project’s own tools are', () => {
    const environment = {
      PATH: '/opt/claudetm/node_modules/.bin:/opt/node_modules/npm/node_modules/@npmcli/run-script/lib/node-gyp-bin:/home/u/.npm/_npx/0a1b/node_modules/.bin:/home/u/project/node_modules/.bin:/usr/bin',
      INIT_CWD: '/home/u/project',
      NODE: '/opt/claudetm/node_modules/.bin/node',
      npm_execpath: '/opt/npm-cli.js',
      npm_config_registry: 'https://registry.example.com/',
      npm_config_cache: '/x',
      npm_package_name: 'claude-task-master',
      EDITOR: 'vi',
      GH_TOKEN: 'x',
    }
    expect(toProjectEnvironment(environment, '/opt/claudetm')).toEqual({
      PATH: '/home/u/project/node_modules/.bin:/usr/bin',
      npm_config_registry: 'https://registry.example.com/',
      EDITOR: 'vi',
    })
  })

  test('what npm would set stays when npm did not start us', () => {
    const environment = { PATH: '/usr/bin', NODE: '/usr/bin/node', INIT_CWD: '/x' }
    expect(toProjectEnvironment(environment, null)).toEqual(environment)
  })

  test('without PATH nothing is invented', () => {
    expect(toProjectEnvironment({ HOME: '/h' }, '/opt/claudetm')).toEqual({ HOME: '/h' })
  })
})
