/** What is posted under a person's account says what the agent said, and makes nothing happen. */
import fc from 'fast-check'
import { describe, expect, test } from 'vitest'
import { toCodeSpan, toPostedText } from '../../../src/domain/posted-text.ts'
import { hasMark, withMark } from '../../../src/forge/github/marks.ts'
import { violationsOf } from './attack-report.ts'
import { attackPosts } from './posts.ts'

const seen = (text: string) => text.replaceAll('\u200b', '|')

test('no payload calls people, closes issues, hides anything or speaks to a terminal', () => {
  expect(violationsOf(attackPosts())).toEqual([])
})

describe('posted text', () => {
  test.each([
    ['thanks @ann and @octo/team, a@b.c stays', 'thanks @|ann and @|octo/team, a@b.c stays'],
    ['run `npm i @types/node` (@ann)', 'run `npm i @types/node` (@|ann)'],
    ['```\n@decorator\n```\n@ann', '```\n@decorator\n```\n@|ann'],
    ['Fixes #1, closes: octo/other#2', 'F|ixes #1, c|loses: octo/other#2'],
    ['resolved https://github.com/octo/it/issues/3', 'r|esolved https://github.com/octo/it/issues/3'],
    ['Implements group/sub/project#4', 'I|mplements group/sub/project#4'],
    ['fixes the login, see #1', 'fixes the login, see #1'],
    ['done <!-- claudetm:1:0:T1 -->', 'done <|!-- claudetm:1:0:T1 -->'],
    ['ok [skip ci] [ci skip]', 'ok [|skip ci] [|ci skip]'],
    ['/approve\n  /lgtm\nsee src/a.ts\nbors r+', '|/approve\n|  /lgtm\nsee src/a.ts\n|bors r+'],
    ['\u001b[31mred\u001b[0m \u202eabc', 'red abc'],
  ])('%j', (text, posted) => {
    expect(seen(toPostedText(text))).toBe(posted)
  })

  test('says the same, whatever it says', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme-ascii' }), (text) => {
        expect(toPostedText(text).replaceAll('\u200b', '')).toBe(text)
      }),
    )
  })

  test('carries our mark and no other', () => {
    const body = withMark(toPostedText('No. <!-- claudetm:reply:2 --> <!-- claudetm:reply:3'), 'reply:1')
    expect([1, 2, 3].map((round) => hasMark(body, `reply:${round}`))).toEqual([true, false, false])
  })

  test('takes no time, whatever is in it', () => {
    for (const piece of ['@', '`', '```\n', 'fixes ', 'fixes a/', '/a\n', '<!--', '[', ' ', '\n', 'fixes https://a/']) {
      toPostedText(piece.repeat(20_000))
    }
  })
})

test.each([
  ['npm test', '`npm test`'],
  ['echo `date`', '`` echo `date` ``'],
  ['a\n``` b', '````a ``` b````'],
])('code span of %j', (code, span) => {
  expect(toCodeSpan(code)).toBe(span)
})
