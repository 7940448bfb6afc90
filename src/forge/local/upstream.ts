/**
 * Where branches are shared: a remote, or the repository itself. Everything the local forge reads from and writes to
 * branches goes through here.
 */
import type { CommitSha } from '../../domain/ids.ts'
import type { PushTarget } from '../forge.ts'

export type Upstream = {
  pushTarget(headBranch: string): PushTarget
  /** null = no such branch there. Throws a Failure when it cannot be asked: an error is not absence. */
  readHead(headBranch: string): Promise<CommitSha | null>
  /** The target branch's commit, its objects brought here. Throws a Failure, `branch_missing` when it is nowhere. */
  readTarget(): Promise<CommitSha>
  /** Makes the objects of a head that `readHead` named present here; somebody else may have pushed it. */
  ensureCommit(headBranch: string, head: CommitSha): Promise<void>
  /**
   * Moves the target branch from `base` to its descendant `commit`. Throws a Failure when that was refused or is not known;
   * what became of it is then to be read back.
   */
  advanceTarget(move: { base: CommitSha; commit: CommitSha }): Promise<void>
  /** Moves a head branch to `to`, a descendant, if it still is at `from`. Throws as `advanceTarget` does. */
  advanceHead(move: { headBranch: string; from: CommitSha; to: CommitSha }): Promise<void>
  /** Deletes the branch if it still is at `expected`; throws a Failure otherwise. */
  deleteHead(headBranch: string, expected: CommitSha): Promise<void>
}
