/** Accounts: people, bots, organisations, and the deleted ones that GitHub shows as "ghost". */
import type { Login, User, World } from '../model.ts'
import { nextId, timestamp, toNodeId } from '../world.ts'

export type UserRequest = {
  readonly login: Login
  /** Default `Bot` for logins that end in `[bot]`, else `User`. */
  readonly type?: User['type']
  readonly name?: string
  readonly email?: string
}

const PREFIX = { User: 'U', Bot: 'BOT', Organization: 'O' } as const

/** Finds the account or creates it, also anew. */
export function ensureUser(world: World, request: UserRequest): User {
  const known = findUser(world, request.login)
  if (known !== null) return known
  const type = request.type ?? (request.login.endsWith('[bot]') ? 'Bot' : 'User')
  const id = nextId(world)
  const user: User = {
    id,
    nodeId: toNodeId(PREFIX[type], id),
    login: request.login,
    type,
    name: request.name ?? null,
    email: request.email ?? null,
    createdAt: timestamp(world),
  }
  world.state.users.set(request.login.toLowerCase(), user)
  world.state.deletedUsers.delete(request.login.toLowerCase())
  return user
}

/** Null: there is none, or it was deleted. */
export function findUser(world: World, login: Login | null): User | null {
  return login === null ? null : (world.state.users.get(login.toLowerCase()) ?? null)
}

/** Whoever acts has an account, unless it was deleted. */
export function knowUser(world: World, login: Login): void {
  if (!world.state.deletedUsers.has(login.toLowerCase())) ensureUser(world, { login })
}

/** What the account wrote stays; its author is null from now on. */
export function deleteUser(world: World, login: Login): void {
  world.state.users.delete(login.toLowerCase())
  world.state.deletedUsers.add(login.toLowerCase())
  for (const token of world.state.tokens.values()) {
    if (token.login.toLowerCase() === login.toLowerCase()) token.revoked = true
  }
}

/** As GitHub writes it into commits. */
export function noReplyEmail(user: User): string {
  return user.email ?? `${user.id}+${user.login}@users.noreply.github.com`
}

export function isSameLogin(a: Login | null, b: Login | null): boolean {
  return a !== null && b !== null && a.toLowerCase() === b.toLowerCase()
}
