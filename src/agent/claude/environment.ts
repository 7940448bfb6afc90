/** The complete environment of a session's process: an allow-list, so that no credential of the user comes along. */
import type { Environment } from '../../lib/environment.ts'
import type { GitAccess, SessionRequest } from '../agent.ts'
import type { SessionLimits } from './limits.ts'

/** Processes of a session carry its id under this name, whatever becomes of their parents. */
export const SESSION_MARK = 'CLAUDETM_SESSION'

export type SessionEnvironmentRequest = {
  readonly environment: Environment
  /** What the configuration says the agent logs in with; comes before what the environment has. */
  readonly credentials: Readonly<Record<string, string>>
  readonly session: Pick<SessionRequest, 'sessionId' | 'git'>
  readonly limits: SessionLimits
}

export function toSessionEnvironment(request: SessionEnvironmentRequest): Record<string, string> {
  const { environment, credentials, session, limits } = request
  const account = { ...environment, ...credentials }
  const allowed = Object.entries(account).filter(([name]) => isAllowed(name, account) || name in credentials)
  return {
    BASH_DEFAULT_TIMEOUT_MS: String(limits.commandTimeoutMs),
    BASH_MAX_TIMEOUT_MS: String(limits.maxCommandTimeoutMs),
    ...Object.fromEntries(allowed.filter((entry): entry is [string, string] => entry[1] !== undefined)),
    ...toGitEnvironment(session.git.identity),
    IS_SANDBOX: '1', // without it the process refuses to work as root
    CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '1',
    CLAUDE_CODE_DISABLE_BACKGROUND_TASKS: '1', // a command that takes too long is ended, not moved to the background
    CLAUDE_CODE_MAX_RETRIES: String(limits.apiRetries),
    API_TIMEOUT_MS: String(limits.apiTimeoutMs),
    CLAUDE_BYTE_STREAM_IDLE_TIMEOUT_MS: String(limits.byteIdleMs),
    [SESSION_MARK]: session.sessionId,
  }
}

/** Who commits; and that git never asks, opens an editor or finds a credential of the user. */
function toGitEnvironment({ name, email }: GitAccess['identity']): Record<string, string> {
  return {
    GIT_AUTHOR_NAME: name,
    GIT_AUTHOR_EMAIL: email,
    GIT_COMMITTER_NAME: name,
    GIT_COMMITTER_EMAIL: email,
    GIT_TERMINAL_PROMPT: '0',
    GIT_EDITOR: 'true',
    GIT_SEQUENCE_EDITOR: 'true',
    GIT_CONFIG_COUNT: '2',
    GIT_CONFIG_KEY_0: 'credential.helper',
    GIT_CONFIG_VALUE_0: '',
    GIT_CONFIG_KEY_1: 'gc.auto',
    GIT_CONFIG_VALUE_1: '0',
  }
}

function isAllowed(name: string, account: Environment): boolean {
  if (INHERITED_SESSION.test(name)) return false
  if (NAMES.has(name) || PREFIXES.some((prefix) => name.startsWith(prefix))) return true
  return PROVIDERS.some((provider) => isOn(account[provider.flag]) && provider.variables.test(name))
}

/** Left by a Claude session that claudetm itself was started from, or breaking the way sessions are run. */
const INHERITED_SESSION =
  /^(CLAUDE_CODE_(ENTRYPOINT|SSE_PORT|SESSION.*|CHILD_SESSION|PARENT_.*|REMOTE.*|SUBPROCESS_ENV_SCRUB|RESUME_.*))$/

const PREFIXES: readonly string[] = ['LC_', 'CLAUDE_CODE_', 'ANTHROPIC_', 'CLAUDETM_OWNER']

/** `CLAUDE_CODE_USE_...` chooses a cloud; only then its variables are let through. */
export const PROVIDERS = [
  { flag: 'CLAUDE_CODE_USE_BEDROCK', name: 'Amazon Bedrock', kind: 'bedrock', variables: /^AWS_/ },
  {
    flag: 'CLAUDE_CODE_USE_VERTEX',
    name: 'Google Vertex AI',
    kind: 'vertex',
    variables: /^(GOOGLE_|GCLOUD_|CLOUDSDK_|CLOUD_ML_|VERTEX_)/,
  },
  { flag: 'CLAUDE_CODE_USE_FOUNDRY', name: 'Microsoft Foundry', kind: 'foundry', variables: /^AZURE_/ },
] as const

/** As the command line reads its own switches. */
export function isOn(value: string | undefined): boolean {
  return value !== undefined && /^(1|true|yes|on)$/i.test(value)
}

const NAMES: ReadonlySet<string> = new Set([
  ...['PATH', 'HOME', 'USER', 'LOGNAME', 'SHELL', 'LANG', 'LANGUAGE', 'TERM', 'COLORTERM', 'TMPDIR', 'TZ'],
  ...['HTTP_PROXY', 'HTTPS_PROXY', 'NO_PROXY', 'ALL_PROXY', 'http_proxy', 'https_proxy', 'no_proxy', 'all_proxy'],
  ...['NODE_EXTRA_CA_CERTS', 'SSL_CERT_FILE', 'SSL_CERT_DIR', 'REQUESTS_CA_BUNDLE', 'CURL_CA_BUNDLE', 'GIT_SSL_CAINFO'],
  ...[
    'CLAUDE_CONFIG_DIR',
    'BASH_DEFAULT_TIMEOUT_MS',
    'BASH_MAX_TIMEOUT_MS',
    'BASH_MAX_OUTPUT_LENGTH',
    'MAX_THINKING_TOKENS',
  ],
  // Language toolchains
  ...[
    'NODE_OPTIONS',
    'NODE_PATH',
    'NVM_DIR',
    'NVM_BIN',
    'FNM_DIR',
    'VOLTA_HOME',
    'PNPM_HOME',
    'COREPACK_HOME',
    'BUN_INSTALL',
  ],
  ...['DENO_DIR', 'DENO_INSTALL', 'PLAYWRIGHT_BROWSERS_PATH', 'PUPPETEER_EXECUTABLE_PATH', 'CHROME_BIN'],
  ...[
    'PYENV_ROOT',
    'PYTHONPATH',
    'PYTHONHOME',
    'VIRTUAL_ENV',
    'CONDA_PREFIX',
    'CONDA_DEFAULT_ENV',
    'UV_CACHE_DIR',
    'PIPX_HOME',
  ],
  ...[
    'CARGO_HOME',
    'RUSTUP_HOME',
    'RUSTUP_TOOLCHAIN',
    'RUSTFLAGS',
    'GOPATH',
    'GOROOT',
    'GOBIN',
    'GOCACHE',
    'GOMODCACHE',
  ],
  ...[
    'GOFLAGS',
    'GOPROXY',
    'GOTOOLCHAIN',
    'JAVA_HOME',
    'JDK_HOME',
    'MAVEN_HOME',
    'M2_HOME',
    'GRADLE_HOME',
    'GRADLE_USER_HOME',
  ],
  ...[
    'KOTLIN_HOME',
    'SCALA_HOME',
    'SBT_OPTS',
    'MAVEN_OPTS',
    'JAVA_OPTS',
    'ANDROID_HOME',
    'ANDROID_SDK_ROOT',
    'DOTNET_ROOT',
  ],
  ...[
    'NUGET_PACKAGES',
    'GEM_HOME',
    'GEM_PATH',
    'RBENV_ROOT',
    'BUNDLE_PATH',
    'RUBYOPT',
    'COMPOSER_HOME',
    'PHPRC',
    'MIX_HOME',
  ],
  ...[
    'HEX_HOME',
    'GHCUP_INSTALL_BASE_PREFIX',
    'STACK_ROOT',
    'OPAMROOT',
    'OPAMSWITCH',
    'ASDF_DIR',
    'ASDF_DATA_DIR',
    'MISE_DATA_DIR',
  ],
  ...[
    'SDKMAN_DIR',
    'HOMEBREW_PREFIX',
    'NIX_PATH',
    'NIX_PROFILES',
    'NIX_SSL_CERT_FILE',
    'CC',
    'CXX',
    'CFLAGS',
    'CXXFLAGS',
    'LDFLAGS',
  ],
  ...['PKG_CONFIG_PATH', 'LD_LIBRARY_PATH', 'DYLD_LIBRARY_PATH', 'CMAKE_PREFIX_PATH', 'MAKEFLAGS', 'CUDA_HOME'],
])
