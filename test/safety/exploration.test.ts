import { describe, expect, test } from 'vitest'
import { BENCHES } from './benches.ts'
import { exploreCampaigns } from './exploration/transitions.ts'

/** On two cores with other work it may take its time; nothing here is about speed. */
const PATIENCE_MS = 300_000

describe('no safety rule is broken', () => {
  test.each(BENCHES)(
    '$name',
    async ({ run }) => {
      const results = await run()
      expect(results.flatMap(({ rule, violations }) => violations.map((violation) => `${rule}: ${violation}`))).toEqual(
        [],
      )
      for (const { tried } of results) expect(tried).toBeGreaterThan(0)
    },
    PATIENCE_MS,
  )
})

describe('nothing runs for ever', () => {
  test(
    'with nobody else moving, agents and a forge at their worst, every state that can be reached comes to rest',
    async () => {
      const results = await exploreCampaigns()
      expect(results.flatMap(({ name, restless }) => restless.map((way) => `${name}: ${way}`))).toEqual([])
      for (const { bound } of results) expect(bound).toBeLessThanOrEqual(100)
    },
    PATIENCE_MS,
  )
})
