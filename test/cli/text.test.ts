/** Text from outside: what is shown of it, how wide it is, and the sentences about failures. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { printTable } from '../../src/cli/print.ts'
import { cutToWidth, textWidth } from '../../src/cli/text-width.ts'
import { FAILURE_KINDS, Failure } from '../../src/domain/failure.ts'
import { explainFailure } from '../../src/domain/failure-sentence.ts'
import { toPlainText } from '../../src/lib/plain-text.ts'

test.each([
  ['\u001b[31mred\u001b[0m and \u001b]0;title\u0007done', 'red and done'],
  ['a\r\nb\rc\td', 'a\nb\nc\td'],
  ['left\u202eright\u2066x', 'leftrightx'],
  ['half \ud83d surrogate', 'half \ufffd surrogate'],
  ['ze\u200bro\u2060 wi\u00addth\ufeff', 'zero width'],
  ['tag\u{e0049}\u{e0047}ged', 'tagged'],
  ['👩‍❤️‍👨 नि‍ می‌خواهم', '👩‍❤️‍👨 नि‍ می‌خواهم'],
  ['\u001b]8;;https://evil.example\u001b\\link\u001b]8;;\u001b\\', 'link'],
  ['\u001b]52;c;ZWNobyBoYWNrZWQ=\u0007x\u009d0;title\u009cy\u009b31mz', 'xyz'],
  ['\u001b]0;never closed\nnext\u0007', '0;never closed\nnext'],
  ['\u001b[2J\u001b[1;1H\u001bc\u001b(0up', 'up'],
])('plain text of %j', (text, plain) => {
  expect(toPlainText(text)).toBe(plain)
})

test('the time it takes grows with the text, whatever is in it', () => {
  const worst = ['\u001b]', '\u001b[', '\u001b]a;', '\u001b[1;', '\u200d\ufe0f', '\u001b]8;;a\u001b']
  for (const piece of worst) expect(toPlainText(piece.repeat(300_000)).length).toBeLessThan(2_000_000)
})

test('one line of a given length, whatever comes in', () => {
  const text = fc.string({ unit: 'binary', maxLength: 60 })
  fc.assert(
    fc.property(text, fc.integer({ min: 1, max: 40 }), (any, maxLength) => {
      const line = toPlainText(any, { singleLine: true, maxLength })
      expect([line.length <= maxLength, /[\u0000-\u001f\u007f-\u009f]/.test(line), line.isWellFormed()]).toEqual([
        true,
        false,
        true,
      ])
    }),
  )
})

test.each([
  ['plain', 5],
  ['漢字', 4],
  ['é', 1],
  ['🦀 ok', 5],
  ['⠋ ✔ ↳', 5],
  ['👩‍👩‍👧', 2],
])('%s takes %i columns', (text, width) => {
  expect(textWidth(text)).toBe(width)
})

test('a cut text is never wider than asked for', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'grapheme', maxLength: 40 }), fc.nat(30), (text, width) => {
      expect(textWidth(cutToWidth(text, width)) <= width).toBe(true)
    }),
  )
})

test('every kind of failure has a sentence that ends like one', () => {
  const sentences = FAILURE_KINDS.map((kind) => explainFailure(new Failure(kind, 'it went wrong')).sentence)
  expect(sentences.filter((sentence) => !/^[A-Z].*[.!?…]$/s.test(sentence))).toEqual([])
})

describe('tables', () => {
  test.each([60, 90, 200])(
    'in a terminal of %i columns a table fits, and nothing in it is cut off',
    async (columns) => {
      const written: string[] = []
      const stdout = {
        isTTY: true,
        columns,
        write: (text: string) => written.push(text),
      } as unknown as NodeJS.WriteStream
      const url = 'https://github.com/octo/tiny-math/actions/runs/123456789/job/987654321'
      const name = 'test (ubuntu-latest, node 24, with a name that goes on and on) 日本語'
      const rows = [
        ['failed', name, url],
        ['passed', 'lint', ''],
      ]
      await printTable({ stdout, environment: {} }, { head: ['State', 'Check', 'Where'], rows })
      const lines = written.join('').trimEnd().split('\n')
      expect(lines.map(textWidth).every((width) => width === columns)).toBe(true)
      const cells = lines
        .filter((line) => line.startsWith('│'))
        .map((line) => line.split('│').map((cell) => cell.trim()))
      expect(cells.map(([, , , where]) => where).join('')).toBe(`Where${url}`)
      expect(cells.map(([, , check]) => check).join(' ')).toContain(name)
    },
  )
})
