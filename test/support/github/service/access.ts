/** Who is asking, and what they may see and do: the role of the login, and what its token was given. */
import { GithubError, notFound } from '../errors.ts'
import type {
  Login,
  PermissionLevel,
  PermissionName,
  Permissions,
  Repository,
  Role,
  Token,
  Viewer,
  World,
} from '../model.ts'
import { findUser, isSameLogin } from './users.ts'

const ROLES: readonly Role[] = ['none', 'read', 'triage', 'write', 'maintain', 'admin']
const LEVELS: readonly PermissionLevel[] = ['read', 'write', 'admin']

/** Null: no such token, or it is over. */
export function findViewer(world: World, tokenValue: string): Viewer | null {
  const token = world.state.tokens.get(tokenValue)
  if (token === undefined || token.revoked) return null
  if (token.expiresAt !== null && token.expiresAt <= world.now().getTime()) return null
  const user = findUser(world, token.login)
  return user === null ? null : { login: user.login, user, token }
}

export function roleOf(world: World, repository: Repository, login: Login): Role {
  if (isSameLogin(repository.owner, login)) return 'admin'
  const given = repository.collaborators.get(login.toLowerCase())
  if (given !== undefined) return given
  return roleOfApp(world, repository, login) ?? (repository.private ? 'none' : 'read')
}

/** An app acts as its bot, as far as its installation on this repository goes. */
function roleOfApp(world: World, repository: Repository, login: Login): Role | null {
  for (const installation of world.state.installations.values()) {
    const app = world.state.apps.get(installation.appId)
    if (app === undefined || !isSameLogin(`${app.slug}[bot]`, login)) continue
    if (!isSameLogin(installation.account, repository.owner) || !covers(installation.repositories, repository)) continue
    if (installation.permissions.administration === 'write') return 'admin'
    return installation.permissions.contents === 'write' ? 'write' : 'read'
  }
  return null
}

export function hasRole(world: World, repository: Repository, login: Login, role: Role): boolean {
  return ROLES.indexOf(roleOf(world, repository, login)) >= ROLES.indexOf(role)
}

export function canSee(world: World, viewer: Viewer | null, repository: Repository): boolean {
  if (!repository.private) return true
  if (viewer === null || !hasRole(world, repository, viewer.login, 'read')) return false
  if (viewer.token.kind === 'classic') return viewer.token.scopes.includes('repo')
  return covers(viewer.token.repositories, repository)
}

export type Need = {
  readonly permission: PermissionName
  readonly level: PermissionLevel
  /** What the login itself must be; default `write` for writing and `read` for reading. */
  readonly role?: Role
}

/** Throws 404 for what the viewer may not see, 401 and 403 for what nobody, its token or its role may not do. */
export function requireAccess(world: World, viewer: Viewer | null, repository: Repository, need: Need): void {
  if (!canSee(world, viewer, repository)) throw notFound()
  if (viewer === null) {
    if (need.level === 'read' && need.role === undefined) return
    throw new GithubError(401, 'Requires authentication')
  }
  if (!tokenAllows(viewer.token, repository, need)) throw notAccessible(viewer.token)
  const role = need.role ?? (need.level === 'read' ? 'read' : 'write')
  if (hasRole(world, repository, viewer.login, role)) return
  throw role === 'admin' ? new GithubError(403, 'Must have admin rights to Repository.') : notAccessible(viewer.token)
}

/** Whether the token itself goes that far, whoever it belongs to. */
export function tokenAllows(token: Token, repository: Repository, need: Need): boolean {
  if (token.kind === 'classic') {
    if (need.level === 'read' && !repository.private) return true
    return token.scopes.includes('repo') || (!repository.private && token.scopes.includes('public_repo'))
  }
  if (need.level === 'read' && need.permission === 'metadata') return true
  if (!covers(token.repositories, repository)) return need.level === 'read' && !repository.private
  return includesLevel(token.permissions, need)
}

function includesLevel(permissions: Permissions, need: Need): boolean {
  const given = permissions[need.permission]
  return given !== undefined && LEVELS.indexOf(given) >= LEVELS.indexOf(need.level)
}

export function notAccessible(token: Token): GithubError {
  if (token.kind === 'installation') return new GithubError(403, 'Resource not accessible by integration')
  if (token.kind === 'fine-grained') return new GithubError(403, 'Resource not accessible by personal access token')
  return new GithubError(403, 'Must have write access to the repository.')
}

function covers(repositories: readonly string[] | null, repository: Repository): boolean {
  return repositories === null || repositories.includes(`${repository.owner}/${repository.name}`.toLowerCase())
}

/** How the author stands to the repository, as comments and reviews carry it. */
export function associationOf(
  world: World,
  repository: Repository,
  login: Login,
): 'OWNER' | 'MEMBER' | 'COLLABORATOR' | 'CONTRIBUTOR' | 'NONE' {
  if (isSameLogin(repository.owner, login)) return 'OWNER'
  const role = repository.collaborators.get(login.toLowerCase()) ?? 'none'
  if (findUser(world, login)?.type === 'Bot') return role === 'none' ? 'NONE' : 'CONTRIBUTOR'
  if (role === 'none') return 'NONE'
  return findUser(world, repository.owner)?.type === 'Organization' ? 'MEMBER' : 'COLLABORATOR'
}
