/** The real engine with reviewers, other people and a forge with rules, on a virtual clock. */
import { describe, expect, it } from 'vitest'
import type { SessionRequest, SessionResult } from '../../src/agent/agent.ts'
import type { GroupId } from '../../src/domain/ids.ts'
import type { Check, PrSnapshot, ReviewThread } from '../../src/domain/observation.ts'
import type { RunOptions } from '../../src/domain/run.ts'
import { createControl } from '../../src/engine/control.ts'
import { runEngine } from '../../src/engine/engine.ts'
import { initialState } from '../../src/operations/initial-state.ts'
import { known, remark, thread } from '../support/observations.ts'
import { completed, createParts, createWorld, type SimulatedAgent, simulatedCheck, type World } from './world.ts'

const OPTIONS: RunOptions = {
  model: 'opus',
  autoMerge: true,
  maxSessions: 40,
  maxPrs: null,
  pauseOnPr: false,
  prPerTask: false,
  branch: null,
  targetBranch: 'main',
  sessionBudgetUsd: null,
  maxCostUsd: null,
  criteria: [],
  verify: false,
  logLevel: 'normal',
  sandbox: 'off',
  forge: 'github',
  mergeMethod: null,
  admin: false,
  syncBeforeMerge: false,
  draft: false,
}

const PLAN = { criteria: [], groups: [{ title: 'Add it', tasks: [{ title: 'Write it', complexity: 'coding' }] }] }

type Action = 'fixed' | 'explained' | 'declined'

/** Plans, works, and answers the threads it is asked about; `fixed` comes with a commit. */
function reviewed(actions: Readonly<Record<string, Action>>, extra: Partial<Record<string, () => void>> = {}) {
  return (request: SessionRequest, world: World): SessionResult => {
    extra[request.kind]?.()
    if (request.kind === 'plan') return completed(PLAN)
    if (request.kind !== 'fix-review') {
      world.commit(request.git.branch ?? '')
      return completed({ outcome: 'done', summary: 'did it' })
    }
    const asked = Object.keys(actions).filter((id) => request.prompt.includes(` ${id}`))
    if (asked.some((id) => actions[id] === 'fixed')) world.commit(request.git.branch ?? '')
    return completed({ threads: asked.map((id) => ({ id, action: actions[id], message: `about ${id}` })) })
  }
}

async function run(world: World, agent: SimulatedAgent, options: Partial<RunOptions> = {}) {
  const initial = initialState('20260101-000000' as never, 'add it', { ...OPTIONS, ...options }, world.now)
  const end = await runEngine(createParts(world, agent), initial, createControl())
  return { end, group: end.state.groups['g1' as GroupId], kinds: world.prompts.map((prompt) => prompt.kind) }
}

/** What somebody does to the PR as soon as the run waits for its checks. */
function onPr(world: World, ...changes: ((pr: PrSnapshot) => Partial<PrSnapshot>)[]): void {
  world.ci.push(() => [simulatedCheck({ status: 'pending' })])
  for (const change of changes) {
    world.meanwhile.push(() => {
      const pr = world.prs[0]
      if (pr !== undefined) pr.snapshot = { ...pr.snapshot, ...change(pr.snapshot) }
    })
  }
}

const checked = (pr: PrSnapshot, items: readonly Check[]): Partial<PrSnapshot> => ({
  checks: { kind: 'reported', head: pr.head, complete: true, items },
})
const green = (pr: PrSnapshot): Partial<PrSnapshot> => checked(pr, [simulatedCheck()])
const said = (id: string, changes: Partial<ReviewThread> = {}) =>
  thread({ id, remarks: [remark({ id: `${id}-1`, body: `about ${id}` })], ...changes })
const withThreads =
  (...threads: ReviewThread[]) =>
  (pr: PrSnapshot) => ({ ...green(pr), reviews: known({ threads }) })

describe('reviewers', () => {
  // L3 L117
  it('are answered after the fix is on the forge; fixed and explained is resolved, declined stays open and waits', async () => {
    const world = createWorld()
    onPr(world, withThreads(said('T1'), said('T2'), said('T3')), (pr) => ({
      reviews:
        pr.reviews.kind === 'known'
          ? { ...pr.reviews, threads: pr.reviews.threads.map((each) => ({ ...each, resolved: true })) }
          : pr.reviews,
    }))
    const agent = reviewed({ T1: 'fixed', T2: 'explained', T3: 'declined' })
    const { end, group, kinds } = await run(world, agent)
    expect({ status: end.status, kinds, merges: world.merges.length }).toEqual({
      status: 'success',
      kinds: ['plan', 'work', 'fix-review'],
      merges: 1,
    })
    expect(world.replies.map(({ to, body, head }) => [to, body, head])).toEqual([
      [{ kind: 'thread', id: 'T1', resolve: true }, 'about T1', world.merges[0]],
      [{ kind: 'thread', id: 'T2', resolve: true }, 'about T2', world.merges[0]],
      [{ kind: 'thread', id: 'T3', resolve: false }, 'about T3', world.merges[0]],
    ])
    expect(group?.findings.map((finding) => [finding.id, finding.action])).toEqual([
      ['T1', 'fixed'],
      ['T2', 'explained'],
      ['T3', 'declined'],
    ])
  })

  // L115
  it('who write while a session works are not taken for answered', async () => {
    const world = createWorld()
    onPr(world, withThreads(said('T1')))
    const late = () => {
      const pr = world.prs[0]
      const reviews = pr?.snapshot.reviews
      if (pr === undefined || reviews?.kind !== 'known' || world.replies.length > 0) return
      const threads = reviews.threads.map((each) => ({
        ...each,
        remarks: [...each.remarks, remark({ id: 'late', body: 'and one more thing' })],
      }))
      pr.snapshot = { ...pr.snapshot, reviews: { ...reviews, threads } }
    }
    const { end } = await run(world, reviewed({ T1: 'explained' }, { 'fix-review': late }))
    expect(end.status).toBe('success')
    expect(world.replies.map((reply) => reply.to)).toEqual([
      { kind: 'thread', id: 'T1', resolve: false },
      { kind: 'thread', id: 'T1', resolve: true },
    ])
  })

  // W6
  it('who ask for changes are asked to look again, and nothing is merged until they lift it', async () => {
    const world = createWorld()
    const asked = (pr: PrSnapshot) => ({ ...green(pr), reviews: known({ changeRequests: [remark({ id: 'R7' })] }) })
    let mergesBefore = -1
    onPr(
      world,
      asked,
      (pr) => green(pr),
      (pr) => {
        mergesBefore = world.merges.length
        return { ...green(pr), reviews: known() }
      },
    )
    const { end, kinds } = await run(world, reviewed({ R7: 'fixed' }))
    expect([end.status, kinds, world.reviewsRequested, mergesBefore]).toEqual([
      'success',
      ['plan', 'work', 'fix-review'],
      ['ann'],
      0,
    ])
    expect(world.replies.map((reply) => [reply.to.kind, reply.body])).toEqual([['conversation', '@ann: about R7']])
  })

  it('who are not trusted are ignored, and that is said once', async () => {
    const world = createWorld()
    onPr(world, withThreads(said('T1', { remarks: [remark({ author: 'stranger', trusted: false })] })))
    const { end, kinds } = await run(world, reviewed({}))
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work']])
    expect(world.events.filter((event) => event.type === 'reviews.ignored')).toMatchObject([{ authors: ['stranger'] }])
  })

  // L81 W8 W19
  it('get rounds, and the run ends with a block when those are spent', async () => {
    const world = createWorld()
    let count = 0
    const stubborn = (request: SessionRequest, w: World): SessionResult => {
      if (request.kind === 'fix-review') {
        count += 1
        const pr = w.prs[0]
        if (pr !== undefined) {
          const next = said(`T${count + 1}`)
          pr.snapshot = { ...pr.snapshot, reviews: known({ threads: [next] }) }
        }
      }
      return reviewed({ [`T${count}`]: 'explained' })(request, w)
    }
    onPr(world, withThreads(said('T1')))
    const { end } = await run(world, stubborn)
    expect([end.status, count, world.merges.length]).toEqual(['blocked', 5, 0])
    expect(world.notices).toMatchObject([{ number: 1, text: expect.stringContaining('claudetm resume --force') }])
  })
})

describe('red checks', () => {
  it('that are green the second time on the same commit cost no session, and are named a flake', async () => {
    const world = createWorld()
    world.ci.push(() => [simulatedCheck({ status: 'failed', canRerun: true })])
    const { end, kinds } = await run(world, reviewed({}))
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work']])
    expect(world.events.filter((event) => event.type === 'ci.flaky')).toMatchObject([{ checks: ['test'] }])
  })

  // L67
  it('that turn red again after they were green have a re-run of their own', async () => {
    const world = createWorld()
    const red = [simulatedCheck({ status: 'failed', canRerun: true })]
    onPr(
      world,
      (pr) => ({ ...checked(pr, red), mergeability: 'blocked', awaits: ['an approving review'] }),
      (pr) => checked(pr, red),
      () => ({ mergeability: 'clean', awaits: [] }),
    )
    const { end, kinds } = await run(world, reviewed({}))
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work']])
    expect(world.events.filter((event) => event.type === 'ci.rerun').length).toBe(2)
  })

  // L69
  it('that are run again have all of their time again', async () => {
    const world = createWorld()
    const red = [simulatedCheck({ status: 'failed', canRerun: true })]
    const hours = (count: number) => Array.from({ length: count * 360 }, () => () => ({})) // a look each ten seconds
    onPr(world, ...hours(1.5), (pr) => checked(pr, red), ...hours(1.5), green)
    world.ci.push(() => [simulatedCheck({ status: 'pending' })])
    const { end } = await run(world, reviewed({}))
    expect([end.status, world.merges.length]).toEqual(['success', 1])
  })

  // L61
  it('that are tolerated are told whenever something is merged with them', async () => {
    const world = createWorld()
    const limited = { name: 'CodeRabbit', status: 'failed', description: 'Review rate limit exceeded' } as const
    world.ci.push(() => [simulatedCheck(), simulatedCheck(limited)])
    const { end, kinds } = await run(world, reviewed({}))
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work']])
    expect(world.events.filter((event) => event.type === 'ci.tolerated')).toMatchObject([{ checks: ['CodeRabbit'] }])
  })

  it('that stay the same after a fix are looked at afresh, and told so', async () => {
    const world = createWorld()
    const red = () => [simulatedCheck({ status: 'failed' })]
    world.ci.push(red, red)
    const { end } = await run(world, reviewed({}))
    const fixes = world.prompts.filter((prompt) => prompt.kind === 'fix-ci')
    expect([end.status, fixes.map((prompt) => prompt.conversation.mode)]).toEqual(['success', ['continue', 'new']])
    expect(fixes[1]?.prompt).toContain('left exactly the same failure')
  })
})

describe('other people and the rules of the forge', () => {
  it('commits that somebody else pushes become part of what is merged', async () => {
    const world = createWorld()
    const theirs = world.newCommit()
    onPr(world, (pr) => {
      world.pushed.set(pr.headBranch, theirs)
      return {
        head: theirs,
        checks: { kind: 'reported', head: theirs, complete: true, items: [simulatedCheck()] },
      }
    })
    const { end } = await run(world, reviewed({}))
    expect([end.status, world.merges]).toEqual(['success', [theirs]])
  })

  it('what others pushed is not judged as the work of a session, and nor is what the target branch brought', async () => {
    const world = createWorld()
    const base = world.target
    const theirs = world.newCommit()
    const failed = (head: PrSnapshot['head']) => ({
      head,
      checks: { kind: 'reported' as const, head, complete: true, items: [simulatedCheck({ status: 'failed' })] },
    })
    onPr(world, (pr) => {
      world.pushed.set(pr.headBranch, theirs)
      return failed(theirs)
    })
    world.ci.push(() => [simulatedCheck({ status: 'pending' })])
    world.meanwhile.push(() => {
      const pr = world.prs[0]
      if (pr !== undefined) pr.snapshot = { ...pr.snapshot, ...green(pr.snapshot), mergeability: 'conflicting' }
      world.target = world.newCommit()
    })
    const resolved = () => {
      const pr = world.prs[0]
      if (pr !== undefined) pr.snapshot = { ...pr.snapshot, mergeability: 'clean' }
    }
    const { end, kinds } = await run(world, reviewed({}, { 'resolve-conflict': resolved }))
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work', 'fix-ci', 'resolve-conflict']])
    const [first, second, third] = world.looks.map(({ since }) => since)
    expect([first, second]).toEqual([base, theirs])
    expect([third === base, third === theirs, world.looks.length]).toEqual([false, false, 3])
  })

  it('a merge that the forge does later is waited for, and asked for once', async () => {
    const world = createWorld()
    onPr(
      world,
      (pr) => ({ ...green(pr), mergeability: 'blocked', canSchedule: 'queue' }),
      () => ({}),
      () => ({ state: 'merged', mergeCommit: world.newCommit(), mergeScheduled: null }),
    )
    const { end } = await run(world, reviewed({}))
    expect([end.status, world.events.filter((event) => event.type === 'pr.scheduled').length]).toEqual(['success', 1])
  })

  // L53 W17
  it.each([true, false])(
    'a merge that is scheduled and never happens ends in a block that is told, not in a loop (by us: %s)',
    async (ours) => {
      const world = createWorld()
      onPr(world, (pr) => ({
        ...green(pr),
        mergeability: 'blocked',
        canSchedule: 'auto_merge',
        mergeScheduled: ours ? null : 'auto_merge',
      }))
      const begun = world.now
      const { end, group } = await run(world, reviewed({}))
      expect([end.status, world.merges.length, group?.block?.cause]).toEqual([
        'blocked',
        0,
        'PR #1 was accepted to be merged later, and is not merged',
      ])
      expect(world.events.filter((event) => event.type === 'pr.scheduled').length).toBe(ours ? 1 : 0)
      expect(world.now - begun).toBeLessThan(4 * 3_600_000)
    },
  )

  // W17
  it('a queue that drops it again and again ends in a block, not in a loop', async () => {
    const world = createWorld()
    const drop = () => ({ mergeScheduled: null })
    onPr(
      world,
      (pr) => ({ ...green(pr), mergeability: 'blocked', canSchedule: 'queue' }),
      ...Array.from({ length: 10 }, () => drop),
    )
    const { end } = await run(world, reviewed({}))
    expect([end.status, world.merges.length]).toEqual(['blocked', 0])
    expect(world.events.filter((event) => event.type === 'pr.scheduled').length).toBe(5)
  })

  it('a scheduled merge is taken back when somebody says no', async () => {
    const world = createWorld()
    onPr(
      world,
      (pr) => ({ ...green(pr), mergeability: 'blocked', canSchedule: 'auto_merge' }),
      () => ({ reviews: known({ changeRequests: [remark({ id: 'R7' })] }) }),
      () => ({ reviews: known(), canSchedule: null, mergeability: 'clean' }),
    )
    const { end, kinds } = await run(world, reviewed({ R7: 'explained' }))
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work', 'fix-review']])
    expect(world.events.filter((event) => event.type === 'pr.unscheduled').length).toBe(1)
  })

  it('a branch that is behind is brought up to date on the forge when that is wanted, and its commit is the merged one', async () => {
    const world = createWorld()
    onPr(world, (pr) => ({ ...green(pr), mergeability: 'behind', behind: true }))
    const { end, kinds } = await run(world, reviewed({}), { syncBeforeMerge: true })
    expect([end.status, kinds, world.merges]).toEqual(['success', ['plan', 'work'], [world.prs[0]?.snapshot.head]])
    expect(end.state.groups['g1' as GroupId]?.counters.syncs).toBe(1)
  })

  it('drafts become ready when their checks are green', async () => {
    const world = createWorld()
    onPr(world, (pr) => ({ ...green(pr), draft: true }))
    const { end } = await run(world, reviewed({}), { draft: true })
    expect(end.status).toBe('success')
    expect(world.events.filter((event) => event.type === 'pr.updated')).toMatchObject([{ what: 'ready' }])
  })
})
