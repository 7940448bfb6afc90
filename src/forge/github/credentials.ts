/**
 * Whose rights are used on GitHub: a token from the environment, a GitHub App, or the login of `gh`. Says where they come
 * from, never what they are.
 */
import { readFileSync } from 'node:fs'
import { createAppAuth } from '@octokit/auth-app'
import { Octokit } from '@octokit/core'
import { Failure } from '../../domain/failure.ts'
import { runCommand } from '../../lib/command.ts'
import type { Environment } from '../../lib/environment.ts'
import { type GithubAddress, isPublicGithub } from './address.ts'
import { createFetch } from './connection.ts'
import { toGithubFailure } from './failures.ts'

export type Credentials = {
  /** For people: `GH_TOKEN`, `gh login`, `app 123`. */
  readonly source: string
  readonly kind: 'user' | 'app'
  token(): Promise<string>
  /** Another token, after the server refused the present one; null when there is none to be had. */
  renew(): Promise<string | null>
}

export type CredentialSources = {
  readonly address: GithubAddress
  readonly environment: Environment
  readonly cwd: string
}

const GH_TIMEOUT_MS = 10_000

/** Throws `forge_auth` when there is nothing, `config_invalid` for an App that cannot be used. */
export async function findCredentials(sources: CredentialSources): Promise<Credentials> {
  const { address, environment } = sources
  const app = appFrom(environment)
  if (app !== null) return createAppCredentials(app, address)
  const name = tokenVariables(address).find((variable) => environment[variable])
  if (name !== undefined) return fixed(name, environment[name] ?? '')
  const login = await askGh(sources)
  if (login !== null) return fixed('gh login', login)
  const sought = [...tokenVariables(address), `gh auth login --hostname ${address.host}`].join(', ')
  throw new Failure('forge_auth', `no credential for ${address.host} (looked for ${sought})`, {
    facts: { host: address.host },
  })
}

/** What git gives to an https remote; ask again for every process, tokens of an App live for an hour. */
export async function toGitPassword(
  credentials: Pick<Credentials, 'token'>,
): Promise<{ readonly username: string; readonly password: string }> {
  return { username: 'x-access-token', password: await credentials.token() }
}

/** The same order as `gh`: on Enterprise hosts their own variables come first. */
function tokenVariables(address: GithubAddress): readonly string[] {
  const common = ['GITHUB_TOKEN', 'GH_TOKEN']
  return isPublicGithub(address) ? common : ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN', ...common]
}

function fixed(source: string, token: string): Credentials {
  return { source, kind: 'user', token: async () => token.trim(), renew: async () => null }
}

async function askGh({ address, environment, cwd }: CredentialSources): Promise<string | null> {
  const env = Object.fromEntries(Object.entries(environment).flatMap(([name, value]) => (value ? [[name, value]] : [])))
  const result = await runCommand('gh', ['auth', 'token', '--hostname', address.host], {
    cwd,
    env: { ...env, GH_PROMPT_DISABLED: '1', GH_NO_UPDATE_NOTIFIER: '1' },
    timeoutMs: GH_TIMEOUT_MS,
  })
  return result.exitCode === 0 ? result.stdout.trim() || null : null
}

type App = { readonly id: string; readonly privateKey: string; readonly installationId: string | null }

function appFrom(environment: Environment): App | null {
  const id = environment.CLAUDETM_GITHUB_APP_ID
  if (!id) return null
  const privateKey = environment.CLAUDETM_GITHUB_APP_PRIVATE_KEY || readKey(environment)
  if (!privateKey) {
    const path = 'CLAUDETM_GITHUB_APP_PRIVATE_KEY'
    throw new Failure('config_invalid', `CLAUDETM_GITHUB_APP_ID is set, but neither ${path} nor ${path}_FILE`, {
      facts: { path },
    })
  }
  // In .env files and CI settings line ends are often written as \n.
  const key = privateKey.replaceAll('\\n', '\n')
  return { id, privateKey: key, installationId: environment.CLAUDETM_GITHUB_APP_INSTALLATION_ID || null }
}

function readKey(environment: Environment): string | null {
  const file = environment.CLAUDETM_GITHUB_APP_PRIVATE_KEY_FILE
  if (!file) return null
  try {
    return readFileSync(file, 'utf8')
  } catch (error) {
    const path = 'CLAUDETM_GITHUB_APP_PRIVATE_KEY_FILE'
    throw new Failure('config_invalid', `${path}: ${file} cannot be read`, { facts: { path, file }, cause: error })
  }
}

/** Acts as the App's installation on this repository. */
function createAppCredentials({ id, privateKey, installationId }: App, address: GithubAddress): Credentials {
  const { request } = new Octokit({
    baseUrl: address.apiUrl,
    request: { fetch: createFetch({ timeoutMs: 30_000 }) },
  })
  const auth = createAppAuth({ appId: id, privateKey, request })
  let installation: Promise<number> | null = null

  async function findInstallation(): Promise<number> {
    if (installationId !== null) return Number(installationId)
    const { token } = await auth({ type: 'app' })
    const { data } = await request('GET /repos/{owner}/{repo}/installation', {
      owner: address.owner,
      repo: address.name,
      headers: { authorization: `bearer ${token}` },
    })
    return data.id
  }

  async function createToken(refresh: boolean): Promise<string> {
    try {
      installation ??= findInstallation()
      const { token } = await auth({ type: 'installation', installationId: await installation, refresh })
      return token
    } catch (error) {
      installation = null
      throw toAppFailure(error, id, address)
    }
  }

  return {
    source: `app ${id}`,
    kind: 'app',
    token: () => createToken(false),
    renew: () => createToken(true),
  }
}

function toAppFailure(error: unknown, id: string, { host, owner, name }: GithubAddress): Error {
  const repository = `${owner}/${name}`
  const request = { method: 'POST', path: `token of app ${id}`, host, repository, isWrite: false, now: Date.now() }
  const failure = toGithubFailure(error, request)
  if (!(failure instanceof Failure) || failure.kind === 'forge_unreachable') return failure
  const isAbsent = failure.facts.status === 404
  const words = isAbsent ? `app ${id} is not installed on ${repository}` : `app ${id}: ${failure.message}`
  return new Failure('forge_auth', words, { facts: { host }, cause: error })
}
