/** The pool of git worktrees as `Workspaces`: the parts of this room put together. */
import { Failure, toFailure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { WorkspaceObservation } from '../../domain/observation.ts'
import { readChanges, readFiles } from '../changes/read-changes.ts'
import type { Git } from '../git.ts'
import type { Identity } from '../repository.ts'
import type { Sandbox } from '../sandbox.ts'
import type { ProjectCheck, Slot, Workspaces } from '../workspace.ts'
import { createRunConfined } from './confined-command.ts'
import { ensureExcluded, STATE_PATTERN } from './exclude.ts'
import { fastForwardBranch } from './fast-forward.ts'
import { relateCommit } from './foreign.ts'
import { findChecks } from './found-checks.ts'
import { runGate } from './gate.ts'
import { createInstaller, type InstallSettings } from './install.ts'
import { integrateCommits } from './integrating.ts'
import { createCommitCount, observeWorktree, readHead } from './observe.ts'
import { createOccupancy } from './occupancy.ts'
import { createPool, type PoolSlot } from './pool.ts'
import { pushCommit } from './push.ts'
import { isReachable } from './shipped.ts'
import { createWorktrees } from './worktree.ts'

export type WorkspaceSettings = InstallSettings & {
  /** null = found in the project's files. */
  readonly checks: readonly ProjectCheck[] | null
  readonly checkTimeoutMs: number
}

export type WorkspacesRequest = {
  /** Top level of the user's checkout. */
  readonly repository: string
  readonly git: Git
  /** Absolute, outside the repository; one process at a time. */
  readonly poolDirectory: string
  readonly sandbox: Sandbox
  /** Of checks and installations; without secrets. */
  readonly environment: Readonly<Record<string, string>>
  readonly identity: Identity
  readonly settings: WorkspaceSettings
  readonly now: () => number
  /** Added to the environment of everything that is started. */
  readonly processMark: Readonly<Record<string, string>>
}

export function createWorkspaces(request: WorkspacesRequest): Workspaces {
  const { repository, identity, settings, now } = request
  const git = request.git.at(repository)
  const commonDir = once(() => git.run(['rev-parse', '--path-format=absolute', '--git-common-dir']))
  const worktrees = createWorktrees(git, commonDir)
  const pool = createPool(request.poolDirectory, async (path) =>
    (await worktrees.open(path)) === null ? null : readHead(git.at(path)),
  )
  const run = createRunConfined(request)
  const countCommits = createCommitCount()
  const installer = createInstaller({ git, run, settings })
  const occupancy = createOccupancy({ git, pool, worktrees, installer, toSlot, now })
  const excludeState = once(async () => ensureExcluded(await commonDir(), [STATE_PATTERN]))

  async function toSlot(slot: PoolSlot): Promise<Slot> {
    await excludeState()
    const worktreeDir = await worktrees.open(slot.path)
    if (worktreeDir === null) throw new Failure('git_failed', `the worktree ${slot.path} is gone`)
    return {
      path: slot.path,
      git: { commonDir: await commonDir(), worktreeDir, branch: slot.record.branch, identity },
    }
  }

  async function findSlot(path: string): Promise<PoolSlot> {
    const slot = await pool.findPath(path)
    if (slot === null) throw new Failure('internal', `${path} is not a slot of the pool`)
    return slot
  }

  async function checksOf(slot: Slot): Promise<readonly ProjectCheck[]> {
    return settings.checks ?? findChecks(slot.path)
  }

  async function observe(branch: string, target: CommitSha): Promise<WorkspaceObservation> {
    try {
      const slot = await pool.findBranch(branch)
      const worktreeDir = slot?.record.ready === true ? await worktrees.open(slot.path) : null
      if (slot === null || worktreeDir === null) return { kind: 'absent' }
      return await observeWorktree(git.at(slot.path), { worktreeDir, branch, target, countCommits })
    } catch (error) {
      return { kind: 'unknown', why: toFailure(error).message }
    }
  }

  const { ensure, withCheckout, release, removePool } = occupancy
  return {
    ensure,
    withCheckout,
    release,
    removePool,
    observe,
    findChecks: checksOf,
    async install(slot, signal) {
      const { record } = await findSlot(slot.path)
      const remember = async (installed: typeof record.installed) => {
        await pool.save(await findSlot(slot.path), { installed })
      }
      return installer.install({ slot, installed: record.installed, remember, signal })
    },
    gate: async (slot, commit, signal) =>
      runGate(
        { git, run, checkTimeoutMs: settings.checkTimeoutMs, now },
        { slot, commit, checks: await checksOf(slot), signal },
      ),
    changes: async (asked) => readChanges(git.at(await commonDir()), asked),
    files: async (commit) => readFiles(git.at(await commonDir()), commit),
    runCommand: (slot, command, signal) =>
      run(slot, { name: command, command, timeoutMs: settings.checkTimeoutMs, signal }),
    push: ({ commit, remote, ref, force, expected }) => pushCommit(git, { commit, remote, ref, force, expected }),
    relate: (request) => relateCommit(git, request),
    contains: ({ commit, within }) => isReachable(git, commit, within),
    integrate: (_, request) => integrateCommits({ git, occupancy, identity, now }, request),
    fastForward: async (branch, commit) =>
      fastForwardBranch(git, { branch, commit, poolDirectory: await pool.directory() }),
  }
}

/** A fact that does not change; asked again only after it could not be read. */
function once<T>(read: () => Promise<T>): () => Promise<T> {
  let known: Promise<T> | null = null
  return () => {
    known ??= read().catch((error: unknown) => {
      known = null
      throw error
    })
    return known
  }
}
