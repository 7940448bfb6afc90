/** What git says of a worktree in one answer: where HEAD is and what has changed. */
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../git.ts'

export type TreeChange = { readonly path: string; readonly tracked: boolean }

export type TreeStatus = {
  /** null = no commit yet. */
  readonly head: CommitSha | null
  /** null = HEAD is on a bare commit. */
  readonly branch: string | null
  /** The content of submodules does not count, their commit does. */
  readonly changes: readonly TreeChange[]
}

const STATUS = [
  'status',
  '--porcelain=v2',
  '--branch',
  '--no-ahead-behind',
  '-z',
  '--no-renames',
  '--ignore-submodules=dirty',
]

/** Fields before the path, by the first letter of an entry (git-status, "Porcelain Format Version 2"). */
const FIELDS: Readonly<Record<string, number>> = { '1': 8, u: 10, '?': 1 }

/** Throws when git cannot say. `untracked`: `normal` names new directories, `all` every file, `no` leaves them out. */
export async function readStatus(git: Git, untracked: 'normal' | 'all' | 'no'): Promise<TreeStatus> {
  const text = await git.run([...STATUS, `--untracked-files=${untracked}`])
  const entries = text.split('\0').filter((entry) => entry !== '')
  const header = (name: string) =>
    entries.find((entry) => entry.startsWith(`# ${name} `))?.slice(name.length + 3) ?? null
  const oid = header('branch.oid')
  const branch = header('branch.head')
  return {
    head: oid === null || oid === '(initial)' ? null : (oid as CommitSha),
    branch: branch === '(detached)' ? null : branch,
    changes: entries.flatMap(toChange),
  }
}

export async function readChanges(git: Git, untracked: 'normal' | 'all' | 'no'): Promise<readonly TreeChange[]> {
  return (await readStatus(git, untracked)).changes
}

function toChange(entry: string): TreeChange[] {
  const fields = FIELDS[entry[0] ?? '']
  if (fields === undefined) return []
  return [{ path: entry.split(' ').slice(fields).join(' '), tracked: entry[0] !== '?' }]
}
