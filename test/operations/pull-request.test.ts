import { describe, expect, test } from 'vitest'
import { createGroupState } from '../../src/domain/group-state.ts'
import type { GroupId, PrNumber, RunId } from '../../src/domain/ids.ts'
import type { PrObservation, PrSnapshot } from '../../src/domain/observation.ts'
import type { RunState } from '../../src/domain/run.ts'
import { toComments } from '../../src/operations/comments.ts'
import { findPr, findPrs, type Looking, toPrReport } from '../../src/operations/pull-request.ts'
import { PLAIN_HISTORY } from '../simulation/history.ts'
import { createForge } from '../simulation/parts/forge.ts'
import { createProcess } from '../simulation/world/process.ts'
import { createWorld } from '../simulation/world/world.ts'
import { check, finding, HEAD, known, NOW, pr, remark, thread } from '../support/observations.ts'

const reported = (...items: ReturnType<typeof check>[]): PrSnapshot['checks'] => ({
  kind: 'reported',
  head: HEAD,
  complete: true,
  items,
})

/** A forge that holds these pull requests by number and by head branch. */
function looking(prs: readonly PrSnapshot[], changes: Partial<Looking> = {}): Looking {
  const world = createWorld(PLAIN_HISTORY)
  const forge = createForge(world, createProcess(world, 'here', false))
  const found = (seen: PrSnapshot | undefined): PrObservation =>
    seen === undefined ? { kind: 'none' } : { kind: 'pr', pr: seen }
  return {
    forge: {
      ...forge,
      observeNumber: async (number) => found(prs.find((each) => each.number === number)),
      observe: async (branch) => found(prs.find((each) => each.headBranch === branch)),
    },
    headBranch: null,
    state: null,
    ...changes,
  }
}

const one = pr({ number: 1 as PrNumber, headBranch: 'one' })
const two = pr({ number: 2 as PrNumber, headBranch: 'two' })

function runWith(...numbers: number[]): RunState {
  const groups = numbers.map((number) => {
    const state = createGroupState({
      runId: 'r' as RunId,
      groupId: 'g' as GroupId,
      headBranch: number === 1 ? 'one' : 'two',
    })
    return [`g${number}`, { ...state, pr: { number: number as PrNumber, url: '' } }]
  })
  return { groups: Object.fromEntries(groups) } as RunState
}

describe('which pull request is meant', () => {
  test('the one that is asked for', async () => {
    expect((await findPr(looking([one, two]), 2 as PrNumber)).number).toBe(2)
  })

  test('else those of the run that are not merged', async () => {
    expect((await findPrs(looking([one, two], { state: runWith(1, 2) }), null)).map((each) => each.number)).toEqual([
      1, 2,
    ])
  })

  test('else that of the branch checked out', async () => {
    expect((await findPr(looking([one, two], { headBranch: 'two' }), null)).number).toBe(2)
  })

  test('none is said with the way out, and unknown is not none', async () => {
    await expect(findPr(looking([]), 9 as PrNumber)).rejects.toMatchObject({ kind: 'pr_missing' })
    await expect(findPr(looking([], { headBranch: 'main' }), null)).rejects.toThrow('--pr')
    await expect(findPr(looking([]), null)).rejects.toThrow('--pr')
    const blind = looking([])
    const away = {
      ...blind,
      forge: { ...blind.forge, observeNumber: async () => ({ kind: 'unknown' as const, why: 'away' }) },
    }
    await expect(findPr(away, 9 as PrNumber)).rejects.toMatchObject({ kind: 'forge_unreachable', message: 'away' })
  })
})

describe('what stands between it and its merge', () => {
  test('everything that is missing, not only the first', () => {
    const seen = pr({
      draft: true,
      checks: reported(check(), check({ name: 'lint', status: 'failed' })),
      reviews: known({ threads: [thread()], changeRequests: [remark()] }),
    })
    const { clauses, checks, failing } = toPrReport(seen, null, NOW)
    expect(clauses.filter(({ why }) => why !== null).map(({ clause }) => clause)).toEqual([
      'checks',
      'not_draft',
      'threads',
      'change_requests',
    ])
    expect([checks, failing.map(({ name }) => name)]).toEqual([
      { passed: 1, failed: 1, pending: 0, skipped: 0 },
      ['lint'],
    ])
  })
})

test('what the policy tolerates is told apart from what failed', () => {
  const limited = check({ name: 'CodeRabbit', status: 'failed', description: 'Review rate limit exceeded' })
  const { failing, tolerated } = toPrReport(pr({ checks: reported(check(), limited) }), null, NOW)
  expect([failing.map(({ name }) => name), tolerated]).toEqual([['CodeRabbit'], ['CodeRabbit']])
})

describe('what was said', () => {
  const reviews = known({
    threads: [
      thread({ id: 'T1' }),
      thread({ id: 'T2', resolved: true }),
      thread({ id: 'T3', remarks: [remark({ trusted: false, author: 'stranger' })] }),
    ],
    comments: [remark({ id: 'C1' })],
    commentsComplete: false,
  })

  test('open and trusted by default, with what the run answered; what is left out is counted', () => {
    const { conversations, hidden, complete } = toComments(pr({ reviews }), [finding({ action: 'declined' })], false)
    expect([conversations.map(({ id, answer }) => [id, answer]), hidden, complete]).toEqual([
      [
        ['T1', 'declined'],
        ['C1', null],
      ],
      2,
      false,
    ])
  })

  test('all of it on request, the ignored marked', () => {
    const { conversations } = toComments(pr({ reviews }), [], true)
    expect(conversations.map(({ id, resolved, ignored }) => [id, resolved, ignored])).toEqual([
      ['T1', false, false],
      ['T2', true, false],
      ['T3', false, true],
      ['C1', false, false],
    ])
  })

  test('unknown is not none', () => {
    expect(() => toComments(pr({ reviews: { kind: 'unknown', why: 'away' } }), [], false)).toThrow('away')
  })
})
