/** People, bots and organisations. */
import type * as Github from '@octokit/graphql-schema'
import type { GraphQLResolveInfo } from 'graphql'
import { findRepository } from '../../service/repositories.ts'
import { toConnection } from '../connection.ts'
import type { Context, Resolvers } from '../context.ts'
import { toUrl } from '../links.ts'
import { type ActorSource, toRepository } from '../sources.ts'

/** Bots are `name[bot]` in REST and `name` in GraphQL; only as the viewer they keep their full name. */
export function loginOf({ user }: ActorSource, { viewer }: Context): string {
  if (user.type !== 'Bot') return user.login
  return user.id === viewer.user.id ? user.login : bareLogin(user.login)
}

export function bareLogin(login: string): string {
  return login.replace(/\[bot\]$/, '')
}

function pathOf({ user }: ActorSource): string {
  return user.type === 'Bot' ? `/apps/${bareLogin(user.login)}` : `/${user.login}`
}

const actor: Resolvers<Github.Actor & Github.Node & { databaseId: 0; createdAt: 0; updatedAt: 0 }, ActorSource> = {
  id: ({ user }) => user.nodeId,
  databaseId: ({ user }) => user.id,
  login: ({ user }) => bareLogin(user.login),
  avatarUrl: ({ user }) => `https://avatars.githubusercontent.com/u/${user.id}?v=4`,
  resourcePath: pathOf,
  url: (source, _args, { world }) => toUrl(world, pathOf(source)),
  createdAt: ({ user }) => user.createdAt,
  updatedAt: ({ user }) => user.createdAt,
}

function repositoriesOf({ user }: ActorSource, args: Github.UserRepositoriesArgs, { world, viewer }: Context) {
  return [...world.state.repositories.values()]
    .filter(({ owner }) => owner.toLowerCase() === user.login.toLowerCase())
    .filter(({ owner, name }) => findRepository(world, owner, name, viewer) !== null)
    .filter((repository) => args.isArchived == null || repository.archived === args.isArchived)
    .map(toRepository)
}

const owner = {
  ...actor,
  repository: ({ user }: ActorSource, { name }: { name: string }, { world, viewer }: Context) => {
    const found = findRepository(world, user.login, name, viewer)
    return found === null ? null : toRepository(found.repository)
  },
  repositories: (
    source: ActorSource,
    args: Github.UserRepositoriesArgs,
    context: Context,
    info: GraphQLResolveInfo,
  ) => ({ ...toConnection(repositoriesOf(source, args, context), args, info), totalDiskUsage: 0 }),
}

export const userResolvers: Resolvers<Github.User, ActorSource> = {
  ...owner,
  login: loginOf,
  name: ({ user }) => user.name,
  email: ({ user }) => user.email ?? '',
  bio: () => null,
  company: () => null,
  location: () => null,
  isViewer: ({ user }, _args, { viewer }) => user.id === viewer.user.id,
  isSiteAdmin: () => false,
  isEmployee: () => false,
  isBountyHunter: () => false,
  organizations: (_source, args, _context, info) => toConnection([], args, info),
}

export const botResolvers: Resolvers<Github.Bot, ActorSource> = actor

export const organizationResolvers: Resolvers<Github.Organization, ActorSource> = {
  ...owner,
  name: ({ user }) => user.name,
  email: ({ user }) => user.email,
  description: () => null,
  viewerCanAdminister: () => false,
  viewerIsAMember: () => false,
  teams: (_source, args, _context, info) => toConnection([], args, info),
}
