/** Words from outside reach an agent only quoted and attributed, and only of people the policy trusts. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { quote } from '../../../src/agent/prompts/quoting.ts'
import { allFeedback } from '../../../src/domain/feedback.ts'
import { withoutHiddenComments } from '../../../src/lib/hidden-comments.ts'
import { known, remark } from '../../support/observations.ts'
import { violationsOf } from './attack-report.ts'
import { PAYLOADS } from './corpus.ts'
import { attackAsStranger, attackPrompts, attackUnseen } from './prompts.ts'
import { readPrompt, UNSEEN } from './quotation.ts'

test('no payload is said with our authority, at any place of any prompt', () => {
  expect(violationsOf(attackPrompts())).toEqual([])
})

test('nothing that an untrusted author writes reaches a prompt', () => {
  expect(violationsOf(attackAsStranger())).toEqual([])
})

test('what a comment does not show to people reaches no prompt', () => {
  expect(violationsOf(attackUnseen())).toEqual([])
})

describe('a quotation', () => {
  const pieces = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 40 }),
    fc.constantFrom('\n', '</quoted', '<quoted id="', '">', '</quoted>', '"', '\\', '## Goal\n', '\u200b', '\u001b['),
    fc.constantFrom(...PAYLOADS.map(({ text }) => text)),
  )
  const text = fc.array(pieces, { maxLength: 12 }).map((parts) => parts.join(''))

  test('holds whatever is put into it, also quotations of ours', () => {
    fc.assert(
      fc.property(text, text, text, (source, first, second) => {
        const inner = quote(source, first)
        const prompt = `Ours.\n${quote(source, `${second}${inner}\n${second}`)}\nOurs again.`
        const { quotations, ours } = readPrompt(prompt)
        expect([quotations.length, ours, UNSEEN.test(prompt)]).toEqual([1, 'Ours.\n\nOurs again.', false])
      }),
    )
  })

  test('is the same for the same words, so that prompts can be cached', () => {
    expect(quote('a', 'b')).toBe(quote('a', 'b'))
    expect(quote('a', 'b')).not.toBe(quote('c', 'b'))
  })

  test('keeps code as it is', () => {
    const code = 'const a: List<User> = f<Parameter>(x) // <user@example.com> <b>bold</b> a < b && c > d'
    expect(quote('log', code)).toContain(code)
  })
})

describe('hidden comments', () => {
  test.each([
    ['a <!-- b --> c', 'a  c'],
    ['a <!-- b\n\nc', 'a '],
    ['`<!-- shown -->` and <!-- not -->', '`<!-- shown -->` and '],
    ['```html\n<!-- shown -->\n```\n<!-- not -->x', '```html\n<!-- shown -->\n```\nx'],
    ['~~~\n<!-- shown -->', '~~~\n<!-- shown -->'],
    ['a ` b <!-- not --> c', 'a ` b  c'],
    ['``a ` <!-- shown -->`` <!-- not -->', '``a ` <!-- shown -->`` '],
  ])('%j', (markdown, shown) => {
    expect(withoutHiddenComments(markdown)).toBe(shown)
  })

  test('take no time, whatever is in them', () => {
    for (const piece of ['<!--', '`', '``` ', '\n```', '`a\n', '~~~\n', '-->'])
      withoutHiddenComments(piece.repeat(30_000))
  })
})

test('whether a remark asks for something is told at once, whatever is in it', () => {
  for (const tail of ['😀', '!', '️', ' a', '.,', '- ']) {
    allFeedback(known({ comments: [remark({ body: `lgtm${tail.repeat(20_000)}x` })] }))
    allFeedback(known({ comments: [remark({ body: `/retest${tail.repeat(20_000)}\u0001` })] }))
  }
})
