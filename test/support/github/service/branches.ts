/** Branches and everything that moves them: pushes over HTTP, commits by "somebody else", deletions. */
import { validationFailed } from '../errors.ts'
import { git } from '../git/git.ts'
import { isAncestor } from '../git/history.ts'
import { commitFiles, moveRef } from '../git/merge-commits.ts'
import type { Login, Repository, Sha, World } from '../model.ts'
import { timestamp } from '../world.ts'
import { followBase, followHead } from './following.ts'
import { findUser, knowUser, noReplyEmail } from './users.ts'

export const NO_COMMIT = '0'.repeat(40)

export type BranchMove = {
  readonly branch: string
  /** Null = did not exist. */
  readonly before: Sha | null
  /** Null = deleted. */
  readonly after: Sha | null
  readonly by: Login
}

/** To be called in `exclusive`, after the ref was moved: pull requests follow, and everybody hears of it. */
export async function branchMoved(world: World, repository: Repository, move: BranchMove): Promise<void> {
  const { branch, before, after, by } = move
  if (after === null) repository.branches.delete(branch)
  else repository.branches.set(branch, after)
  repository.pushedAt = timestamp(world)
  const forced = before !== null && after !== null && !(await isAncestor(world, repository, before, after))
  const shas = { before: before ?? NO_COMMIT, after: after ?? NO_COMMIT }
  world.announce({ name: 'push', action: null, repository, sender: by, ref: `refs/heads/${branch}`, ...shas, forced })
  await followHead(world, repository, move)
  await followBase(world, repository, move)
}

/** After a push: takes over what git has by now. */
export function syncBranches(world: World, repository: Repository, by: Login): Promise<void> {
  return world.exclusive(repository, async () => {
    const actual = await readBranches(repository)
    for (const branch of new Set([...repository.branches.keys(), ...actual.keys()])) {
      const before = repository.branches.get(branch) ?? null
      const after = actual.get(branch) ?? null
      if (before !== after) await branchMoved(world, repository, { branch, before, after, by })
    }
  })
}

async function readBranches(repository: Repository): Promise<ReadonlyMap<string, Sha>> {
  const text = await git(repository.gitDirectory, [
    'for-each-ref',
    '--format=%(objectname) %(refname:lstrip=2)',
    'refs/heads/',
  ])
  const lines = text === '' ? [] : text.split('\n')
  return new Map(lines.map((line) => [line.slice(41), line.slice(0, 40)]))
}

export type CommitRequest = {
  readonly by: Login
  /** Created from `from` when it does not exist. */
  readonly branch: string
  /** Branch or commit that a new branch starts from; default the default branch. */
  readonly from?: string
  /** Path to text; null removes the file. */
  readonly files: Readonly<Record<string, string | null>>
  readonly message?: string
}

/** "Somebody pushed": one commit on top of the branch. */
export function pushCommit(world: World, repository: Repository, request: CommitRequest): Promise<Sha> {
  return world.exclusive(repository, async () => {
    const { branch, by } = request
    const before = repository.branches.get(branch) ?? null
    const from = request.from ?? repository.defaultBranch
    const parent = before ?? repository.branches.get(from) ?? (request.from === undefined ? null : from)
    const after = await commitFiles(repository, {
      parent,
      files: request.files,
      message: request.message ?? `Change ${Object.keys(request.files).join(', ')}`,
      author: toPerson(world, by),
    })
    await moveBranch(world, repository, { branch, before, after, by })
    return after
  })
}

/** Moves a branch to any commit, a force push included; creates or deletes it. */
export function setBranch(
  world: World,
  repository: Repository,
  request: { readonly by: Login; readonly branch: string; readonly to: Sha | null },
): Promise<void> {
  const { branch, by, to: after } = request
  return world.exclusive(repository, () =>
    moveBranch(world, repository, { branch, before: repository.branches.get(branch) ?? null, after, by }),
  )
}

/** To be called in `exclusive`. Throws when git has moved on without us. */
export async function moveBranch(world: World, repository: Repository, move: BranchMove): Promise<void> {
  const moved = await moveRef(repository, { branch: move.branch, from: move.before, to: move.after })
  if (!moved) throw validationFailed({ resource: 'Reference', code: 'custom', message: 'Reference cannot be updated' })
  await branchMoved(world, repository, move)
}

export function toPerson(world: World, login: Login): { name: string; email: string; at: Date } {
  knowUser(world, login)
  const user = findUser(world, login)
  const email = user === null ? `${login}@users.noreply.github.com` : noReplyEmail(user)
  return { name: user?.name ?? login, email, at: world.now() }
}
