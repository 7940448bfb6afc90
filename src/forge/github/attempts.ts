/**
 * What surrounds every request: errors become Failures, an abort ends the waiting at once, and while a rate limit lasts
 * nothing is sent at all (GitHub shuts out who goes on asking).
 */
import { Failure } from '../../domain/failure.ts'
import type { GithubAddress } from './address.ts'
import { type RequestFacts, toGithubFailure } from './failures.ts'

export type RequestName = Pick<RequestFacts, 'method' | 'path' | 'isWrite'>

export type Attempts = {
  /** Throws a Failure, or the signal's reason. */
  attempt<T>(request: RequestName, signal: AbortSignal | undefined, work: () => Promise<T>): Promise<T>
  factsOf(request: RequestName): RequestFacts
}

export function createAttempts({ host, owner, name }: GithubAddress, now: () => number): Attempts {
  /** GraphQL and REST have limits of their own. */
  const limitedUntil = { graphql: 0, rest: 0 }
  const factsOf = (request: RequestName) => ({ ...request, host, repository: `${owner}/${name}`, now: now() })

  function requireUnlimited(request: RequestName): void {
    const retryAt = limitedUntil[sortOf(request)]
    if (retryAt <= now()) return
    throw new Failure('forge_unreachable', `GitHub's rate limit is reached until ${new Date(retryAt).toISOString()}`, {
      facts: { host, retryAt, maybeDone: false },
    })
  }

  function remember(request: RequestName, failure: Error): Error {
    if (failure instanceof Failure && typeof failure.facts.retryAt === 'number') {
      limitedUntil[sortOf(request)] = failure.facts.retryAt
    }
    return failure
  }

  return {
    factsOf,
    async attempt(request, signal, work) {
      signal?.throwIfAborted()
      requireUnlimited(request)
      try {
        return await untilAborted(work(), signal)
      } catch (error) {
        signal?.throwIfAborted()
        throw remember(request, toGithubFailure(error, factsOf(request)))
      }
    },
  }
}

function sortOf({ path }: RequestName): 'graphql' | 'rest' {
  return path.startsWith('graphql') ? 'graphql' : 'rest'
}

/** Pauses of the libraries below do not look at signals; what they would send afterwards carries the same signal. */
async function untilAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work
  const { promise, reject } = Promise.withResolvers<never>()
  const onAbort = () => reject(signal.reason)
  signal.addEventListener('abort', onAbort, { once: true })
  work.catch(() => {}) // nobody listens any more after an abort
  try {
    return await Promise.race([work, promise])
  } finally {
    signal.removeEventListener('abort', onAbort)
  }
}
