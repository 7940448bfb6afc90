/**
 * Commits made from other commits, without a working tree: nothing can be left half-way in one. Written as objects that
 * no ref points to yet; who wants one moves a branch to it.
 */
import { Failure } from '../domain/failure.ts'
import type { CommitSha } from '../domain/ids.ts'
import { type Git, toGitFailure } from './git.ts'
import { DEFAULT_IDENTITY, type Identity } from './repository.ts'

/** Who and when. `date` as git writes it: seconds since the epoch and the zone, `1767225600 +0100`. */
export type Signature = Identity & { readonly date: string }

export type CommitText = {
  readonly tree: string
  readonly parents: readonly CommitSha[]
  readonly author: Signature
  readonly committer: Signature
  readonly message: string
}

export type KnownCommit = Pick<CommitText, 'tree' | 'parents' | 'author' | 'message'> & { readonly id: CommitSha }

export type MergedTree =
  | { readonly kind: 'clean'; readonly tree: string }
  | { readonly kind: 'conflicting'; readonly files: readonly string[] }
  | { readonly kind: 'unknown'; readonly why: string }

export function signNow({ name, email }: Identity, now: number): Signature {
  return { name, email, date: `${Math.floor(now / 1000)} +0000` }
}

/** The tree a merge would have. */
export async function mergeTrees(git: Git, ours: CommitSha, theirs: CommitSha): Promise<MergedTree> {
  const args = ['merge-tree', '--write-tree', '--name-only', '--no-messages', '-z', ours, theirs]
  const result = await git.try(args)
  const [tree = '', ...files] = result.stdout.split('\0').filter((part) => part !== '')
  if (result.exitCode === 0) return { kind: 'clean', tree }
  if (result.exitCode === 1) return { kind: 'conflicting', files }
  return { kind: 'unknown', why: toGitFailure(args, result).message }
}

/** For who cannot go on without an answer. */
export function requireKnown(merged: MergedTree): Exclude<MergedTree, { kind: 'unknown' }> {
  if (merged.kind === 'unknown') throw new Failure('git_failed', merged.why)
  return merged
}

/**
 * The tree `onto` with what changed between `from` and its descendant `to`. A commit beside `to` that holds `onto` makes
 * `from` their merge base (`merge-tree --merge-base` would say so, but needs git 2.40).
 */
export async function replayChange(
  git: Git,
  { from, to, onto }: { from: CommitSha; to: CommitSha; onto: string },
): Promise<MergedTree> {
  const nobody = signNow(DEFAULT_IDENTITY, 0)
  const beside = await writeCommit(git, { tree: onto, parents: [from], author: nobody, committer: nobody, message: '' })
  return mergeTrees(git, beside, to)
}

export async function treeOf(git: Git, commit: CommitSha): Promise<string> {
  return git.run(['rev-parse', '--verify', `${commit}^{tree}`])
}

/**
 * Written as an object instead of with `commit-tree`, which prefers author and date from the environment and `user.*`
 * from the configuration: the people are those that were passed in.
 */
export async function writeCommit(git: Git, commit: CommitText): Promise<CommitSha> {
  const { tree, parents, author, committer, message } = commit
  const header = [
    `tree ${tree}`,
    ...parents.map((parent) => `parent ${parent}`),
    `author ${toHeader(author)}`,
    `committer ${toHeader(committer)}`,
  ]
  const input = `${header.join('\n')}\n\n${message.replaceAll('\0', '')}`
  return (await git.run(['hash-object', '-t', 'commit', '-w', '--stdin'], { input })) as CommitSha
}

function toHeader({ name, email, date }: Signature): string {
  return `${toHeaderText(name)} <${toHeaderText(email)}> ${date}`
}

function toHeaderText(text: string): string {
  return text.replace(/[<>\n\r\0]/g, '').trim()
}

const FIELDS = ['%H', '%T', '%P', '%an', '%ae', '%ad', '%B']

/** Oldest first, parents before children. `range` as `git log` takes it. */
export async function readCommits(git: Git, range: readonly string[]): Promise<readonly KnownCommit[]> {
  const plain = ['--no-show-signature', '--encoding=UTF-8', '--date=raw', '-z', `--format=${FIELDS.join('%x00')}`]
  const text = await git.run(['log', '--reverse', '--topo-order', ...plain, ...range, '--'])
  const parts = text.split('\0')
  const commits: KnownCommit[] = []
  for (let at = 0; at + FIELDS.length <= parts.length; at += FIELDS.length) {
    commits.push(toCommit(parts.slice(at, at + FIELDS.length)))
  }
  return commits
}

function toCommit(fields: readonly string[]): KnownCommit {
  const [id = '', tree = '', parents = '', name = '', email = '', date = '', message = ''] = fields
  return {
    id: id as CommitSha,
    tree,
    parents: parents.split(' ').filter((parent) => parent !== '') as CommitSha[],
    author: { name, email, date },
    message,
  }
}
