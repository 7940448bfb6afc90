/** Whatever comes in, a parser answers or fails in our own words, at once, and takes nothing for absence. */
import { expect, test } from 'vitest'
import { violationsOf } from './attack-report.ts'
import { tryFuzz } from './fuzzing.ts'
import { PARSERS } from './parsers.ts'

test.each(PARSERS)('$name', { timeout: 20_000 }, async (fuzz) => {
  expect(violationsOf(await tryFuzz(fuzz))).toEqual([])
})
