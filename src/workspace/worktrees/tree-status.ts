/** What git says has changed in a worktree. The content of submodules does not count, their commit does. */
import type { Git } from '../git.ts'

export type TreeChange = { readonly path: string; readonly tracked: boolean }

const STATUS = ['status', '--porcelain=v1', '-z', '--no-renames', '--ignore-submodules=dirty']

/** Throws when git cannot say. `untracked`: `normal` names new directories, `all` every file, `no` leaves them out. */
export async function readChanges(git: Git, untracked: 'normal' | 'all' | 'no'): Promise<readonly TreeChange[]> {
  const text = await git.run([...STATUS, `--untracked-files=${untracked}`])
  return text
    .split('\0')
    .filter((entry) => entry !== '')
    .map((entry) => ({ path: entry.slice(3), tracked: !entry.startsWith('??') }))
}
