/** No words from outside change what the orchestrator does. */
import { expect, test } from 'vitest'
import { attackActs } from './acts.ts'
import { violationsOf } from './attack-report.ts'

test('hostile words lead to the same acts as harmless ones', () => {
  expect(violationsOf(attackActs()).slice(0, 20)).toEqual([])
})
