/** What every resolver is given beside its source, and how resolvers are written. */
import type { GraphQLResolveInfo } from 'graphql'
import { GithubError } from '../errors.ts'
import type { PermissionName, Repository, Role, Viewer, World } from '../model.ts'
import { hasRole, notAccessible, tokenAllows } from '../service/access.ts'
import { RefusedField } from './errors.ts'
import type { QuerySize } from './node-limits.ts'

export type Context = {
  readonly world: World
  readonly viewer: Viewer
  readonly size: QuerySize
  readonly rateLimit: RateLimit
}

export type RateLimit = {
  readonly limit: number
  readonly remaining: number
  readonly used: number
  readonly resetAt: Date
}

/**
 * The fields of one type. What has no resolver is a member of the source itself; what is neither is an error, so that
 * nothing is ever null because it was forgotten.
 */
export type Resolvers<Type, Source> = { readonly [Field in keyof Omit<Type, '__typename'>]?: Resolver<Source> }

// Written as a method, so that a resolver may name the arguments that the schema has checked already.
export type Resolver<Source> = {
  method(source: Source, args: Record<string, unknown>, context: Context, info: GraphQLResolveInfo): unknown
}['method']

/** Throws FORBIDDEN where a token may not read: there the answer has a hole, and the rest is answered. */
export function requireReadable({ viewer }: Context, repository: Repository, permission: PermissionName): void {
  if (!tokenAllows(viewer.token, repository, { permission, level: 'read' })) throw notAccessible(viewer.token)
}

export function canRead({ viewer }: Context, repository: Repository, permission: PermissionName): boolean {
  return tokenAllows(viewer.token, repository, { permission, level: 'read' })
}

export type WriteNeed = { readonly permission: PermissionName /** Default `write`. */; readonly role?: Role }

/** Throws what GitHub answers to a mutation that this token, or this person, may not do. */
export function requireWritable(context: Context, repository: Repository, mutation: string, need: WriteNeed): void {
  const { world, viewer } = context
  if (!tokenAllows(viewer.token, repository, { permission: need.permission, level: 'write' })) {
    throw viewer.token.kind === 'classic' ? insufficientScopes(context, mutation) : notAccessible(viewer.token)
  }
  if (repository.archived) throw new GithubError(403, 'Repository was archived so is read-only.')
  // An app is no collaborator: what its installation was given is all there is to ask.
  if (viewer.token.kind === 'installation' || hasRole(world, repository, viewer.login, need.role ?? 'write')) return
  const name = `${mutation.slice(0, 1).toUpperCase()}${mutation.slice(1)}`
  throw new GithubError(403, `${viewer.login} does not have the correct permissions to execute \`${name}\``)
}

/** Whether this person may, as far as the role goes. */
export function can({ world, viewer }: Context, repository: Repository, role: Role): boolean {
  return hasRole(world, repository, viewer.login, role)
}

function insufficientScopes({ viewer }: Context, field: string): RefusedField {
  const has = JSON.stringify(viewer.token.scopes).replaceAll('"', "'")
  return new RefusedField(
    'INSUFFICIENT_SCOPES',
    `Your token has not been granted the required scopes to execute this query. The '${field}' field requires one of the following scopes: ['public_repo'], but your token has only been granted the: ${has} scopes. Please modify your token's scopes at: https://github.com/settings/tokens.`,
  )
}
