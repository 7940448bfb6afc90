/** A repository on an emulated GitHub, a clone of it, and our reading of it. */
import { mkdir } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import type { PrObservation, PrSnapshot } from '../../src/domain/observation.ts'
import { type GithubAddress, parseGithubRemote } from '../../src/forge/github/address.ts'
import { createGithubClient, type GithubClient } from '../../src/forge/github/client.ts'
import type { Credentials } from '../../src/forge/github/credentials.ts'
import type { Pace } from '../../src/forge/github/octokit.ts'
import { createReading, type Reading, type ReadingOptions } from '../../src/forge/github/reading.ts'
import { createGit, type Git } from '../../src/workspace/git.ts'
import { createGithubEmulator, type GithubEmulator } from './github/emulator.ts'
import type { RepositoryHandle } from './github/handle/repository.ts'
import type { TokenRequest } from './github/service/credentials.ts'
import type { RepositoryRequest } from './github/service/repositories.ts'
import { createRepository } from './repository.ts'
import { createVirtualClock, type VirtualClock } from './virtual-clock.ts'

export const BRANCH = 'claudetm/20260101-120000/g1'
/** Whose token we use. */
export const ME = 'octo-me'
export const QUICK: Pace = { spacesWrites: false, secondMs: 1, timeoutMs: 20_000, maxLimitWait: 60 }

export type GithubPlace = {
  readonly github: GithubEmulator
  readonly repository: RepositoryHandle
  readonly address: GithubAddress
  readonly client: GithubClient
  readonly clock: VirtualClock
  readonly git: Git
  /** A new process. */
  read(changes?: Partial<ReadingOptions>): Reading
  clientFor(token: Omit<TokenRequest, 'login'> & { login?: string }): GithubClient
  /** A branch with one commit and its pull request. */
  openPull(request?: {
    branch?: string
    files?: Record<string, string>
    by?: string
    draft?: boolean
  }): Promise<PrNumber>
  cleanup(): Promise<void>
}

export async function createGithubPlace(
  request: Partial<RepositoryRequest> & Pick<Parameters<GithubEmulator['createRepository']>[0], 'ci'> = {},
): Promise<GithubPlace> {
  const clock = createVirtualClock(Date.now())
  const github = await createGithubEmulator({ now: () => new Date(clock.now()) })
  const { ci, ...changes } = request
  const repository = await github.createRepository({
    owner: 'octo',
    name: 'demo',
    collaborators: { [ME]: 'write', writer: 'write', reader: 'read' },
    ...changes,
    ...(ci && { ci }),
  })
  const local = await createRepository()
  const git = createGit(local.path, local.environment)
  const address = parseGithubRemote(repository.gitUrl(), {})
  if (address === null) throw new Error('no address')
  const readings: Reading[] = []
  await mkdir(join(local.directory, 'forge'))

  function clientFor(token: Omit<TokenRequest, 'login'> & { login?: string }): GithubClient {
    const { value, kind } = github.createToken({ login: ME, ...token })
    const credentials: Credentials = {
      source: 'GH_TOKEN',
      kind: kind === 'installation' ? 'app' : 'user',
      token: async () => value,
      renew: async () => null,
    }
    return createGithubClient({
      address: address as GithubAddress,
      credentials,
      version: '0.0.0',
      now: clock.now,
      pace: QUICK,
    })
  }

  const client = clientFor({})
  await git.run(['remote', 'add', 'origin', repository.gitUrl(github.createToken({ login: ME }))])

  return {
    github,
    repository,
    address,
    client,
    clock,
    git,
    clientFor,
    read(changes = {}) {
      const reading = createReading({
        client,
        git,
        remote: 'origin',
        targetBranch: 'main',
        trust: { authors: [], bots: ['coderabbitai[bot]'] },
        triage: async () => new Map(),
        now: clock.now,
        sleepUntil: clock.sleepUntil,
        intake: null,
        ...changes,
      })
      readings.push(reading)
      return reading
    },
    async openPull({ branch = BRANCH, files = { 'greeting.txt': 'hello\n' }, by = ME, draft = false } = {}) {
      await repository.push({ by, branch, files })
      const { number } = await repository.openPull({
        by,
        head: branch,
        base: 'main',
        title: 'Add a greeting',
        body: 'It says hello.',
        draft,
      })
      await github.settled()
      return number as PrNumber
    },
    async cleanup() {
      for (const reading of readings) reading.close()
      await github.close()
      await local.cleanup()
    },
  }
}

export async function prOf(reading: Pick<Reading, 'observe'>, branch = BRANCH): Promise<PrSnapshot> {
  return toPr(await reading.observe(branch))
}

export function toPr(observation: PrObservation): PrSnapshot {
  if (observation.kind !== 'pr') throw new Error(`no PR: ${JSON.stringify(observation)}`)
  return observation.pr
}

export function toSha(sha: string): CommitSha {
  return sha as CommitSha
}
