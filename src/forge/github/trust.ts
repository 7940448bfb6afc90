/**
 * Whose words count: ours, of those who may write to the repository, and of whom the policy names. Not known is not
 * "untrusted": a person's objection must not be dropped because a look-up failed.
 */
import { z } from 'zod'
import { Failure } from '../../domain/failure.ts'
import type { GithubClient, Viewer } from './client.ts'
import { bareLogin } from './marks.ts'
import type { Actor } from './schema.ts'
import { createTimedCache } from './timed-cache.ts'

export type TrustPolicy = {
  /** Logins that count although they may not write; bots among them with `[bot]`. */
  readonly authors: readonly string[]
  /** Review bots that count, with or without `[bot]`. */
  readonly bots: readonly string[]
}

export type Author = { readonly login: string; readonly isBot: boolean; readonly isDeleted: boolean }

export type Judgement = { readonly trusted: boolean; readonly isViewer: boolean }

export type Trust = {
  /** For each author of a list of actors. Throws a Failure when GitHub does not say. */
  judge(authors: readonly Author[]): Promise<(author: Author) => Judgement>
  isTrustedBot(author: Author): boolean
}

const TTL_MS = 10 * 60_000
const WRITERS: ReadonlySet<string> = new Set(['write', 'maintain', 'admin'])
const permission = z.object({ permission: z.string(), role_name: z.string().optional() })

const GHOST: Author = { login: 'ghost', isBot: false, isDeleted: true }

export function toAuthor(actor: Actor): Author {
  if (actor === null) return GHOST
  const { __typename: type, login } = actor
  return { login, isBot: type === 'Bot' || /\[bot\]$/i.test(login), isDeleted: false }
}

export function createTrust(client: GithubClient, policy: TrustPolicy, now: () => number): Trust {
  const writers = createTimedCache<boolean>({ keepMs: () => TTL_MS, now })

  function mayWrite({ login }: Author): Promise<boolean> {
    return writers.get(login.toLowerCase(), () => readPermission(client, login))
  }

  async function judgeOne(author: Author, viewer: Viewer): Promise<Judgement> {
    if (author.isDeleted) return { trusted: false, isViewer: false }
    const isViewer = isAccount(author, viewer.login)
    const isNamed = policy.authors.some((name) => isAccount(author, name))
    if (isViewer || isNamed || author.isBot) {
      return { trusted: isViewer || isNamed || isTrustedBot(author), isViewer }
    }
    return { trusted: await mayWrite(author), isViewer }
  }

  function isTrustedBot({ isBot, login }: Author): boolean {
    return isBot && policy.bots.some((name) => bareLogin(name) === bareLogin(login))
  }

  return {
    isTrustedBot,
    async judge(authors) {
      const distinct = new Map(authors.map((author) => [keyOf(author), author]))
      if (distinct.size === 0) return () => ({ trusted: false, isViewer: false })
      const viewer = await client.viewer()
      const judged = await Promise.all(
        [...distinct].map(async ([key, author]) => [key, await judgeOne(author, viewer)] as const),
      )
      const known = new Map(judged)
      return (author) => known.get(keyOf(author)) ?? { trusted: false, isViewer: false }
    },
  }
}

/** Accounts of people and of bots are told apart: anybody may register the name of a bot. */
function isAccount({ login, isBot }: Author, name: string): boolean {
  return bareLogin(login) === bareLogin(name) && isBot === /\[bot\]$/i.test(name)
}

function keyOf({ login, isBot, isDeleted }: Author): string {
  return `${login.toLowerCase()} ${isBot} ${isDeleted}`
}

async function readPermission(client: GithubClient, username: string): Promise<boolean> {
  const { owner, name } = client.address
  const route = 'GET /repos/{owner}/{repo}/collaborators/{username}/permission'
  try {
    const found = await client.rest(route, { owner, repo: name, username }, permission)
    return WRITERS.has(found.permission) || WRITERS.has(found.role_name ?? '')
  } catch (error) {
    if (error instanceof Failure && error.facts.status === 404) return false // no such person any more
    throw error
  }
}
