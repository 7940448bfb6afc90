import { expect, test } from 'vitest'
import { BENCHES } from './benches.ts'

test.each(BENCHES)('$name: no safety rule is broken', async ({ run }) => {
  const results = await run()
  expect(results.flatMap(({ rule, violations }) => violations.map((violation) => `${rule}: ${violation}`))).toEqual([])
  for (const { tried } of results) expect(tried).toBeGreaterThan(0)
})
