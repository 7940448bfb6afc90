/** Real merges without a work tree, and moving refs only from where they were seen. */
import type { Repository, Sha } from '../model.ts'
import { git, type Person, tryGit } from './git.ts'

/** The tree of both together; null on a conflict. */
export async function mergeTrees(repository: Repository, base: Sha, head: Sha): Promise<Sha | null> {
  const result = await tryGit(repository.gitDirectory, ['merge-tree', '--write-tree', base, head])
  if (result.exitCode === 0) return result.stdout.split('\n')[0] ?? null
  if (result.exitCode === 1) return null
  throw new Error(`git merge-tree failed: ${result.output}`)
}

/** The tree that `commit`'s own change gives on top of `onto` (for a rebase); null on a conflict. */
export async function pickTree(repository: Repository, commit: Sha, onto: Sha): Promise<Sha | null> {
  const args = ['merge-tree', '--write-tree', `--merge-base=${commit}^`, onto, commit]
  const result = await tryGit(repository.gitDirectory, args)
  if (result.exitCode === 0) return result.stdout.split('\n')[0] ?? null
  if (result.exitCode === 1) return null
  return pickTreeOldGit(repository, commit, onto)
}

/** Before git 2.40 `merge-tree` has no `--merge-base`: a parentless twin of the parent's tree makes the base plain. */
async function pickTreeOldGit(repository: Repository, commit: Sha, onto: Sha): Promise<Sha | null> {
  const nobody: Person = { name: 'rebase', email: 'rebase@localhost', at: new Date(0) }
  const twin = (of: string, parents: readonly Sha[]) =>
    commitTree(repository, { tree: of, parents, message: 'twin', author: nobody })
  const base = await twin(`${commit}^^{tree}`, [])
  return mergeTrees(repository, await twin(`${onto}^{tree}`, [base]), await twin(`${commit}^{tree}`, [base]))
}

export function commitTree(
  repository: Repository,
  request: {
    readonly tree: string
    readonly parents: readonly Sha[]
    readonly message: string
    readonly author: Person
    readonly committer?: Person
  },
): Promise<Sha> {
  const { author, committer = author } = request
  const parents = request.parents.flatMap((parent) => ['-p', parent])
  return git(repository.gitDirectory, ['commit-tree', request.tree, ...parents], {
    input: `${request.message}\n`,
    author,
    committer,
  })
}

/** False when the ref is not at `from` any more. `from` null: it must not exist; `to` null: delete it. */
export async function moveRef(
  repository: Repository,
  request: { readonly branch: string; readonly from: Sha | null; readonly to: Sha | null },
): Promise<boolean> {
  const ref = `refs/heads/${request.branch}`
  const args = request.to === null ? ['-d', ref, request.from ?? ''] : [ref, request.to, request.from ?? '0'.repeat(40)]
  const result = await tryGit(repository.gitDirectory, ['update-ref', ...args])
  return result.exitCode === 0
}

/** A commit with these files changed on top of `parent`; `null` as text removes a file. Moves nothing. */
export async function commitFiles(
  repository: Repository,
  request: {
    readonly parent: Sha | null
    readonly files: Readonly<Record<string, string | null>>
    readonly message: string
    readonly author: Person
  },
): Promise<Sha> {
  const input = [
    'feature done\ncommit refs/emulator/new',
    'mark :1',
    `author ${personLine(request.author)}`,
    `committer ${personLine(request.author)}`,
    data(request.message),
    ...(request.parent === null ? [] : [`from ${request.parent}`]),
    ...Object.entries(request.files).map(([path, text]) => fileLine(path, text)),
    'get-mark :1',
    'done\n',
  ].join('\n')
  return fastImport(repository, input)
}

async function fastImport(repository: Repository, input: string): Promise<Sha> {
  // A ref of its own per call, so that two at a time do not meet; deleted at once, the commit stays.
  const ref = `refs/emulator/${crypto.randomUUID()}`
  const sha = await git(repository.gitDirectory, ['fast-import', '--quiet', '--force'], {
    input: input.replace('refs/emulator/new', ref),
  })
  await git(repository.gitDirectory, ['update-ref', '-d', ref])
  return sha
}

function personLine(person: Person): string {
  return `${person.name} <${person.email}> ${Math.floor(person.at.getTime() / 1000)} +0000`
}

function fileLine(path: string, text: string | null): string {
  const name = JSON.stringify(path)
  return text === null ? `D ${name}` : `M 100644 inline ${name}\n${data(text)}`
}

function data(text: string): string {
  return `data ${Buffer.byteLength(text)}\n${text}`
}
