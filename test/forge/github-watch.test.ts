/** Waiting for GitHub: who is woken when, and how often it is asked. Time is virtual. */
import { afterEach, describe, expect, test } from 'vitest'
import { Failure } from '../../src/domain/failure.ts'
import type { CommitSha, PrNumber } from '../../src/domain/ids.ts'
import type { Fingerprint } from '../../src/forge/github/fingerprint.ts'
import type { Glance } from '../../src/forge/github/glance.ts'
import type { RateBudget } from '../../src/forge/github/poll-pace.ts'
import { createWatch, type Watch } from '../../src/forge/github/watch.ts'
import { createVirtualClock } from '../support/virtual-clock.ts'

const ONE = 1 as PrNumber
const TWO = 2 as PrNumber
const HOUR_MS = 3_600_000
const forever = new AbortController().signal

const watches: Watch[] = []
afterEach(() => {
  for (const watch of watches.splice(0)) watch.close()
})

/** GitHub as a poll sees it. */
function createGithub() {
  const clock = createVirtualClock()
  const state = new Map<PrNumber, Fingerprint>()
  const asked: { readonly numbers: readonly PrNumber[]; readonly at: number }[] = []
  const github = {
    clock,
    asked,
    budget: null as RateBudget | null,
    failure: null as Failure | null,
    show(number: PrNumber, changes: Partial<Fingerprint> = {}): Fingerprint {
      const print = {
        text: 'a',
        head: `head-${number}`,
        headBranch: `branch-${number}`,
        baseBranch: 'main',
        isUndecided: false,
      }
      state.set(number, { ...print, ...state.get(number), ...changes })
      return state.get(number) as Fingerprint
    },
    watch: createWatch({
      now: clock.now,
      sleepUntil: clock.sleepUntil,
      async glance(numbers): Promise<Glance> {
        asked.push({ numbers, at: clock.now() })
        if (github.failure !== null) throw github.failure
        return { prints: new Map(numbers.map((number) => [number, state.get(number) ?? null])), budget: github.budget }
      },
    }),
    /** A full look, as `observe` takes it. */
    look(number: PrNumber, changes: Partial<Fingerprint> = {}): void {
      github.watch.endLook(github.watch.startLook(), number, github.show(number, changes))
    },
    /** True once it has resolved. */
    wait(number: PrNumber, signal: AbortSignal = forever): { woken: boolean; promise: Promise<void> } {
      const waiting = { woken: false, promise: github.watch.changed(number, signal) }
      waiting.promise.then(
        () => {
          waiting.woken = true
        },
        () => {},
      )
      return waiting
    },
  }
  watches.push(github.watch)
  return github
}

describe('being woken', () => {
  test('what was never looked at may have changed: it is looked at, not waited for', async () => {
    const github = createGithub()
    await github.watch.changed(ONE, forever)
    expect(github.asked).toEqual([])
  })

  test('a change wakes who waits for that pull request, and nobody else', async () => {
    const github = createGithub()
    github.look(ONE)
    github.look(TWO)
    const [one, two] = [github.wait(ONE), github.wait(TWO)]
    await github.clock.elapse(60_000)
    expect([one.woken, two.woken]).toEqual([false, false])
    github.show(TWO, { text: 'b' })
    await github.clock.elapse(90_000)
    expect([one.woken, two.woken]).toEqual([false, true])
  })

  test('what was not looked at after a change wakes again at once', async () => {
    const github = createGithub()
    github.look(ONE)
    const first = github.wait(ONE)
    github.show(ONE, { text: 'b' })
    await github.clock.elapse(HOUR_MS)
    const second = github.wait(ONE)
    await github.clock.settle()
    github.look(ONE)
    const third = github.wait(ONE)
    await github.clock.elapse(HOUR_MS)
    expect([first.woken, second.woken, third.woken]).toEqual([true, true, false])
  })

  test('an abort ends the waiting, and nobody asks any more', async () => {
    const github = createGithub()
    github.look(ONE)
    const abort = new AbortController()
    const { promise } = github.wait(ONE, abort.signal)
    abort.abort()
    await expect(promise).rejects.toMatchObject({ name: 'AbortError' })
    await github.clock.elapse(HOUR_MS)
    expect(github.asked).toEqual([])
  })

  test('closing ends all waiting', async () => {
    const github = createGithub()
    github.look(ONE)
    const { promise } = github.wait(ONE)
    github.watch.close()
    await expect(promise).rejects.toMatchObject({ name: 'AbortError' })
    await expect(github.watch.changed(ONE, forever)).rejects.toMatchObject({ name: 'AbortError' })
  })

  test('a look that shows less than polls compare is not taken for news at every moment', async () => {
    const github = createGithub()
    github.watch.endLook(github.watch.startLook(), ONE, null)
    const waiting = github.wait(ONE)
    await github.clock.settle()
    expect(waiting.woken).toBe(false)
    await github.clock.elapse(90_000)
    expect(waiting.woken).toBe(true)
  })
})

describe('how often', () => {
  // W25
  test.each([1, 12])(
    '%i pull requests cost the same: a quiet hour needs some fifty looks, eager first',
    async (count) => {
      const github = createGithub()
      const numbers = Array.from({ length: count }, (_, at) => (at + 1) as PrNumber)
      for (const number of numbers) github.look(number)
      for (const number of numbers) github.wait(number)
      const start = github.clock.now()
      await github.clock.elapse(HOUR_MS)
      expect(github.asked.length).toBeLessThanOrEqual(52)
      expect(github.asked.length).toBeGreaterThan(30)
      expect(github.asked.slice(0, 2).map(({ at }) => at - start)).toEqual([5_000, 11_250])
      expect(github.asked.every(({ numbers: asked }) => asked.length === count)).toBe(true)
    },
  )

  // L58
  test('after something was done it is eager again', async () => {
    const github = createGithub()
    github.look(ONE)
    github.wait(ONE)
    await github.clock.elapse(HOUR_MS)
    const before = github.asked.length
    github.watch.hurry()
    await github.clock.elapse(12_000)
    expect(github.asked.length - before).toBe(2)
  })

  test('a new head makes it eager', async () => {
    const github = createGithub()
    github.look(ONE)
    github.wait(ONE)
    await github.clock.elapse(HOUR_MS)
    github.look(ONE, { head: 'pushed' })
    const before = github.asked.length
    await github.clock.elapse(90_000)
    expect(github.asked.length - before).toBeGreaterThan(3)
  })

  // L70
  test('mergeability that GitHub still works out is looked at soon, and not for ever', async () => {
    const github = createGithub()
    github.look(ONE, { isUndecided: true })
    github.wait(ONE)
    await github.clock.elapse(60_000)
    expect(github.asked.length).toBe(12)
    await github.clock.elapse(HOUR_MS)
    expect(github.asked.length).toBeLessThan(70)
  })

  // L106
  test('the nearer the rate limit, the slower; at its end not before it is renewed', async () => {
    const github = createGithub()
    const resetAt = github.clock.now() + HOUR_MS
    github.budget = { cost: 10, limit: 5_000, remaining: 600, resetAt }
    github.look(ONE)
    github.wait(ONE)
    await github.clock.elapse(HOUR_MS / 2)
    expect(github.asked.length).toBeLessThanOrEqual(8)
    github.budget = { cost: 10, limit: 5_000, remaining: 500, resetAt }
    await github.clock.elapse(HOUR_MS / 4)
    const before = github.asked.length
    await github.clock.elapse(HOUR_MS / 4 - 1)
    expect(github.asked.length).toBe(before)
  })

  test('after being told when it may ask again, it asks then', async () => {
    const github = createGithub()
    const retryAt = github.clock.now() + HOUR_MS
    github.failure = new Failure('forge_unreachable', 'limited', { facts: { retryAt } })
    github.look(ONE)
    const waiting = github.wait(ONE)
    await github.clock.elapse(5_000)
    github.failure = null
    github.show(ONE, { text: 'b' })
    await github.clock.elapse(HOUR_MS - 5_001)
    expect([github.asked.length, waiting.woken]).toEqual([1, false])
    await github.clock.elapse(1)
    expect([github.asked.length, waiting.woken]).toEqual([2, true])
  })

  // L66 W19
  test('who waits while GitHub does not answer is woken after a few attempts, to count for themselves', async () => {
    const github = createGithub()
    github.failure = new Failure('forge_unreachable', 'gone')
    github.look(ONE)
    const waiting = github.wait(ONE)
    await github.clock.elapse(30_000)
    expect(waiting.woken).toBe(false)
    await github.clock.elapse(300_000)
    expect([waiting.woken, github.asked.length]).toEqual([true, 5])
  })
})

describe('webhooks', () => {
  const nothing = { repository: null, numbers: [], heads: [], branches: [] }

  test.each([
    ['its number', { numbers: [ONE] }],
    ['its head', { heads: ['head-1' as CommitSha] }],
    ['its branch', { branches: ['branch-1'] }],
    ['its target branch', { branches: ['main'] }],
  ])('a delivery about %s wakes at once', async (_, told) => {
    const github = createGithub()
    github.look(ONE)
    const waiting = github.wait(ONE)
    await github.clock.settle()
    github.watch.notify({ ...nothing, ...told })
    await github.clock.settle()
    expect([waiting.woken, github.asked.length]).toEqual([true, 0])
  })

  test('a delivery about something else wakes nobody', async () => {
    const github = createGithub()
    github.look(ONE)
    const waiting = github.wait(ONE)
    github.watch.notify({ ...nothing, numbers: [TWO], branches: ['other'] })
    await github.clock.settle()
    expect(waiting.woken).toBe(false)
  })

  test('a delivery that came while it was being looked at is news', async () => {
    const github = createGithub()
    github.look(ONE)
    const look = github.watch.startLook()
    github.watch.notify({ ...nothing, numbers: [ONE] })
    github.watch.endLook(look, ONE, github.show(ONE))
    const first = github.wait(ONE)
    await github.clock.settle()
    github.look(ONE)
    const second = github.wait(ONE)
    await github.clock.settle()
    expect([first.woken, second.woken]).toEqual([true, false])
  })
})
