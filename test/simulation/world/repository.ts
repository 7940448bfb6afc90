/** Git as it lies on the machine and on the remote: branches with their worktrees, refs on the forge, the user's checkout. */
import type { CommitSha } from '../../../src/domain/ids.ts'
import type { Commits } from './commits.ts'

export type Worktree = {
  head: CommitSha
  readonly base: CommitSha
  dirty: string[]
  /** A rebase is half-way. */
  operation: boolean
}

export type Repository = {
  readonly commits: Commits
  readonly worktrees: Map<string, Worktree>
  /** Full ref names on the remote. */
  readonly remote: Map<string, CommitSha>
  /** The user's own checkout, on the target branch. */
  readonly checkout: { head: CommitSha; dirty: boolean }
  readonly first: CommitSha
}

export const TARGET_REF = 'refs/heads/main'

export function createRepository(commits: Commits): Repository {
  const first = commits.make({ parents: [], by: 'person' })
  return {
    commits,
    first,
    worktrees: new Map(),
    remote: new Map([[TARGET_REF, first]]),
    checkout: { head: first, dirty: false },
  }
}

export function targetOf({ remote, first }: Repository): CommitSha {
  return remote.get(TARGET_REF) ?? first
}

/** The target branch grew by a commit that this head conflicts with. */
export function isConflicting(repository: Repository, head: CommitSha): boolean {
  return repository.commits.between(head, targetOf(repository)).some(({ clashes }) => clashes)
}

export function isBehind({ commits, ...rest }: Repository, head: CommitSha): boolean {
  return !commits.reaches(head, targetOf({ commits, ...rest }))
}

/** Does anything still hold it, or what stands for it after a rebase? */
export function isKept(
  { commits, worktrees, remote, checkout }: Repository,
  sha: CommitSha,
  more: CommitSha[],
): boolean {
  const roots = [...[...worktrees.values()].map(({ head }) => head), ...remote.values(), checkout.head, ...more]
  const wanted = new Set([sha])
  for (let grown = true; grown; ) {
    const before = wanted.size
    for (const commit of commits.all()) if (commit.replaces.some((old) => wanted.has(old))) wanted.add(commit.sha)
    grown = wanted.size > before
  }
  return roots.some((root) => [...wanted].some((one) => commits.reaches(root, one)))
}
