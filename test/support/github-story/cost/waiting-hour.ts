/** The requests of an hour in which nothing happens: pull requests whose checks do not end, and nobody who tells. */
import type { PrNumber } from '../../../../src/domain/ids.ts'
import type { Forge } from '../../../../src/forge/forge.ts'
import { parseGithubRemote } from '../../../../src/forge/github/address.ts'
import { createGithubClient } from '../../../../src/forge/github/client.ts'
import type { Credentials } from '../../../../src/forge/github/credentials.ts'
import { createGithubForge } from '../../../../src/forge/github/github-forge.ts'
import { createGit } from '../../../../src/workspace/git.ts'
import { createGithubPlace, DEVELOPER, type GithubPlace } from '../place.ts'
import { TINY_MATH } from '../tiny-math.ts'
import { createSleeperClock, type SleeperClock } from './sleeper-clock.ts'

const HOUR_MS = 3_600_000

export type WaitingHour = {
  readonly requests: number
  /** How often somebody was woken and looked in full, although nothing had happened. */
  readonly looks: number
}

export async function measureWaitingHour(pulls: number): Promise<WaitingHour> {
  const clock = createSleeperClock(Date.now())
  const place = await createGithubPlace({
    scenario: [],
    now: () => new Date(clock.now()),
    repository: {
      files: TINY_MATH,
      ci: () => [{ name: 'ci', jobs: [{ name: 'test', outcome: 'pending' }] }],
    },
  })
  const forge = createForge(place, clock)
  const ended = new AbortController()
  try {
    const numbers = await openPulls(place, pulls)
    for (const number of numbers) await forge.observeNumber(number)
    place.github.requests.clear()
    let looks = -numbers.length // the first look of each belongs to the wait
    const waiting = numbers.map(async (number) => {
      for (;;) {
        await forge.observeNumber(number)
        looks += 1
        await forge.changed(number, ended.signal)
      }
    })
    await clock.passUntil(clock.now() + HOUR_MS)
    ended.abort()
    await Promise.allSettled(waiting)
    return { requests: place.github.requests.count() - numbers.length, looks }
  } finally {
    await forge.close()
    await place.cleanup()
  }
}

async function openPulls({ repository }: GithubPlace, count: number): Promise<readonly PrNumber[]> {
  const numbers: PrNumber[] = []
  for (let each = 1; each <= count; each += 1) {
    const head = `topic-${each}`
    await repository.push({ by: DEVELOPER, branch: head, files: { [`${head}.txt`]: 'hello\n' } })
    const { number } = await repository.openPull({ by: DEVELOPER, head, base: 'main', title: head })
    numbers.push(number as PrNumber)
  }
  return numbers
}

function createForge({ repository, path, env, token, directory }: GithubPlace, clock: SleeperClock): Forge {
  const address = parseGithubRemote(repository.gitUrl(), env)
  if (address === null || token === null) throw new Error('this place is not on GitHub')
  const value = token.value
  const credentials: Credentials = { source: 'test', kind: 'user', token: async () => value, renew: async () => null }
  const { now, sleepUntil } = clock
  return createGithubForge({
    address,
    client: createGithubClient({ address, credentials, version: '0.0.0', now }),
    credentials,
    git: createGit(path, env),
    remote: 'origin',
    targetBranch: 'main',
    directory,
    trust: { authors: [], bots: [] },
    now,
    sleepUntil,
    emit: () => {},
    intake: null,
  })
}
