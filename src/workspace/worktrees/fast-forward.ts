/**
 * Brings the user's target branch to the merged commit, if that changes nothing of theirs: a fast-forward of a clean
 * checkout, or of a branch that is checked out nowhere. Everything else stays as it is, with the command to run by hand.
 */
import { lstat } from 'node:fs/promises'
import { join } from 'node:path'
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../git.ts'
import type { CheckoutUpdate } from '../workspace.ts'
import { absentAsNull, exists, readIfPresent } from './disk.ts'
import { isOperationInProgress } from './observe.ts'
import { readChanges } from './tree-status.ts'

type Checkout = { readonly path: string; readonly gitDirectory: string | null; readonly branch: string | null }

export async function fastForwardBranch(
  git: Git,
  request: { branch: string; commit: CommitSha; poolDirectory: string },
): Promise<CheckoutUpdate> {
  const { branch, commit, poolDirectory } = request
  const left = (path: string, why: string, command = byHand(path, commit)): CheckoutUpdate => ({
    kind: 'left',
    path,
    why,
    command,
  })
  const tip = await readCommit(git, `refs/heads/${branch}`)
  if (tip === null) {
    return left(
      git.cwd,
      `there is no local branch ${branch}`,
      `git -C ${quote(git.cwd)} branch ${quote(branch)} ${commit}`,
    )
  }
  if ((await readCommit(git, commit)) === null) return left(git.cwd, `commit ${commit} is not in this repository yet`)
  if (await isAncestor(git, commit, tip)) return { kind: 'current' }

  const checkout = await findCheckout(git, branch)
  const path = checkout?.path ?? git.cwd
  const merge = `git -C ${quote(path)} merge ${commit}`
  if (!(await isAncestor(git, tip, commit))) {
    const why = `${branch} has commits of its own`
    return checkout === null
      ? left(path, why, `git -C ${quote(path)} switch ${quote(branch)} && ${merge}`)
      : left(path, why, merge)
  }
  if (checkout === null) return moveRef(git, { branch, tip, commit, left })
  if (path.startsWith(join(poolDirectory, '/'))) return left(path, `${branch} is checked out in a workspace`)
  return mergeInto(git.at(path), { checkout, branch, tip, commit, left })
}

type Left = (path: string, why: string, command?: string) => CheckoutUpdate

async function mergeInto(
  here: Git,
  request: { checkout: Checkout; branch: string; tip: CommitSha; commit: CommitSha; left: Left },
): Promise<CheckoutUpdate> {
  const { checkout, branch, tip, commit, left } = request
  const { path, gitDirectory } = checkout
  if (gitDirectory === null) return left(path, 'that checkout is not reachable at present')
  if (checkout.branch !== branch || (await isOperationInProgress(gitDirectory))) {
    return left(path, 'a git operation is half-way there')
  }
  const changes = await readChanges(here, 'no')
  if (changes.length > 0) return left(path, `it has uncommitted changes (${changes[0]?.path ?? ''})`)
  const inTheWay = await findInTheWay(here, tip, commit)
  if (inTheWay !== null) return left(path, `${inTheWay} is there, untracked, and would be overwritten`)
  const quiet = ['-c', 'merge.autoStash=false', '-c', 'submodule.recurse=false']
  const merged = await here.try([...quiet, 'merge', '--ff-only', '--no-autostash', '--quiet', commit])
  if (merged.exitCode === 0) return { kind: 'updated', path, commit }
  return left(path, `git refused: ${merged.output.trim().split('\n').slice(0, 3).join(' ')}`)
}

/** Asked before git is: it would overwrite what is ignored, and notes ORIG_HEAD even when it refuses. */
async function findInTheWay(here: Git, tip: CommitSha, commit: CommitSha): Promise<string | null> {
  const diff = ['diff', '--name-only', '-z', '--no-renames']
  const list = async (filter: string) =>
    (await here.run([...diff, `--diff-filter=${filter}`, tip, commit, '--'])).split('\0').filter(Boolean)
  const removed = new Set(await list('D'))
  for (const path of await list('A')) {
    for (const prefix of prefixesOf(path).filter((at) => !removed.has(at))) {
      const found = await absentAsNull(lstat(join(here.cwd, prefix)))
      if (found !== null && (prefix === path || !found.isDirectory())) return prefix
    }
  }
  return null
}

/** `a/b/c`: `a`, `a/b`, `a/b/c`. */
function prefixesOf(path: string): readonly string[] {
  const parts = path.split('/')
  return parts.map((_, index) => parts.slice(0, index + 1).join('/'))
}

async function moveRef(
  git: Git,
  request: { branch: string; tip: CommitSha; commit: CommitSha; left: Left },
): Promise<CheckoutUpdate> {
  const { branch, tip, commit, left } = request
  const ref = `refs/heads/${branch}`
  const moved = await git.try(['update-ref', '-m', 'claudetm: fast-forward to what was merged', ref, commit, tip])
  if (moved.exitCode === 0) return { kind: 'updated', path: git.cwd, commit }
  return left(git.cwd, `${branch} moved meanwhile`, `git -C ${quote(git.cwd)} fetch . ${commit}:${quote(branch)}`)
}

/** The worktree that has the branch, also one that has left it for the time of a rebase or bisection. */
async function findCheckout(git: Git, branch: string): Promise<Checkout | null> {
  const checkouts = await listCheckouts(git)
  const standing = checkouts.find((checkout) => checkout.branch === branch)
  if (standing !== undefined) return standing
  for (const checkout of checkouts) if (await isOperatingOn(checkout.gitDirectory, branch)) return checkout
  return null
}

async function listCheckouts(git: Git): Promise<readonly Checkout[]> {
  const text = await git.run(['worktree', 'list', '--porcelain', '-z'])
  const blocks = text.split('\0\0').map((block) => block.split('\0'))
  const checkouts = blocks.flatMap((lines) => {
    const read = (key: string) => lines.find((line) => line.startsWith(`${key} `))?.slice(key.length + 1)
    const path = read('worktree')
    if (path === undefined || lines.some((line) => line === 'bare' || line.startsWith('prunable'))) return []
    return [{ path, branch: read('branch')?.replace(/^refs\/heads\//, '') ?? null }]
  })
  return Promise.all(
    checkouts.map(async (checkout) => ({ ...checkout, gitDirectory: await gitDirectoryOf(git, checkout.path) })),
  )
}

/** null: a locked worktree on a disk that is not mounted, say. */
async function gitDirectoryOf(git: Git, path: string): Promise<string | null> {
  return (await exists(path)) ? git.at(path).run(['rev-parse', '--absolute-git-dir']) : null
}

async function isOperatingOn(gitDirectory: string | null, branch: string): Promise<boolean> {
  if (gitDirectory === null) return false
  const files = ['rebase-merge/head-name', 'rebase-apply/head-name', 'BISECT_START']
  const names = await Promise.all(files.map((file) => readIfPresent(join(gitDirectory, file))))
  return names.some((name) => name?.trim().replace(/^refs\/heads\//, '') === branch)
}

async function readCommit(git: Git, revision: string): Promise<CommitSha | null> {
  const result = await git.try(['rev-parse', '--verify', '--quiet', `${revision}^{commit}`])
  return result.exitCode === 0 ? (result.stdout.trimEnd() as CommitSha) : null
}

async function isAncestor(git: Git, ancestor: CommitSha, of: CommitSha): Promise<boolean> {
  const result = await git.try(['merge-base', '--is-ancestor', ancestor, of])
  return result.exitCode === 0
}

function byHand(path: string, commit: CommitSha): string {
  return `git -C ${quote(path)} merge --ff-only ${commit}`
}

function quote(text: string): string {
  return /^[\w@%+=:,./-]+$/.test(text) ? text : `'${text.replaceAll("'", "'\\''")}'`
}
