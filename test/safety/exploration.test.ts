import { describe, expect, test } from 'vitest'
import { BENCHES, benchesOfTheirOwn } from './benches.ts'
import { exploreCampaigns } from './exploration/transitions.ts'
import { SAFETY_RULES, type SafetyRule } from './safety-rules.ts'

/** On two cores with other work it may take its time; nothing here is about speed. */
const PATIENCE_MS = 300_000

const explored = new Set<SafetyRule>(benchesOfTheirOwn(false).flatMap(({ rules }) => rules))

describe('no safety rule is broken', () => {
  test.each(BENCHES)(
    '$name',
    async ({ run }) => {
      const results = await run()
      expect(results.flatMap(({ rule, violations }) => violations.map((violation) => `${rule}: ${violation}`))).toEqual(
        [],
      )
      for (const { tried } of results) expect(tried).toBeGreaterThan(0)
      for (const { rule } of results) explored.add(rule)
    },
    PATIENCE_MS,
  )

  test('and every rule is looked at by some bench', () => {
    const rules = Object.keys(SAFETY_RULES) as SafetyRule[]
    expect(rules.filter((rule) => !explored.has(rule))).toEqual([])
  })
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
