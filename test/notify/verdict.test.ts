import { describe, expect, it } from 'vitest'
import { DEFAULT_DELIVERY_POLICY, type Failed, judgeFailure } from '../../src/notify/delivery/verdict.ts'
import { type EndpointHealth, HEALTHY } from '../../src/notify/outbox/outbox.ts'
import { START } from './place.ts'

const policy = DEFAULT_DELIVERY_POLICY
const HOUR = 3_600_000
const failure = (change: Partial<Failed> = {}): Failed => ({
  kind: 'failed',
  error: 'HTTP 500',
  retry: 'message',
  retryAfterMs: null,
  forbidden: false,
  durationMs: 1,
  statusCode: 500,
  response: null,
  ...change,
})
const DOWN = failure({ retry: 'endpoint', statusCode: null, error: 'connection refused' })

type Asked = { round?: number; health?: EndpointHealth; maxRetries?: number; afterMs?: number }
const judge = (failed: Failed, { round = 0, health = HEALTHY, maxRetries = 3, afterMs = 0 }: Asked = {}) =>
  judgeFailure(failed, { delivery: { round, queuedAt: START }, health, maxRetries, now: START + afterMs, policy })

describe('a delivery that failed', () => {
  it('is repeated quickly as the original does, then slowly, for days', () => {
    const delays = [0, 1, 2, 3, 4, 5, 6, 7, 8, 20].map((round) => judge(failure(), { round }).delayMs / 1_000)
    expect(delays).toEqual([1, 2, 4, 60, 300, 1_800, 7_200, 21_600, 21_600, 21_600])
  })

  it.each([
    [1, [1, 60]],
    [10, [1, 2, 4, 8, 16, 30, 30, 30, 30, 30, 60]],
  ])('with max_retries %d is tried 1 + that often before it steps aside', (maxRetries, expected) => {
    const rounds = Array.from(expected, (_, round) => judge(failure(), { round, maxRetries }))
    expect(rounds.map(({ delayMs }) => delayMs / 1_000)).toEqual(expected)
  })

  it('with max_retries 0 is tried exactly once', () => {
    expect(judge(failure(), { maxRetries: 0 })).toMatchObject({ status: 'failed', delayMs: 0 })
    expect(judge(DOWN, { maxRetries: 0 })).toMatchObject({ status: 'failed', isOutage: false })
  })

  it('is given up after three days', () => {
    expect(judge(failure(), { round: 9, afterMs: 72 * HOUR - 1 }).status).toBe('pending')
    expect(judge(failure(), { round: 9, afterMs: 72 * HOUR }).status).toBe('failed')
  })

  it('is not repeated when the endpoint does not want it', () => {
    expect(judge(failure({ retry: 'never', statusCode: 404 }))).toMatchObject({ status: 'failed', disable: null })
  })

  it('is repeated when the endpoint says, within an hour', () => {
    const asked = (retryAfterMs: number, round = 0) => judge(failure({ retryAfterMs }), { round }).delayMs
    expect([asked(0), asked(5_000), asked(5_000, 3), asked(99 * HOUR)]).toEqual([1_000, 5_000, 60_000, HOUR])
  })
})

describe('an endpoint', () => {
  it('that cannot be reached rests as a whole, longer each time, with one attempt in between', () => {
    let health = HEALTHY
    const steps: [number, boolean][] = []
    for (const round of [0, 1, 2, 3, 0, 0, 0]) {
      const verdict = judge(DOWN, { round, health })
      health = verdict.health
      steps.push([verdict.delayMs / 1_000, verdict.isOutage])
    }
    expect(steps).toEqual([
      [1, false],
      [2, false],
      [4, false],
      [60, true],
      [300, true],
      [1_800, true],
      [7_200, true],
    ])
  })

  it('that answers one message with an error is not at rest for the others', () => {
    expect(judge(failure(), { round: 3 })).toMatchObject({ isOutage: false, health: { outages: 0 } })
  })

  it('is switched off after days and many attempts without one success', () => {
    const health = { ...HEALTHY, failures: 19, failingSince: START - 6 * 24 * HOUR }
    expect(judge(DOWN, { health }).disable).toBe(
      '20 attempts in 6 days have failed, the last one with: connection refused',
    )
    expect(judge(DOWN, { health: { ...health, failures: 5 } }).disable).toBeNull()
    expect(judge(DOWN, { health: { ...health, failingSince: START - HOUR } }).disable).toBeNull()
  })

  it('that says it is gone is switched off at once', () => {
    expect(judge(failure({ retry: 'never', statusCode: 410 })).disable).toContain('410')
  })
})
