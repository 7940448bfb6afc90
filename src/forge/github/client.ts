/**
 * The one way GitHub is spoken to: answers parsed, every refusal a Failure with the server's words, a time limit on
 * everything, reads repeated and writes not.
 */
import { z } from 'zod'
import type { GithubAddress } from './address.ts'
import { createAttempts } from './attempts.ts'
import type { Credentials } from './credentials.ts'
import { createGraphql, type GraphqlRequest, type Variables } from './graphql.ts'
import { createOctokits, GITHUB_PACE, type Pace } from './octokit.ts'
import { createRest, type Pages, type Signalled } from './rest.ts'

export type Viewer = { readonly login: string; readonly kind: 'user' | 'app' }

export type GithubClient = {
  readonly address: GithubAddress
  /**
   * GraphQL read. Parts that are forbidden or not found are null and listed in `problems`; total failure throws a Failure.
   */
  query<T>(request: GraphqlRequest<T>): Promise<{ data: T; problems: readonly string[] }>
  /**
   * GraphQL mutation, never repeated by itself. Throws a Failure: `forge_refused` with facts.status and the server's
   * words, `forge_unreachable` with facts.maybeDone: true when it is not known whether it happened.
   */
  mutate<T>(request: GraphqlRequest<T> & { readonly variables: Variables }): Promise<T>
  /**
   * REST; GETs use ETags and are repeated; everything else is sent once, except where it provably did not happen
   * (connection refused, rate limits).
   */
  rest<T>(route: string, parameters: Variables, schema: z.ZodType<T>, options?: Signalled): Promise<T>
  /** All pages up to `limit` items (1,000); `complete` is false when there are more, or when items could not be read. */
  pages<T>(route: string, parameters: Variables, schema: z.ZodType<T>, limit?: number): Promise<Pages<T>>
  /**
   * For endpoints that answer text, often after a redirect (logs): its last `maxBytes`. null = there is none. Our token
   * is not sent to another host.
   */
  text(route: string, parameters: Variables, maxBytes: number): Promise<{ text: string; truncated: boolean } | null>
  /** Who we act as; asked once. */
  viewer(): Promise<Viewer>
}

export type GithubClientOptions = {
  readonly address: GithubAddress
  readonly credentials: Credentials
  /** Of this program, for the user agent. */
  readonly version: string
  readonly now: () => number
  readonly pace?: Pace
  /** The repository is elsewhere now; what is asked at the old address is redirected. Called once. */
  readonly onRenamed?: (url: string) => void
}

export function createGithubClient(options: GithubClientOptions): GithubClient {
  const { address, credentials, version, now, pace = GITHUB_PACE, onRenamed = () => {} } = options
  const userAgent = `claude-task-master/${version}`
  const octokits = createOctokits({ address, credentials, userAgent, pace, onRenamed: once(onRenamed) })
  const attempts = createAttempts(address, now)
  const { query, mutate } = createGraphql(octokits, attempts, address)
  let viewer: Promise<Viewer> | null = null

  /** Works for Apps too, whose tokens may not ask REST for "the user". */
  async function readViewer(): Promise<Viewer> {
    const { data } = await query({ query: 'query Viewer { viewer { login } }', schema: viewerAnswer })
    const { login } = data.viewer
    return { login, kind: credentials.kind === 'app' || login.endsWith('[bot]') ? 'app' : 'user' }
  }

  return {
    address,
    query,
    mutate,
    ...createRest(octokits, attempts),
    viewer() {
      viewer ??= readViewer().catch((error: unknown) => {
        viewer = null
        throw error
      })
      return viewer
    },
  }
}

/** Every request to the old address is redirected; one word about it is enough. */
function once(tell: (url: string) => void): (url: string) => void {
  let isTold = false
  return (url) => {
    if (!isTold) tell(url)
    isTold = true
  }
}

const viewerAnswer = z.object({ viewer: z.object({ login: z.string() }) })
