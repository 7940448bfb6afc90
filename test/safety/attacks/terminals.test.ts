/** No escape sequence, control character or hidden letter from outside reaches a terminal, whichever command prints it. */
import { expect, test } from 'vitest'
import { toJsonText } from '../../../src/lib/plain-text.ts'
import { violationsOf } from './attack-report.ts'
import { PAYLOADS } from './corpus.ts'
import { attackTerminals } from './terminals.ts'

test('no payload reaches a terminal as more than words', { timeout: 300_000 }, async () => {
  expect(violationsOf(await attackTerminals())).toEqual([])
})

test('JSON for programs says the same as before', () => {
  for (const { text } of PAYLOADS) expect(JSON.parse(toJsonText({ text }))).toEqual({ text })
})
