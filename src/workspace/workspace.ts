/** Git worktrees outside the repository: one per PR group, taken from a small pool so that dependencies stay installed. */
import type { GitAccess } from '../agent/agent.ts'
import type { CommitSha } from '../domain/ids.ts'
import type { Changes } from '../domain/integrity/changes.ts'
import type { WorkspaceObservation } from '../domain/observation.ts'
import type { CheckRun, GateRecord } from '../domain/run.ts'

/** One of the project's own checks: found in its files or configured. */
export type ProjectCheck = { readonly name: string; readonly command: string }

export type Slot = {
  /** Absolute path of the worktree. */
  readonly path: string
  readonly git: GitAccess
}

export type InstallReport =
  | { readonly kind: 'nothing' }
  | {
      readonly kind: 'cached' | 'installed' | 'failed'
      readonly command: string
      readonly durationMs: number
      readonly tail: string
    }

export type CheckoutUpdate =
  | { readonly kind: 'updated'; readonly path: string; readonly commit: CommitSha }
  | { readonly kind: 'current' }
  /** Left alone, and why; `command` brings it up to date by hand. */
  | { readonly kind: 'left'; readonly path: string; readonly why: string; readonly command: string }

/** A remote's name, or `.` for the repository itself, and a full ref name there. */
export type RemoteRef = { readonly remote: string; readonly ref: string }

/** `contained`: ours has it. `ahead`: it has ours and more. */
export type CommitRelation = 'contained' | 'ahead' | 'diverged' | 'unknown'

export type IntegrateResult =
  | { readonly kind: 'integrated'; readonly head: CommitSha }
  | { readonly kind: 'conflict'; readonly files: readonly string[] }

/** `kept`: with these commits, which would have been lost. */
export type Release = { readonly kind: 'released' } | { readonly kind: 'kept'; readonly commits: readonly CommitSha[] }

export type Workspaces = {
  /**
   * Creates or adopts the worktree of a branch: found again after a crash with everything in it. A new branch starts
   * at `base`, whose objects are brought here `from` a remote's ref when they are missing. Safe to call twice.
   */
  ensure(request: {
    branch: string
    base: CommitSha
    from?: RemoteRef
    signal: AbortSignal
  }): Promise<Slot & { adopted: boolean }>
  /** A detached worktree at a commit, for reading and for checks: hands out a clean tree and takes it back. */
  withCheckout<T>(commit: CommitSha, signal: AbortSignal, use: (slot: Slot) => Promise<T>): Promise<T>
  /** Installs dependencies by lockfile when this slot does not hold them yet. Time-limited; failure is a report. */
  install(slot: Slot, signal: AbortSignal): Promise<InstallReport>
  /** Does not throw: what cannot be read is unknown. `target` is the commit that `ahead` is counted against. */
  observe(branch: string, target: CommitSha): Promise<WorkspaceObservation>
  /** The project's own checks as this slot's files (or the configuration) state them. */
  findChecks(slot: Slot): Promise<readonly ProjectCheck[]>
  /** Runs the checks one after the other, stops at the first failure. Each is time-limited and ended with its children. */
  gate(slot: Slot, commit: CommitSha, signal: AbortSignal): Promise<GateRecord>
  /**
   * What was changed from where both have their last commit in common, to `commit`. Bounded: what was not read is named.
   * The repository's own attributes and drivers hide nothing from it. Throws `git_failed`, `timeout`.
   */
  changes(request: { since: CommitSha; commit: CommitSha }): Promise<Changes>
  /** The paths of every file of a commit. */
  files(commit: CommitSha): Promise<readonly string[]>
  runCommand(slot: Slot, command: string, signal: AbortSignal): Promise<CheckRun>
  /** Pushes exactly `commit`. `force` only after a conflict session, and only over what was last seen there. */
  push(request: {
    branch: string
    commit: CommitSha
    remote: string
    ref: string
    force: boolean
    expected: CommitSha | null
  }): Promise<void>
  /**
   * How a commit on the forge's head branch (`ref`) relates to the workspace's branch; brings its objects here. Does not
   * throw: what cannot be found out is unknown.
   */
  relate(request: { branch: string; commit: CommitSha } & RemoteRef): Promise<CommitRelation>
  /** Whether one commit is part of the other's history, or is it; both are here. Throws when git cannot say. */
  contains(request: { commit: CommitSha; within: CommitSha }): Promise<boolean>
  /**
   * Makes commits that somebody else pushed, known by `relate`, part of the branch, in its worktree. `ahead`: by
   * fast-forward. Diverged: by a merge commit; after we rewrote history (`since` = what we had pushed before) by
   * replaying theirs since then on ours. On a conflict nothing has changed. Throws `git_failed` when the tree is not
   * clean and on its branch. Safe to call twice; killed half-way, the workspace is absent until `ensure` or this is
   * called, and then holds what was committed.
   */
  integrate(
    slot: Slot,
    request: { branch: string; commit: CommitSha; since: CommitSha | null },
  ): Promise<IntegrateResult>
  /** Brings the user's checkout to the merged commit when it is clean and on the target branch; touches nothing else. */
  fastForward(targetBranch: string, commit: CommitSha): Promise<CheckoutUpdate>
  /**
   * Gives the worktree back to the pool and deletes the branch, when every commit of it is reachable from `shippedHead`
   * (null: from another ref). Otherwise everything stays as it is. Safe to call twice.
   */
  release(request: { branch: string; shippedHead: CommitSha | null }): Promise<Release>
  /** Removes every pooled worktree of this repository that holds nothing uncommitted; branches with work of their own stay. */
  removePool(): Promise<void>
}
