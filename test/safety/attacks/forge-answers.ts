/**
 * Answers of GitHub, recorded from the emulator and then damaged: half-delivered, of another version, of a proxy. A pull
 * request that must not be merged for exactly one reason is read from them.
 */
import fc from 'fast-check'
import { z } from 'zod'
import { decide } from '../../../src/domain/decide/decide.ts'
import { Failure } from '../../../src/domain/failure.ts'
import type { PrObservation } from '../../../src/domain/observation.ts'
import type { GithubClient } from '../../../src/forge/github/client.ts'
import { BRANCH, createGithubPlace, type GithubPlace } from '../../support/github-place.ts'
import { gate, groupState, observation, present } from '../../support/observations.ts'
import { type Fuzz, mutated } from './fuzzing.ts'

type Recorded = Map<string, unknown>

const NO_REASON = 'nothing'

/** The one reason; without any it would be merged, or nothing were tried here. */
const REASONS: Readonly<Record<string, (place: GithubPlace, number: number) => unknown>> = {
  [NO_REASON]: () => null,
  'an open thread': ({ repository }, number) =>
    repository.addThread(number, { by: 'writer', body: 'why?', path: 'greeting.txt', line: 1 }),
  'requested changes': ({ repository }, number) => repository.requestChanges(number, 'writer'),
  'a red check': () => null,
}

export async function createForgeAnswers(): Promise<{ fuzzes: readonly Fuzz[]; cleanup(): Promise<void> }> {
  const places: GithubPlace[] = []
  const fuzzes: Fuzz[] = []
  for (const [reason, arrange] of Object.entries(REASONS)) {
    const outcome = reason === 'a red check' ? 'failure' : 'success'
    const place = await createGithubPlace({ ci: () => [{ name: 'ci', jobs: [{ name: 'test', outcome }] }] })
    places.push(place)
    const number = await place.openPull()
    await arrange(place, number)
    await place.github.settled()
    if (reason !== NO_REASON) fuzzes.push(await toFuzz(place, reason))
    else if (!isMerged(await place.read().observe(BRANCH))) throw new Error('it is held by more than a reason')
  }
  return {
    fuzzes,
    async cleanup() {
      for (const place of places) await place.cleanup()
    },
  }
}

async function toFuzz(place: GithubPlace, reason: string): Promise<Fuzz> {
  const recorded: Recorded = new Map()
  const healthy = await place.read({ client: recording(place.client, recorded) }).observe(BRANCH)
  if (healthy.kind !== 'pr') throw new Error(`there is no pull request: ${JSON.stringify(healthy)}`)
  if (isMerged(healthy)) throw new Error(`${reason} does not hold the merge`)
  const damaged = [...recorded].map(([key, answer]) => mutated(answer, isMeant).map((value) => ({ key, value })))
  return {
    name: `answers of GitHub: ${reason} holds the merge, and the pull request is there`,
    rule: 'merges_only_what_the_gate_allows',
    runs: 150,
    property: fc.asyncProperty(fc.oneof(...damaged), async ({ key, value }) => {
      const answers = new Map(recorded).set(key, value)
      const seen = await place.read({ client: replaying(place.client, answers) }).observe(BRANCH)
      if (seen.kind === 'none') throw new Error(`${key} says that there is no pull request`)
      if (isMerged(seen)) throw new Error(`${key} lets it be merged`)
    }),
  }
}

/** What GitHub itself says with these: the account is gone, no check was ever reported, it is another branch’s. */
function isMeant(path: string): boolean {
  return /(^|\.)(author(\.|$)|statusCheckRollup$|login$|headRefName$)/.test(path)
}

function isMerged(seen: PrObservation): boolean {
  if (seen.kind !== 'pr') return false
  const { number, url, head } = seen.pr
  const { action } = decide(
    observation({
      pr: seen,
      workspace: present({ head }),
      pushed: { kind: 'known', head },
      state: groupState({ gate: gate({ commit: head }), pr: { number, url }, lastPushed: head }),
    }),
  )
  return action.kind === 'merge'
}

function keyOf(name: string, variables: unknown): string {
  return `${/\b(?:query|mutation)\s+\w+/.exec(name)?.[0] ?? name} ${JSON.stringify(variables ?? {})}`
}

function recording(client: GithubClient, answers: Recorded): GithubClient {
  return {
    ...client,
    async query(request) {
      const { data, problems } = await client.query({ ...request, schema: z.unknown() })
      answers.set(keyOf(request.query, request.variables), data)
      return { data: request.schema.parse(data), problems }
    },
    async rest(route, parameters, schema) {
      const data = await client.rest(route, parameters, z.unknown())
      answers.set(keyOf(route, parameters), data)
      return schema.parse(data)
    },
  }
}

function replaying(client: GithubClient, answers: Recorded): GithubClient {
  const answer = async <T>(key: string, schema: z.ZodType<T>): Promise<T> => {
    if (!answers.has(key)) throw new Failure('forge_unreachable', `nobody answers ${key}`)
    const parsed = schema.safeParse(answers.get(key))
    if (parsed.success) return parsed.data
    throw new Failure('forge_unreachable', `not what GitHub answers: ${z.prettifyError(parsed.error)}`)
  }
  return {
    ...client,
    query: async (request) => ({
      data: await answer(keyOf(request.query, request.variables), request.schema),
      problems: [],
    }),
    rest: (route, parameters, schema) => answer(keyOf(route, parameters), schema),
    viewer: async () => ({ login: 'octo-me', kind: 'user' }),
  }
}
