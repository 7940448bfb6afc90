/**
 * Who stands in which slot: a branch is bound to one until it has shipped, a checkout has one for the time of its use.
 * Every step may be the last before a kill: the record says first what is meant, and `ready` only when it stands.
 */
import { rmdir } from 'node:fs/promises'
import { Failure } from '../../domain/failure.ts'
import type { CommitSha } from '../../domain/ids.ts'
import type { Git } from '../git.ts'
import type { Release, Slot, Workspaces } from '../workspace.ts'
import { exists } from './disk.ts'
import { ensureCommit } from './foreign.ts'
import type { Installer } from './install.ts'
import { createMutex } from './mutex.ts'
import { isOperationInProgress } from './observe.ts'
import type { Pool, PoolSlot } from './pool.ts'
import { isElsewhere, isReachable, readBranch, readUnshipped } from './shipped.ts'
import { readStatus } from './tree-status.ts'
import type { Footing, Worktrees } from './worktree.ts'

export type Occupancy = {
  ensure: Workspaces['ensure']
  /** Moves a branch and its clean tree forward. A kill leaves a slot that stands anew on the branch when it is ensured. */
  forward(request: { branch: string; commit: CommitSha }): Promise<void>
  withCheckout<T>(commit: CommitSha, signal: AbortSignal, use: (slot: Slot) => Promise<T>): Promise<T>
  release: Workspaces['release']
  removePool(): Promise<void>
}

export function createOccupancy(parts: {
  git: Git
  pool: Pool
  worktrees: Worktrees
  installer: Pick<Installer, 'isCurrent'>
  toSlot: (slot: PoolSlot) => Promise<Slot>
  now: () => number
}): Occupancy {
  const { git, pool, worktrees, installer, toSlot, now } = parts
  const oneAtATime = createMutex()
  /** Slots this process has opened: only before that can their locks belong to nobody. */
  const opened = new Set<number>()

  /** The slot holds no work: it is brought to `footing` as if it were new, with its dependencies where they still fit. */
  async function stand(slot: PoolSlot, footing: Footing, signal?: AbortSignal): Promise<void> {
    try {
      if ((await worktrees.open(slot.path)) !== null && (await moved(slot, footing, signal))) return
      await worktrees.discard(slot.path)
      await worktrees.create(slot.path, footing, signal)
    } catch (error) {
      signal?.throwIfAborted()
      throw error
    }
  }

  /** False: this worktree is damaged; there is nothing in it to lose. */
  async function moved(slot: PoolSlot, footing: Footing, signal?: AbortSignal): Promise<boolean> {
    try {
      await worktrees.move(slot.path, footing, signal)
      await worktrees.clean(slot.path, {
        keepDependencies: await installer.isCurrent(slot.path, slot.record.installed),
      })
      return true
    } catch {
      signal?.throwIfAborted()
      return false
    }
  }

  async function adopt(slot: PoolSlot, branch: string): Promise<boolean> {
    if (!slot.record.ready) return false
    if ((await worktrees.open(slot.path)) === null) {
      if (await exists(slot.path)) await worktrees.setAside(slot.path, now())
      return false
    }
    if (!opened.has(slot.number)) await worktrees.unlock(slot.path, branch)
    return true
  }

  async function headOf(slot: PoolSlot): Promise<CommitSha | null> {
    const result = await git.at(slot.path).try(['rev-parse', '--verify', '--quiet', 'HEAD^{commit}'])
    return result.exitCode === 0 ? (result.stdout.trimEnd() as CommitSha) : null
  }

  /** A commit of this branch, or under the slot's HEAD, that would be lost with them; null = none. */
  async function findUnshipped(
    branch: string,
    slot: PoolSlot | null,
    shippedHead: CommitSha | null,
  ): Promise<CommitSha | null> {
    const tip = await readBranch(git, branch)
    if (tip !== null && !(await isElsewhere(git, { commit: tip, branch, shippedHead }))) return tip
    const head = slot === null || (await worktrees.open(slot.path)) === null ? null : await headOf(slot)
    if (head === null || (tip !== null && (await isReachable(git, head, tip)))) return null
    const isKept =
      (shippedHead !== null && (await isReachable(git, head, shippedHead))) ||
      (await isElsewhere(git, { commit: head, branch, shippedHead: null }))
    return isKept ? null : head
  }

  async function deleteBranch(branch: string): Promise<void> {
    const tip = await readBranch(git, branch)
    if (tip !== null) await git.run(['update-ref', '-d', `refs/heads/${branch}`, tip])
  }

  async function release(branch: string, shippedHead: CommitSha | null): Promise<Release> {
    const slot = await pool.findBranch(branch)
    const unshipped = await findUnshipped(branch, slot, shippedHead)
    if (unshipped !== null) return { kind: 'kept', commits: await readUnshipped(git, unshipped, shippedHead) }
    const commit = (await readBranch(git, branch)) ?? shippedHead
    if (slot !== null) {
      await pool.save(slot, { ready: false }) // from here on there is no work in it
      await worktrees.unlock(slot.path, branch)
      if (commit !== null && (await worktrees.open(slot.path)) !== null) await moved(slot, { commit })
    }
    await deleteBranch(branch)
    if (slot !== null) await pool.save(slot, { branch: null, ready: false })
    return { kind: 'released' }
  }

  /** What cannot be read counts as work. */
  async function holdsWork(slot: PoolSlot): Promise<boolean> {
    const { branch, ready } = slot.record
    if (branch === null || !ready || !(await exists(slot.path))) return false
    try {
      const directory = await worktrees.open(slot.path)
      if (directory === null || (await isOperationInProgress(directory))) return true
      const status = await readStatus(git.at(slot.path), 'normal')
      if (status.changes.length > 0) return true
      // Commits of its own branch stay with the branch.
      return status.branch !== branch && (await findUnshipped(branch, slot, null)) !== null
    } catch {
      return true
    }
  }

  async function remove(slot: PoolSlot): Promise<void> {
    const { branch } = slot.record
    await worktrees.discard(slot.path)
    if (branch !== null && (await findUnshipped(branch, null, null)) === null) await deleteBranch(branch)
    await pool.forget(slot)
  }

  return {
    async ensure({ branch, base, from, signal }) {
      signal.throwIfAborted()
      if (from !== undefined && (await readBranch(git, branch)) === null) await ensureCommit(git, base, from, signal)
      return oneAtATime(async () => {
        signal.throwIfAborted()
        const bound = await pool.findBranch(branch)
        const adopted = bound !== null && (await adopt(bound, branch))
        if (bound !== null && adopted) {
          opened.add(bound.number)
          return { ...(await toSlot(bound)), adopted }
        }
        const slot = bound === null ? await pool.claim('group', branch) : await pool.save(bound, { ready: false })
        await stand(slot, { branch, base }, signal)
        opened.add(slot.number)
        return { ...(await toSlot(await pool.save(slot, { ready: true }))), adopted }
      })
    },
    forward: ({ branch, commit }) =>
      oneAtATime(async () => {
        const bound = await pool.findBranch(branch)
        if (bound === null) throw new Failure('internal', `${branch} has no slot in the pool`)
        const slot = await pool.save(bound, { ready: false }) // everything in it is committed: it may stand anew
        await worktrees.forward(slot.path, commit)
        await pool.save(slot, { ready: true })
      }),
    async withCheckout(commit, signal, use) {
      signal.throwIfAborted()
      const slot = await oneAtATime(() => pool.claim('checkout', null))
      try {
        await stand(slot, { commit }, signal)
        return await use(await toSlot(slot))
      } finally {
        pool.giveBack(slot)
      }
    },
    release: ({ branch, shippedHead }) => oneAtATime(() => release(branch, shippedHead)),
    removePool: () =>
      oneAtATime(async () => {
        for (const slot of await pool.slots()) {
          if (!pool.isClaimed(slot) && !(await holdsWork(slot))) await remove(slot)
        }
        await rmdir(await pool.directory()).catch(() => {}) // not empty: somebody's work, or not there
      }),
  }
}
