/** Chooses what of an environment a child process gets. Pure; the values are never logged. */

export type Environment = Readonly<Record<string, string | undefined>>

/** Only what is named: for processes that must not see anything unexpected. */
export function pickEnvironment(
  environment: Environment,
  allow: { readonly names: readonly string[]; readonly prefixes: readonly string[] },
): Record<string, string> {
  const names = new Set(allow.names)
  return filterEnvironment(environment, (name) => names.has(name) || allow.prefixes.some((p) => name.startsWith(p)))
}

/**
 * For the project's own commands (checks, installing): everything but what could be a credential, and without what npm
 * adds when it starts us. `installation`: the directory of this package, null when unknown.
 */
export function toProjectEnvironment(environment: Environment, installation: string | null): Record<string, string> {
  const clean = withoutNpm(scrubSecrets(environment))
  if (clean.PATH === undefined) return clean
  const own = installation === null ? null : `${installation}/node_modules/.bin`
  const entries = clean.PATH.split(':').filter((entry) => entry !== own && !NPM_PATH_ENTRY.test(entry))
  return { ...clean, PATH: entries.join(':') }
}

/** Drops what smells of a credential by its name, and addresses of other machines that carry a password. */
export function scrubSecrets(environment: Environment): Record<string, string> {
  return filterEnvironment(
    environment,
    (name, value) => KEPT.has(name) || !(isSecretName(name) || hasPassword(name, value)),
  )
}

/** What a variable of this environment keeps secret: its value, where the name says so. Paths are none. */
export function secretValues(environment: Environment): readonly string[] {
  return Object.entries(environment).flatMap(([name, value]) => {
    const isSecret = hasSecretWord(name) && name !== 'PWD' && name !== 'OLDPWD' && !KEPT.has(name)
    return isSecret && value !== undefined && value !== '' && !value.startsWith('/') ? [value] : []
  })
}

/** Names that the rules below would drop and that hold nothing secret. */
const KEPT: ReadonlySet<string> = new Set([
  'AWS_CA_BUNDLE',
  'AWS_REGION',
  'AWS_DEFAULT_REGION',
  'GIT_TERMINAL_PROMPT',
  'SSH_TTY',
])

/** Of the agent, the forges, the clouds, CI runners and ourselves. */
const SECRET_PREFIXES: readonly string[] = [
  'ANTHROPIC_',
  'CLAUDE_',
  'CLAUDECODE',
  'CLAUDETM_',
  'OPENROUTER_',
  'OPENAI_',
  'AWS_',
  'AZURE_',
  'GH_',
  'GLAB_',
  'ACTIONS_', // GitHub's runner: tokens of the job
  'SSH_',
  'DBUS_',
  'VAULT_',
]

const SECRET_WORDS: ReadonlySet<string> = new Set([
  'TOKEN',
  'TOKENS',
  'SECRET',
  'SECRETS',
  'PASSWORD',
  'PASSWORDS',
  'PASSWD',
  'PASSPHRASE',
  'PASS',
  'PWD', // as in MYSQL_PWD; the working directories PWD and OLDPWD are kept below
  'KEY',
  'KEYS',
  'APIKEY',
  'CREDENTIAL',
  'CREDENTIALS',
  'AUTH',
  'AUTHTOKEN',
  'COOKIE',
  'PAT',
  'ASKPASS',
  'PGPASSWORD',
  'PGPASSFILE',
])

/** Bind git to another repository or carry headers; set when a git hook started us. */
const GIT_LOCAL =
  /^GIT_(DIR|WORK_TREE|COMMON_DIR|INDEX_FILE|OBJECT_DIRECTORY|ALTERNATE_OBJECT_DIRECTORIES|NAMESPACE|PREFIX|QUARANTINE_PATH|SHALLOW_FILE|GRAFT_FILE|CONFIG_(COUNT|PARAMETERS|KEY_\d+|VALUE_\d+))$/

/** Files through which a step of a GitHub job speaks to the runner: writing there changes the job. */
const RUNNER_FILES = /^GITHUB_(ENV|OUTPUT|PATH|STATE|STEP_SUMMARY)$/

/** Lead to agents, sessions and cookies of the person at the machine. */
const SOCKETS: ReadonlySet<string> = new Set(['XDG_RUNTIME_DIR', 'GPG_AGENT_INFO', 'XAUTHORITY'])

function isSecretName(name: string): boolean {
  if (name === 'PWD' || name === 'OLDPWD') return false
  const upper = name.toUpperCase()
  if (SECRET_PREFIXES.some((prefix) => upper.startsWith(prefix))) return true
  if (GIT_LOCAL.test(name) || RUNNER_FILES.test(name) || SOCKETS.has(name)) return true
  return hasSecretWord(name)
}

function hasSecretWord(name: string): boolean {
  return name
    .toUpperCase()
    .split(/[^A-Z0-9]+/)
    .some((word) => SECRET_WORDS.has(word))
}

/** A proxy is needed even with a password; a database of this machine is a test's. */
function hasPassword(name: string, value: string): boolean {
  if (/_proxy$/i.test(name) || !URL.canParse(value)) return false
  const { password, hostname } = new URL(value)
  return password !== '' && !LOOPBACK.test(hostname)
}

const LOOPBACK = /^(localhost|127(\.\d+){3}|\[::1\]|)$/

function withoutNpm(environment: Record<string, string>): Record<string, string> {
  const isFromNpm = 'npm_execpath' in environment || 'npm_lifecycle_event' in environment
  return filterEnvironment(environment, (name) => {
    if (name.startsWith('npm_')) return name === 'npm_config_registry'
    return !(isFromNpm && (name === 'INIT_CWD' || name === 'NODE'))
  })
}

/** What npx and npm's script runner put first: our package in npx's cache, and npm's own node-gyp. */
const NPM_PATH_ENTRY = /\/_npx\/[^/]+\/node_modules\/\.bin$|\/node-gyp-bin$/

function filterEnvironment(
  environment: Environment,
  keeps: (name: string, value: string) => boolean,
): Record<string, string> {
  const kept: Record<string, string> = {}
  for (const [name, value] of Object.entries(environment)) {
    if (value !== undefined && keeps(name, value)) kept[name] = value
  }
  return kept
}
