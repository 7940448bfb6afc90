/** The real engine with checks that turn red, other people and a forge with rules, on a virtual clock. */
import { describe, expect, it } from 'vitest'
import type { GroupId } from '../../src/domain/ids.ts'
import type { Check, PrSnapshot } from '../../src/domain/observation.ts'
import type { RunOptions } from '../../src/domain/run.ts'
import { createControl } from '../../src/engine/control.ts'
import { runEngine } from '../../src/engine/engine.ts'
import { initialState } from '../../src/operations/initial-state.ts'
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

/** Plans, and commits in every session. */
function works(extra: Partial<Record<string, () => void>> = {}): SimulatedAgent {
  return (request, world) => {
    extra[request.kind]?.()
    if (request.kind === 'plan') return completed(PLAN)
    world.commit(request.git.branch ?? '')
    return completed({ outcome: 'done', summary: 'did it' })
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

describe('red checks', () => {
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
    const { end, kinds } = await run(world, works())
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
    const { end } = await run(world, works())
    expect([end.status, world.merges.length]).toEqual(['success', 1])
  })

  // L61
  it('that are tolerated are told whenever something is merged with them', async () => {
    const world = createWorld()
    const limited = { name: 'CodeRabbit', status: 'failed', description: 'Review rate limit exceeded' } as const
    world.ci.push(() => [simulatedCheck(), simulatedCheck(limited)])
    const { end, kinds } = await run(world, works())
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work']])
    expect(world.events.filter((event) => event.type === 'ci.tolerated')).toMatchObject([{ checks: ['CodeRabbit'] }])
  })
})

describe('other people and the rules of the forge', () => {
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
    const { end, kinds } = await run(world, works({ 'resolve-conflict': resolved }))
    expect([end.status, kinds]).toEqual(['success', ['plan', 'work', 'fix-ci', 'resolve-conflict']])
    const [first, second, third] = world.looks.map(({ since }) => since)
    expect([first, second]).toEqual([base, theirs])
    expect([third === base, third === theirs, world.looks.length]).toEqual([false, false, 3])
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
      const { end, group } = await run(world, works())
      expect([end.status, world.merges.length, group?.block?.cause]).toEqual([
        'blocked',
        0,
        'PR #1 was accepted to be merged later, and is not merged',
      ])
      expect(world.events.filter((event) => event.type === 'pr.scheduled').length).toBe(ours ? 1 : 0)
      expect(world.now - begun).toBeLessThan(4 * 3_600_000)
      expect(world.notices).toMatchObject([{ number: 1, text: expect.stringContaining('claudetm resume --force') }])
    },
  )
})
