/**
 * Formatters, snapshot writers and builds change files. What a command of ours changes in a clean tree is put back, that
 * and nothing else; a tree that was not clean is left alone, since it holds somebody's work.
 */
import { rm, rmdir } from 'node:fs/promises'
import { dirname, join } from 'node:path'
import type { Git } from '../git.ts'
import { readChanges, type TreeChange } from './tree-status.ts'

export type Kept<T> = { readonly result: T; readonly restored: readonly string[] }

export async function keepTree<T>(git: Git, work: () => Promise<T>): Promise<Kept<T>> {
  const wasClean = (await readChanges(git, 'normal')).length === 0
  if (!wasClean) return { result: await work(), restored: [] }
  try {
    const result = await work()
    return { result, restored: await restore(git) }
  } catch (error) {
    await restore(git)
    throw error
  }
}

async function restore(git: Git): Promise<readonly string[]> {
  const changes = await readChanges(git, 'all')
  if (changes.some(({ path }) => path.includes(UNREADABLE))) {
    await restoreAll(git)
    return changes.map(({ path }) => path)
  }
  await removeUntracked(git.cwd, changes)
  const tracked = changes.filter((change) => change.tracked).map((change) => change.path)
  if (tracked.length > 0) {
    const paths = ['--pathspec-from-file=-', '--pathspec-file-nul']
    await git.run(['--literal-pathspecs', 'restore', '--source=HEAD', '--staged', '--worktree', ...paths], {
      input: tracked.join('\0'),
    })
  }
  return changes.map((change) => change.path)
}

/** Stands in a path for bytes that are no UTF-8: by that name nothing is found. */
const UNREADABLE = '\ufffd'

/** The tree was clean, so everything in it that git sees as changed is of the command. */
async function restoreAll(git: Git): Promise<void> {
  await git.run(['clean', '--force', '--force', '-d', '--quiet'])
  await git.run(['restore', '--source=HEAD', '--staged', '--worktree', '--', ':/'])
}

/** Before tracked files come back: a new file may stand where a tracked directory was. */
async function removeUntracked(root: string, changes: readonly TreeChange[]): Promise<void> {
  for (const { path } of changes.filter((change) => !change.tracked)) {
    const full = join(root, path)
    await rm(full, { recursive: true, force: true })
    await removeEmptyParents(root, dirname(full))
  }
}

async function removeEmptyParents(root: string, directory: string): Promise<void> {
  for (let at = directory; at !== root && at.startsWith(root); at = dirname(at)) {
    try {
      await rmdir(at)
    } catch {
      return // not empty
    }
  }
}
