/** Where a query begins. */
import type * as Github from '@octokit/graphql-schema'
import { canSee } from '../service/access.ts'
import { findRepository } from '../service/repositories.ts'
import { findUser } from '../service/users.ts'
import { toConnection } from './connection.ts'
import type { Context, Resolvers } from './context.ts'
import { RefusedField } from './errors.ts'
import { requireNode } from './nodes.ts'
import { searchPulls } from './search.ts'
import { type PullSource, type RepositorySource, toRepository, toUserActor } from './sources.ts'

export const queryResolvers: Resolvers<Github.Query, object> = {
  relay: () => ({}),
  viewer: (_source, _args, { viewer }) => toUserActor(viewer.user),
  rateLimit: (_source, _args, { rateLimit, size }) => ({
    cost: size.cost,
    limit: rateLimit.limit,
    nodeCount: size.nodes,
    remaining: rateLimit.remaining,
    resetAt: rateLimit.resetAt.toISOString().replace(/\.\d{3}Z$/, 'Z'),
    used: rateLimit.used,
  }),
  meta: () => ({ gitHubServicesSha: '0'.repeat(40), isPasswordAuthenticationVerifiable: false }),
  repository: (_source, { owner, name, followRenames }: Github.QueryRepositoryArgs, { world, viewer }) => {
    const found = findRepository(world, owner, name, viewer)
    if (found !== null && (followRenames !== false || !found.renamed)) return toRepository(found.repository)
    throw new RefusedField('NOT_FOUND', `Could not resolve to a Repository with the name '${owner}/${name}'.`)
  },
  node: (_source, { id }: Github.QueryNodeArgs, context) => requireNode(context, id),
  // An error of one of them stands in its place.
  nodes: (_source, { ids }: Github.QueryNodesArgs, context) => (ids as string[]).map((id) => requireNode(context, id)),
  user: (_source, { login }: Github.QueryUserArgs, { world }) => {
    const user = findUser(world, login)
    if (user?.type === 'User') return toUserActor(user)
    throw new RefusedField('NOT_FOUND', `Could not resolve to a User with the login of '${login}'.`)
  },
  organization: (_source, { login }: Github.QueryOrganizationArgs, { world }) => {
    const user = findUser(world, login)
    if (user?.type === 'Organization') return toUserActor(user)
    throw new RefusedField('NOT_FOUND', `Could not resolve to an Organization with the login of '${login}'.`)
  },
  repositoryOwner: (_source, { login }: Github.QueryRepositoryOwnerArgs, { world }) => {
    const user = findUser(world, login)
    return user === null || user.type === 'Bot' ? null : toUserActor(user)
  },
  resource: (_source, { url }: Github.QueryResourceArgs, context) => findResource(String(url), context),
  search: (_source, args: Github.QuerySearchArgs, context, info) => {
    const items = search(args, context)
    const { totalCount, ...page } = toConnection<PullSource | RepositorySource>(items, args, info)
    const none = { codeCount: 0, discussionCount: 0, issueCount: 0, repositoryCount: 0, userCount: 0, wikiCount: 0 }
    return { ...none, ...page, [args.type === 'REPOSITORY' ? 'repositoryCount' : 'issueCount']: totalCount }
  },
}

function search({ type, query }: Github.QuerySearchArgs, context: Context): readonly (PullSource | RepositorySource)[] {
  if (type === 'ISSUE') return searchPulls(query, context)
  if (type !== 'REPOSITORY') throw new Error(`the emulator does not search for ${type}`)
  return [...context.world.state.repositories.values()]
    .filter((repository) => canSee(context.world, context.viewer, repository))
    .filter(({ owner, name }) => `${owner}/${name}`.toLowerCase().includes(query.toLowerCase()))
    .map(toRepository)
}

/** A repository or a pull request by its address. */
function findResource(url: string, { world, viewer }: Context): object | null {
  const [, owner = '', name = '', kind, number] = new URL(url).pathname.split('/')
  const found = findRepository(world, owner, name, viewer)
  if (found === null) return null
  if (kind === undefined) return toRepository(found.repository)
  const pull = kind === 'pull' ? found.repository.pulls.get(Number(number)) : undefined
  return pull === undefined ? null : { __typename: 'PullRequest', repository: found.repository, pull }
}
