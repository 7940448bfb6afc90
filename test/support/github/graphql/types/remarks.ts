/** What reviews, comments of reviews and comments of conversations have in common. */
import type * as Github from '@octokit/graphql-schema'
import type { Login, PullRequest, Repository } from '../../model.ts'
import { associationOf } from '../../service/access.ts'
import { isSameLogin } from '../../service/users.ts'
import { toConnection } from '../connection.ts'
import { type Context, can, type Resolvers } from '../context.ts'
import { toUrl } from '../links.ts'
import { toActor, toPull, toRepository } from '../sources.ts'

type Remark = {
  readonly id: number
  readonly nodeId: string
  readonly author: Login
  readonly body: string
  readonly createdAt: string
  readonly updatedAt: string
  readonly minimizedReason?: string | null
}
type OnPull = { readonly repository: Repository; readonly pull: PullRequest }
type RemarkType = Github.Comment &
  Github.Node &
  Github.Deletable &
  Github.Minimizable &
  Github.Reactable &
  Github.RepositoryNode &
  Github.Updatable &
  Github.UpdatableComment & { fullDatabaseId: 0; pullRequest: 0; resourcePath: 0; url: 0 }

const REACTIONS = ['THUMBS_UP', 'THUMBS_DOWN', 'LAUGH', 'HOORAY', 'CONFUSED', 'HEART', 'ROCKET', 'EYES'] as const

export function remarkResolvers<Source extends OnPull>(
  remarkOf: (source: Source) => Remark,
  pathOf: (source: Source) => string,
): Resolvers<RemarkType, Source> {
  const isMine = (source: Source, { viewer }: Context) => isSameLogin(remarkOf(source).author, viewer.login)
  const mayEdit = (source: Source, _args: unknown, context: Context) =>
    isMine(source, context) || can(context, source.repository, 'write')
  return {
    id: (source) => remarkOf(source).nodeId,
    databaseId: (source) => remarkOf(source).id,
    fullDatabaseId: (source) => String(remarkOf(source).id),
    author: (source, _args, { world }) => toActor(world, remarkOf(source).author),
    authorAssociation: (source, _args, { world }) => associationOf(world, source.repository, remarkOf(source).author),
    body: (source) => remarkOf(source).body,
    bodyText: (source) => remarkOf(source).body,
    bodyHTML: (source) => toHtml(remarkOf(source).body),
    createdAt: (source) => remarkOf(source).createdAt,
    updatedAt: (source) => remarkOf(source).updatedAt,
    publishedAt: (source) => remarkOf(source).createdAt,
    createdViaEmail: () => false,
    ...editingResolvers((source: Source) => remarkOf(source)),
    isMinimized: (source) => (remarkOf(source).minimizedReason ?? null) !== null,
    minimizedReason: (source) => remarkOf(source).minimizedReason ?? null,
    ...reactionResolvers(),
    repository: ({ repository }) => toRepository(repository),
    pullRequest: ({ repository, pull }) => toPull(repository, pull),
    resourcePath: pathOf,
    url: (source, _args, { world }) => toUrl(world, pathOf(source)),
    viewerCanDelete: mayEdit,
    viewerCanMinimize: mayEdit,
    viewerCanUpdate: mayEdit,
    viewerCannotUpdateReasons: (source, args, context) =>
      mayEdit(source, args, context) ? [] : ['INSUFFICIENT_ACCESS'],
    viewerDidAuthor: (source, _args, context) => isMine(source, context),
  }
}

/** An edit shows in the time alone; who it was is not kept. */
export function editingResolvers<Source>(
  remarkOf: (source: Source) => { readonly createdAt: string; readonly updatedAt: string },
): Resolvers<Pick<Github.Comment, 'editor' | 'includesCreatedEdit' | 'lastEditedAt'>, Source> {
  return {
    editor: () => null,
    includesCreatedEdit: () => false,
    lastEditedAt: (source) => {
      const { createdAt, updatedAt } = remarkOf(source)
      return createdAt === updatedAt ? null : updatedAt
    },
  }
}

/** Nobody reacts here. */
export function reactionResolvers<Source>(): Resolvers<Omit<Github.Reactable, 'id' | 'databaseId'>, Source> {
  return {
    reactionGroups: () =>
      REACTIONS.map((content) => ({
        content,
        createdAt: null,
        viewerHasReacted: false,
        users: { totalCount: 0, nodes: [] },
        reactors: { totalCount: 0, nodes: [] },
      })),
    reactions: (_source, args, _context, info) => ({ ...toConnection([], args, info), viewerHasReacted: false }),
    viewerCanReact: () => true,
  }
}

export function toHtml(text: string): string {
  const escaped = text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;')
  return escaped === '' ? '' : `<p dir="auto">${escaped.replaceAll('\n', '<br>\n')}</p>`
}
