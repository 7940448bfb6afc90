/** Trees and files. */
import type * as Github from '@octokit/graphql-schema'
import type { World } from '../../model.ts'
import type { Resolvers } from '../context.ts'
import { listTree, readBlob, readObject, type TreeEntry } from '../git-objects.ts'
import { toPlaceId } from '../ids.ts'
import { repositoryPath, toUrl } from '../links.ts'
import { type BlobSource, type TreeSource, toRepository } from '../sources.ts'

export const treeResolvers: Resolvers<Github.Tree, TreeSource> = {
  ...gitObject<TreeSource>('tree'),
  entries: (source, _args, { world }) => entriesOf(source, world),
}

export const blobResolvers: Resolvers<Github.Blob, BlobSource> = {
  ...gitObject<BlobSource>('blob'),
  byteSize: async ({ repository, sha }, _args, { world }) => (await readBlob(world, repository, sha)).sizeBytes,
  isBinary: async ({ repository, sha }, _args, { world }) => (await readBlob(world, repository, sha)).isBinary,
  isTruncated: () => false,
  text: async ({ repository, sha }, _args, { world }) => (await readBlob(world, repository, sha)).text,
}

function gitObject<Source extends TreeSource | BlobSource>(kind: 'tree' | 'blob'): Resolvers<Github.GitObject, Source> {
  const path = ({ repository, sha }: Source) => `${repositoryPath(repository)}/commit/${sha}`
  return {
    id: ({ repository, sha }) => toPlaceId(kind, repository, sha),
    oid: ({ sha }) => sha,
    abbreviatedOid: ({ sha }) => sha.slice(0, 7),
    commitResourcePath: path,
    commitUrl: (source, _args, { world }) => toUrl(world, path(source)),
    repository: ({ repository }) => toRepository(repository),
  }
}

export async function entriesOf({ repository, sha, path }: TreeSource, world: World) {
  const entries = await listTree(world, repository, sha)
  return entries.map((entry) => toTreeEntry(entry, { repository, path, world }))
}

function toTreeEntry(
  { name, mode, type, sha, size }: TreeEntry,
  { repository, path, world }: Pick<TreeSource, 'repository' | 'path'> & { readonly world: World },
) {
  const full = path ? `${path}/${name}` : name
  const dot = name.lastIndexOf('.')
  return {
    name,
    nameRaw: Buffer.from(name).toString('base64'),
    path: full,
    pathRaw: Buffer.from(full).toString('base64'),
    extension: dot === -1 ? '' : name.slice(dot),
    mode,
    type,
    oid: sha,
    size,
    isGenerated: false,
    language: null,
    submodule: null,
    repository: toRepository(repository),
    object: () => (type === 'commit' ? null : readObject(world, repository, sha, full)),
    lineCount: async () =>
      type === 'blob' ? ((await readBlob(world, repository, sha)).text?.split('\n').length ?? null) : null,
  }
}
