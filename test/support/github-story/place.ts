/**
 * A repository on the emulator, a developer's clone of it, a scripted model, and an environment in which the command line
 * finds all three and nothing of the person at the machine.
 */
import { once } from 'node:events'
import { mkdir, mkdtemp, realpath, rm } from 'node:fs/promises'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import type { Scenario } from '../../../src/demo/scripted-model/script.ts'
import { createScriptedModel, type ScriptedModel } from '../../../src/demo/scripted-model/scripted-model.ts'
import { runCommand } from '../../../src/lib/command.ts'
import { createGithubEmulator, type GithubEmulator } from '../github/emulator.ts'
import type { RepositoryHandle } from '../github/handle/repository.ts'
import type { Token } from '../github/model.ts'
import type { TokenRequest } from '../github/service/credentials.ts'
import { REPOSITORY } from './tiny-math.ts'

export const DEVELOPER = 'dev'
export const WEBHOOK_SECRET = 'the-secret-of-the-webhook'

type RepositoryRequest = Omit<Parameters<GithubEmulator['createRepository']>[0], 'owner' | 'name'>

export type GithubPlaceRequest = {
  readonly scenario: Scenario
  /** What is on the server at the beginning; `octo/tiny-math`, into which `dev` may write. */
  readonly repository?: RepositoryRequest
  /** Of `dev`; null = there is none. Default a classic token. */
  readonly token?: Omit<TokenRequest, 'login'> | null
  readonly delayMs?: number
  /** GitHub's clock; default the real time. */
  readonly now?: () => Date
  readonly env?: Readonly<Record<string, string>>
}

export type GithubPlace = {
  readonly github: GithubEmulator
  readonly repository: RepositoryHandle
  readonly model: ScriptedModel
  readonly token: Token | null
  /** The developer's clone. */
  readonly path: string
  /** Temporary directory that holds the clone, the home and whatever else is needed. */
  readonly directory: string
  readonly env: Readonly<Record<string, string>>
  /** A free one; the repository's webhook points there, whether anybody listens or not. */
  readonly webhookPort: number
  /** In the clone. Standard output without trailing newlines; throws with git's own words. */
  git(args: readonly string[]): Promise<string>
  /** Ends the servers; the files stay. */
  close(): Promise<void>
  cleanup(): Promise<void>
}

export async function createGithubPlace(request: GithubPlaceRequest): Promise<GithubPlace> {
  const directory = await realpath(await mkdtemp(join(tmpdir(), 'claudetm-github-')))
  const github = await createGithubEmulator(request.now === undefined ? {} : { now: request.now })
  const model = await createScriptedModel({ scenario: request.scenario, delayMs: request.delayMs ?? 0 })
  const { collaborators, ...rest } = request.repository ?? {}
  const given = { [DEVELOPER]: 'write' as const, ...collaborators }
  const repository = await github.createRepository({ ...REPOSITORY, collaborators: given, ...rest })
  const token = request.token === null ? null : github.createToken({ login: DEVELOPER, ...request.token })
  const webhookPort = await findFreePort()
  repository.addWebhook({ url: `http://127.0.0.1:${webhookPort}/github/webhooks`, secret: WEBHOOK_SECRET })
  const home = join(directory, 'home')
  await mkdir(home)
  const path = join(directory, REPOSITORY.name)
  await cloneRepository({ repository, path, home, token: token ?? github.createToken({ login: DEVELOPER }) })
  async function close(): Promise<void> {
    await model.close()
    await github.close()
  }

  return {
    github,
    repository,
    model,
    token,
    path,
    directory,
    env: { ...toEnvironment({ github, model, token, home }), ...request.env },
    webhookPort,
    git: (args) => runGit(path, home, args),
    close,
    async cleanup() {
      await close()
      await rm(directory, { recursive: true, force: true, maxRetries: 5, retryDelay: 50 })
    },
  }
}

function toEnvironment(at: {
  readonly github: GithubEmulator
  readonly model: ScriptedModel
  readonly token: Token | null
  readonly home: string
}): Record<string, string> {
  const { github, model, token, home } = at
  return {
    PATH: process.env.PATH ?? '',
    HOME: home,
    GIT_CONFIG_NOSYSTEM: '1',
    ANTHROPIC_BASE_URL: model.url,
    ANTHROPIC_API_KEY: 'scripted-model-needs-no-key',
    CLAUDETM_HOME: join(home, '.claudetm'),
    CLAUDE_CONFIG_DIR: join(home, '.claude'),
    GITHUB_SERVER_URL: github.url,
    GITHUB_API_URL: github.apiUrl,
    GITHUB_GRAPHQL_URL: github.graphqlUrl,
    CLAUDETM_GITHUB_WEBHOOK_SECRET: WEBHOOK_SECRET,
    ...(token === null ? {} : { GITHUB_TOKEN: token.value }),
  }
}

/** As a person's own credential helper would let them: nothing of the token stays in the clone. */
async function cloneRepository(at: {
  readonly repository: RepositoryHandle
  readonly path: string
  readonly home: string
  readonly token: Token
}): Promise<void> {
  const { repository, path, home, token } = at
  const basic = Buffer.from(`x-access-token:${token.value}`).toString('base64')
  const header = `http.extraHeader=Authorization: Basic ${basic}`
  await runGit('/', home, ['-c', header, 'clone', '--quiet', repository.gitUrl(), path])
  await runGit(path, home, ['config', 'user.name', 'Demo Developer'])
  await runGit(path, home, ['config', 'user.email', 'developer@example.com'])
}

async function runGit(cwd: string, home: string, args: readonly string[]): Promise<string> {
  const env = { PATH: process.env.PATH ?? '', HOME: home, GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C' }
  const result = await runCommand('git', args, { cwd, env, timeoutMs: 60_000 })
  if (result.exitCode !== 0) throw new Error(`git ${args.join(' ')} failed: ${result.startError ?? result.output}`)
  return result.stdout.trimEnd()
}

async function findFreePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1')
  await once(server, 'listening')
  const { port } = server.address() as AddressInfo
  await new Promise((resolve) => server.close(resolve))
  return port
}
