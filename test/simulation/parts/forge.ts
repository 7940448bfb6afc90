/** The forge behind its interface: answers from the world's pull requests, through the door. */
import type { CommitSha, PrNumber } from '../../../src/domain/ids.ts'
import type { PrObservation } from '../../../src/domain/observation.ts'
import type { Forge, Reply } from '../../../src/forge/forge.ts'
import type { Call } from '../history.ts'
import { type Passage, pass, unreachable } from '../world/door.ts'
import type { Process } from '../world/process.ts'
import type { Pull } from '../world/pulls.ts'
import { isConflicting, targetOf } from '../world/repository.ts'
import type { World } from '../world/world.ts'
import { partOf } from './partial-look.ts'

const PACE_MS = 60_000

export function createForge(world: World, process: Process): Forge {
  const { repository, pulls, suites, time, journal, history } = world
  const through = <T>(call: Call, passage: Omit<Passage<T>, 'call' | 'changes'>) =>
    pass(world, process, { call, changes: true, ...passage })
  const look = <T>(call: Call, passage: Omit<Passage<T>, 'call' | 'changes'>) =>
    pass(world, process, { call, changes: false, ...passage })
  const refOf = (branch: string) => `refs/heads/${branch}`
  const require = (number: PrNumber): Pull => pulls.get(number) ?? unreachable('forge.observe')
  const pushedSeen = new Map<string, CommitSha | null>()

  function observe(branch: string): Promise<PrObservation> {
    const unknown = { kind: 'unknown', why: 'no answer' } as const
    return look<PrObservation>('forge.observe', {
      effect: () => {
        const pull = pulls.newest(branch)
        const observation: PrObservation = pull === null ? { kind: 'none' } : { kind: 'pr', pr: pulls.snapshot(pull) }
        process.seen.set(branch, { observation, standing: pull === null ? null : pulls.standing(pull) })
        return observation
      },
      unknown: () => unknown,
      refused: () => unknown,
      stale: () => process.seen.get(branch)?.observation ?? { kind: 'none' },
      partial: (whole) => partOf(whole, world.calls.get('forge.observe') ?? 0),
    })
  }

  return {
    name: 'simulated',
    ready: async () => ({ place: 'simulation', account: null, notes: [] }),
    targetHead: () => look('forge.targetHead', { effect: () => targetOf(repository) }),
    pushTarget: (branch) => ({ remote: 'origin', ref: refOf(branch) }),
    observePushed: (branch) =>
      look('forge.observePushed', {
        effect: () => {
          const head = repository.remote.get(refOf(branch)) ?? null
          pushedSeen.set(branch, head)
          return { kind: 'known' as const, head }
        },
        unknown: () => ({ kind: 'unknown', why: 'no answer' }) as never,
        refused: () => ({ kind: 'unknown', why: 'no answer' }) as never,
        stale: () => ({ kind: 'known' as const, head: pushedSeen.get(branch) ?? null }),
      }),
    observe,
    observeNumber: (number) => observe(require(number).branch),
    ensureOpen: ({ headBranch, draft, title, body }) =>
      through('forge.ensureOpen', {
        effect: () => {
          const known = pulls.newest(headBranch)
          if (known?.state === 'open') {
            Object.assign(known, { title, body })
            return { number: known.number, url: `sim:#${known.number}`, created: false }
          }
          if (!repository.remote.has(refOf(headBranch))) return unreachable('forge.ensureOpen')
          const pull = pulls.open({ branch: headBranch, title, body, draft })
          journal.opened.push({ pull: pull.number, branch: headBranch })
          return { number: pull.number, url: `sim:#${pull.number}`, created: true }
        },
      }),
    edit: (number, text) =>
      through('forge.edit', {
        effect: () => void Object.assign(require(number), { title: text.title, body: text.body }),
      }),
    markReady: (number) =>
      through('forge.markReady', { effect: () => void Object.assign(require(number), { draft: false }) }),
    changed: (_, signal) => look('forge.changed', { effect: () => time.sleepUntil(time.now() + PACE_MS, signal) }),
    failureLogs: () =>
      look('forge.failureLogs', { effect: () => [{ check: 'test', tail: 'expected 1, got 2', file: null }] }),
    rerun: (_, head) =>
      through('forge.rerun', {
        effect: () =>
          suites.rerun(head)
            ? { kind: 'started' as const }
            : { kind: 'impossible' as const, why: 'nothing to run again' },
      }),
    async reply(number, replies) {
      for (const reply of replies) await through('forge.reply', { effect: () => say(require(number), reply) })
    },
    requestReview: (number) => through('forge.requestReview', { effect: () => void require(number) }),
    setNotice: (number, text) =>
      through('forge.setNotice', { effect: () => void Object.assign(require(number), { notice: text }) }),
    updateBranch: (number, head) =>
      through('forge.updateBranch', {
        effect: () => {
          const pull = require(number)
          if (pull.head !== head) return { kind: 'stale' as const, why: 'another head' }
          if (isConflicting(repository, head)) return { kind: 'conflict' as const }
          if (repository.commits.reaches(head, targetOf(repository))) return { kind: 'current' as const }
          const { flaw } = repository.commits.get(head)
          const merge = repository.commits.make({ parents: [head, targetOf(repository)], by: 'forge', flaw })
          repository.remote.set(refOf(pull.branch), merge)
          pulls.moved(refOf(pull.branch))
          return { kind: 'updated' as const }
        },
      }),
    cancelScheduled: (number) =>
      through('forge.cancelScheduled', { effect: () => void Object.assign(require(number), { scheduled: null }) }),
    ciRuns: null,
    merge: ({ number, head }) =>
      through('forge.merge', {
        effect: () => {
          const pull = require(number)
          if (pull.state === 'merged')
            return { kind: 'merged' as const, commit: pull.mergeCommit ?? unreachable('forge.merge') }
          if (pull.state === 'closed') return { kind: 'refused' as const, why: 'it is closed' }
          if (pull.head !== head) return { kind: 'stale' as const, why: 'another head' }
          if (isConflicting(repository, head)) return { kind: 'stale' as const, why: 'it conflicts' }
          if (pull.draft) return { kind: 'refused' as const, why: 'it is a draft' }
          const { rules } = history.setup
          if (rules === 'approval' && !pull.approved) return { kind: 'refused' as const, why: 'not approved' }
          if (rules === 'up_to_date' && !repository.commits.reaches(head, targetOf(repository)))
            return { kind: 'refused' as const, why: 'it is behind' }
          const scheduled = rules === 'queue'
          noteMerge(world, process, pull, scheduled)
          if (scheduled) {
            pull.scheduled = 'queue'
            return { kind: 'scheduled' as const, by: 'queue' as const }
          }
          return { kind: 'merged' as const, commit: pulls.merge(pull, 'us') }
        },
        unknown: () => ({ kind: 'unknown', why: 'no answer' }) as never,
        refused: () => ({ kind: 'refused', why: 'not today' }) as never,
      }),
    deleteHeadBranch: (branch) =>
      through('forge.deleteHeadBranch', {
        effect: () => {
          journal.deletedRefs.push(refOf(branch))
          repository.remote.delete(refOf(branch))
          pulls.moved(refOf(branch))
        },
      }),
    close: async () => {},
  }

  function say(pull: Pull, { key, body, to }: Reply): void {
    const thread = to.kind === 'thread' ? pull.threads.find(({ id }) => id === to.id) : undefined
    if (to.kind === 'thread' && thread === undefined) return
    const said = thread?.remarks ?? pull.comments
    const after = said.findLast((remark) => !remark.ours)?.id ?? null
    const ours = {
      id: key,
      author: 'claudetm',
      isBot: false,
      trusted: true,
      ours: true,
      body,
      at: time.now(),
      url: null,
    }
    if (!pull.keys.has(key)) {
      pull.keys.add(key)
      if (thread === undefined) pull.comments.push(ours)
      else thread.remarks = [...thread.remarks, ours]
      const pushed = journal.pushes.map(({ commit }) => commit)
      const resolve = to.kind === 'thread' && to.resolve
      const where = { pull: pull.number, thread: thread?.id ?? null, atSession: journal.sessions.length }
      journal.replies.push({ ...where, key, resolve, after, pushed, body })
    }
    if (thread !== undefined && to.kind === 'thread' && to.resolve) thread.resolved = true
  }
}

function noteMerge(world: World, process: Process, pull: Pull, scheduled: boolean): void {
  const tree = [...world.repository.worktrees].find(([branch]) => branch === pull.branch)?.[1]
  world.journal.merges.push({
    pull: pull.number,
    branch: pull.branch,
    head: pull.head,
    seen: process.seen.get(pull.branch)?.standing ?? null,
    local: tree === undefined ? null : { head: tree.head, dirty: tree.dirty.length > 0 || tree.operation },
    acceptedWithoutChecks: world.acceptedWithoutChecks.has(pull.head),
    at: world.time.elapsed(),
    scheduled,
    atSession: world.journal.sessions.length,
  })
}
