import { expect, test } from 'vitest'
import { findNearest } from '../../src/config/nearest.ts'

test.each([
  ['opsu', 'opus'],
  ['OPUS', 'opus'],
  ['sonet', 'sonnet'],
  ['a', null],
  ['something-else', null],
  ['', null],
])('%s is nearest to %s', (word, nearest) => {
  expect(findNearest(word, ['opus', 'sonnet', 'haiku'])).toBe(nearest)
})
