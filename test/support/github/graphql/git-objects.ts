/** What is in the repository besides commits: expressions like `main:docs/a.md`, trees, files, tags. */
import { git, tryGit } from '../git/git.ts'
import { readCommit, resolveRef } from '../git/history.ts'
import type { Repository, Sha, World } from '../model.ts'
import { type BlobSource, type CommitSource, type TreeSource, wrap } from './sources.ts'

export type GitObject = CommitSource | TreeSource | BlobSource

/** `HEAD`, a branch, a commit, any of them with `:path` behind. Null when it names nothing. */
export async function readExpression(
  world: World,
  repository: Repository,
  expression: string,
): Promise<GitObject | null> {
  const colon = expression.indexOf(':')
  const ref = colon === -1 ? expression : expression.slice(0, colon)
  const commit = await resolveRef(repository, ref === 'HEAD' ? repository.defaultBranch : ref)
  if (colon === -1)
    return commit === null ? readByName(world, repository, expression) : readObject(world, repository, commit)
  const path = expression.slice(colon + 1).replace(/\/$/, '')
  return commit === null ? null : readByName(world, repository, `${commit}:${path}`, path)
}

async function readByName(world: World, repository: Repository, name: string, path = ''): Promise<GitObject | null> {
  if (name.startsWith('-')) return null
  const result = await tryGit(repository.gitDirectory, ['rev-parse', '--verify', '--quiet', name])
  return result.exitCode === 0 ? readObject(world, repository, result.stdout.trim(), path) : null
}

/** Null when there is no such object. */
export async function readObject(world: World, repository: Repository, sha: Sha, path = ''): Promise<GitObject | null> {
  const type = await typeOf(world, repository, sha)
  if (type === 'tree') return wrap('Tree', { repository, sha, path })
  if (type === 'blob') return wrap('Blob', { repository, sha })
  const commit = type === 'commit' ? await readCommit(world, repository, sha) : null
  return commit && wrap('Commit', { repository, commit })
}

async function typeOf(world: World, repository: Repository, sha: Sha): Promise<string | null> {
  if (!/^[0-9a-f]{40}$/.test(sha)) return null
  return world
    .memo(`type:${repository.id}:${sha}`, () => git(repository.gitDirectory, ['cat-file', '-t', sha]))
    .catch(() => null)
}

export type TreeEntry = {
  readonly mode: number
  readonly type: string
  readonly sha: Sha
  readonly size: number
  readonly name: string
}

export function listTree(world: World, repository: Repository, tree: Sha): Promise<readonly TreeEntry[]> {
  return world.memo(`tree:${repository.id}:${tree}`, async () => {
    const text = await git(repository.gitDirectory, ['ls-tree', '-z', '--long', tree])
    return text.split('\0').filter(Boolean).map(parseEntry)
  })
}

function parseEntry(line: string): TreeEntry {
  const tab = line.indexOf('\t')
  const [mode = '', type = '', sha = '', size = '-'] = line.slice(0, tab).split(/ +/)
  return { mode: Number.parseInt(mode, 8), type, sha, size: size === '-' ? 0 : Number(size), name: line.slice(tab + 1) }
}

export type BlobContent = { readonly sizeBytes: number; readonly isBinary: boolean; readonly text: string | null }

/** Binary as git sees it: there is a zero byte in it. */
export function readBlob(world: World, repository: Repository, sha: Sha): Promise<BlobContent> {
  return world.memo(`blob:${repository.id}:${sha}`, async () => {
    const sizeBytes = Number(await git(repository.gitDirectory, ['cat-file', '-s', sha]))
    const { stdout } = await tryGit(repository.gitDirectory, ['cat-file', 'blob', sha])
    const isBinary = stdout.includes('\0')
    return { sizeBytes, isBinary, text: isBinary ? null : stdout }
  })
}

export type TagRef = { readonly name: string; readonly sha: Sha }

export async function listTags(repository: Repository): Promise<readonly TagRef[]> {
  const format = '--format=%(objectname) %(refname:lstrip=2)'
  const text = await git(repository.gitDirectory, ['for-each-ref', format, 'refs/tags/'])
  return text
    .split('\n')
    .filter(Boolean)
    .map((line) => ({ sha: line.slice(0, 40), name: line.slice(41) }))
}
