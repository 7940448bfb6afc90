import { describe, expect, it } from 'vitest'
import { citesSomething, judgeVerdict } from '../../src/domain/verdicts.ts'

const CITABLE = {
  files: ['README.md', 'src/domain/plan.ts', 'Makefile', 'docs/über uns.md'],
  commands: ['npm test', 'test -f hello.txt'],
}

describe('evidence names something that is there', () => {
  it.each([
    ['src/domain/plan.ts'],
    ['See src/domain/plan.ts:12.'],
    ['`README.md` lists it'],
    ['(README.md#L3-L9) says so'],
    ['in domain/plan.ts, line 3'],
    ['plan.ts exports it'],
    ['./Makefile has the target'],
    ['npm test prints 12 passed'],
    ['The output of "test -f hello.txt" was empty'],
  ])('%s', (evidence) => expect(citesSomething(evidence, CITABLE)).toBe(true))

  it.each([
    [''],
    ['seen'],
    ['I looked at everything and it is fine.'],
    ['src/domain/missing.ts has it'],
    ['The plan exports it'],
    ['README'],
    ['other/README.md.bak'],
    ['npm run test'],
  ])('not: %s', (evidence) => expect(citesSomething(evidence, CITABLE)).toBe(false))

  it('nothing is there: nothing can be named', () => {
    expect(citesSomething('README.md', { files: [], commands: [''] })).toBe(false)
  })
})

describe('a verdict is worth nothing until it confirms and shows', () => {
  const answer = (verdict: 'confirmed' | 'refuted' | 'inconclusive', evidence: string) => ({
    criterion: 0,
    verdict,
    evidence,
  })
  it.each([
    ['confirmed with evidence', answer('confirmed', 'README.md says so'), 0, 'confirmed'],
    ['confirmed without', answer('confirmed', 'seen'), 0, 'inconclusive'],
    ['confirmed without, again', answer('confirmed', 'seen'), 1, 'refuted'],
    ['refuted', answer('refuted', 'no'), 0, 'refuted'],
    ['inconclusive', answer('inconclusive', 'hm'), 0, 'inconclusive'],
    ['inconclusive, again', answer('inconclusive', 'hm'), 1, 'refuted'],
    ['confirmed at the second look', answer('confirmed', 'README.md says so'), 1, 'confirmed'],
    ['no answer', undefined, 0, 'inconclusive'],
    ['no answer, again', undefined, 1, 'refuted'],
  ])('%s', (_, given, before, expected) => {
    const { verdict, looks } = judgeVerdict(given, CITABLE, before)
    expect([verdict, looks]).toEqual([expected, before + 1])
  })

  it('what counts as unmet says that it does, and why', () => {
    expect(judgeVerdict(answer('confirmed', 'seen'), CITABLE, 1).evidence).toBe(
      'counts as unmet, because 2 looks could not show it: names no file and no command that is there: seen',
    )
  })
})
