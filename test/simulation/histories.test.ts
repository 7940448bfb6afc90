import { expect, it } from 'vitest'
import { runBench } from './bench.ts'
import { PLAIN_HISTORY } from './history.ts'
import { simulate } from './simulate.ts'

it('no history breaks a safety rule, and every run comes to an end', { timeout: 600_000 }, async () => {
  const { failure, tried } = await runBench({ seed: 20260101, runs: 300 })
  expect(failure?.story ?? null).toBeNull()
  expect(tried).toBe(300)
})

it('the same history is the same run', async () => {
  const history = {
    ...PLAIN_HISTORY,
    suites: ['red' as const],
    moves: [{ call: 'forge.observe' as const, nth: 4, what: 'crash_after' as const }],
  }
  const [one, other] = [await simulate(history), await simulate(history)]
  expect(one.events).toEqual(other.events)
})
