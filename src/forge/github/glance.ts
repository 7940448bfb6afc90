/** One small query over many pull requests: has any of them changed? */
import { z } from 'zod'
import type { PrNumber } from '../../domain/ids.ts'
import type { GithubClient } from './client.ts'
import { FINGERPRINT_FIELDS, type Fingerprint, toFingerprint } from './fingerprint.ts'
import type { RateBudget } from './poll-pace.ts'
import { orNull, time } from './schema.ts'

export type Glance = {
  /** null or missing: GitHub did not show it, or not all of it. */
  readonly prints: ReadonlyMap<PrNumber, Fingerprint | null>
  readonly budget: RateBudget | null
}

const answer = z.object({
  repository: z.record(z.string(), z.unknown()),
  rateLimit: orNull(z.object({ cost: z.number(), limit: z.number(), remaining: z.number(), resetAt: time })),
})

/** Throws a Failure. */
export async function glanceAt(
  client: GithubClient,
  numbers: readonly PrNumber[],
  signal: AbortSignal,
): Promise<Glance> {
  const { owner, name } = client.address
  const parts = numbers.map((number) => `p${number}: pullRequest(number: ${number}) { ${FINGERPRINT_FIELDS} }`)
  const { data } = await client.query({
    query: `query Glance($owner: String!, $name: String!) {
      repository(owner: $owner, name: $name) { ${parts.join('\n')} }
      rateLimit { cost limit remaining resetAt }
    }`,
    variables: { owner, name },
    schema: answer,
    signal,
  })
  const prints = numbers.map((number) => [number, toFingerprint(data.repository[`p${number}`])] as const)
  return { prints: new Map(prints), budget: data.rateLimit }
}
