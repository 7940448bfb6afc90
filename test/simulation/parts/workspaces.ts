/** Workspaces behind their interface: what git would do, done to the world's branches, through the door. */
import { Failure } from '../../../src/domain/failure.ts'
import type { CommitSha } from '../../../src/domain/ids.ts'
import { NO_CHANGES } from '../../../src/domain/integrity/changes.ts'
import type { Slot, Workspaces } from '../../../src/workspace/workspace.ts'
import { change, changes } from '../../support/changes.ts'
import type { Call } from '../history.ts'
import { type Passage, pass } from '../world/door.ts'
import type { Process } from '../world/process.ts'
import { targetOf, type Worktree } from '../world/repository.ts'
import type { World } from '../world/world.ts'

export function createWorkspaces(world: World, process: Process): Workspaces {
  const { repository, pulls, journal, time, history } = world
  const { commits, worktrees, remote, checkout } = repository
  const through = <T>(call: Call, passage: Omit<Passage<T>, 'call' | 'changes'>) =>
    pass(world, process, { call, changes: true, ...passage })
  const look = <T>(call: Call, passage: Omit<Passage<T>, 'call' | 'changes'>) =>
    pass(world, process, { call, changes: false, ...passage })

  function require(branch: string | null): Worktree {
    const tree = worktrees.get(branch ?? '')
    if (tree === undefined) throw new Failure('git_failed', `no worktree for ${branch}`)
    return tree
  }

  const lacksTest = (commit: CommitSha) => commits.get(commit).lacksTest

  return {
    ensure: ({ branch, base }) =>
      through('workspace.ensure', {
        effect: () => {
          const adopted = worktrees.has(branch)
          if (!adopted) worktrees.set(branch, { head: base, base, dirty: [], operation: false })
          return { ...slotOf(branch), adopted }
        },
      }),
    async withCheckout(_, signal, use) {
      signal.throwIfAborted()
      await look('workspace.checkout', { effect: () => null })
      return use(slotOf(null))
    },
    install: () => look('workspace.install', { effect: () => ({ kind: 'nothing' as const }) }),
    observe: (branch) =>
      look('workspace.observe', {
        effect: () => {
          const tree = worktrees.get(branch)
          if (tree === undefined) return { kind: 'absent' as const }
          return {
            kind: 'present' as const,
            head: tree.head,
            tree: tree.dirty.length > 0 ? ('dirty' as const) : ('clean' as const),
            leftovers: [...tree.dirty],
            ahead: commits.between(tree.base, tree.head).length,
            operationInProgress: tree.operation,
          }
        },
        unknown: () => ({ kind: 'unknown', why: 'index.lock' }) as never,
        refused: () => ({ kind: 'unknown', why: 'index.lock' }) as never,
      }),
    findChecks: async () => [{ name: 'test', command: 'npm test' }],
    async gate({ git }, commit, signal) {
      const { gateMs } = history.setup
      await time.sleepUntil(time.now() + gateMs, signal)
      return look('workspace.gate', {
        effect: () => {
          const tree = require(git.branch)
          if (tree.head !== commit || tree.dirty.length > 0)
            throw new Failure('git_failed', 'the tree is not what was to be checked')
          const isRed = commits.get(commit).flaw === 'gate'
          const check = { name: 'test', command: 'npm test', timedOut: false, durationMs: gateMs, tail: '' }
          return {
            commit,
            outcome: isRed ? ('failed' as const) : ('passed' as const),
            checks: [{ ...check, exitCode: isRed ? 1 : 0 }],
            durationMs: gateMs,
            at: time.now(),
          }
        },
      })
    },
    runCommand: (_, command) =>
      look('workspace.command', {
        effect: () => ({
          name: command,
          command,
          exitCode: world.commandFails ? 1 : 0,
          timedOut: false,
          durationMs: 1,
          tail: '',
        }),
      }),
    push: ({ commit, ref, force, expected }) =>
      through('workspace.push', {
        effect: () => {
          const there = remote.get(ref) ?? null
          if (there !== commit) {
            if (force && there !== expected) throw new Failure('git_refused', 'stale info')
            if (!force && there !== null && !commits.reaches(commit, there))
              throw new Failure('git_refused', 'non-fast-forward')
          }
          remote.set(ref, commit)
          journal.pushes.push({ ref, commit, pid: process.pid, lacksTest: lacksTest(commit) && !world.waived.has(ref) })
          pulls.moved(ref)
        },
      }),
    changes: ({ since, commit }) =>
      look('workspace.changes', {
        effect: () => (lacksTest(commit) && !lacksTest(since) ? DELETED_TEST : NO_CHANGES),
      }),
    files: async () => ['README.md'],
    relate: ({ branch, commit }) =>
      look('workspace.relate', {
        effect: () => {
          const ours = require(branch).head
          if (commits.reaches(ours, commit)) return 'contained' as const
          return commits.reaches(commit, ours) ? ('ahead' as const) : ('diverged' as const)
        },
        unknown: () => 'unknown' as never,
        refused: () => 'unknown' as never,
      }),
    contains: async ({ commit, within }) => commits.reaches(within, commit),
    integrate: ({ git }, { commit, since }) =>
      through('workspace.integrate', {
        effect: () => {
          const tree = require(git.branch)
          if (tree.dirty.length > 0 || tree.operation) throw new Failure('git_failed', 'the tree is not clean')
          tree.head = joined(tree.head, commit, since)
          return { kind: 'integrated' as const, head: tree.head }
        },
      }),
    fastForward: (branch, commit) =>
      through('workspace.fastForward', {
        effect: () => {
          const left = (why: string) => ({ kind: 'left' as const, path: '/user', why, command: 'git merge' })
          if (branch !== 'main') throw new Error(`not the target branch: ${branch}`)
          if (commits.reaches(checkout.head, commit)) return { kind: 'current' as const }
          if (checkout.dirty) return left('it has uncommitted changes')
          if (!commits.reaches(commit, checkout.head)) return left('it has commits of its own')
          journal.checkoutMoves.push({ commit, dirty: checkout.dirty })
          checkout.head = commit
          return { kind: 'updated' as const, path: '/user', commit }
        },
      }),
    release: ({ branch, shippedHead }) =>
      through('workspace.release', {
        effect: () => {
          const tree = worktrees.get(branch)
          if (tree === undefined) return { kind: 'released' as const }
          const roots = [...(shippedHead === null ? [] : [shippedHead]), targetOf(repository), tree.base]
          const isShipped = roots.some((root) => commits.has(root) && commits.reaches(root, tree.head))
          if (!isShipped) {
            const shipped = shippedHead ?? tree.base
            return { kind: 'kept' as const, commits: commits.between(shipped, tree.head).map(({ sha }) => sha) }
          }
          worktrees.delete(branch)
          return { kind: 'released' as const }
        },
      }),
    removePool: async () => {},
  }

  /** As the real ones do it: forward, a merge, or theirs replayed on what we rewrote. */
  function joined(ours: CommitSha, theirs: CommitSha, since: CommitSha | null): CommitSha {
    if (commits.reaches(ours, theirs)) return ours
    if (commits.reaches(theirs, ours)) return theirs
    const { flaw } = commits.get(theirs)
    if (since === null || !commits.reaches(theirs, since))
      return commits.make({ parents: [ours, theirs], by: 'forge', flaw })
    const replayed = commits.between(since, theirs).map(({ sha }) => sha)
    return commits.make({ parents: [ours], by: 'forge', replaces: replayed, flaw })
  }
}

const DELETED_TEST = changes(change('test/a.test.ts', `-it('adds', () => {})`))

function slotOf(branch: string | null): Slot {
  return {
    path: `/pool/${branch ?? 'detached'}`,
    git: {
      commonDir: '/repo/.git',
      worktreeDir: '/repo/.git/worktrees/1',
      branch,
      identity: { name: 'x', email: 'x@y' },
    },
  }
}
