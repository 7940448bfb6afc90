/** Damaged answers of GitHub are never read as "there is nothing". */
import { expect, test } from 'vitest'
import { violationsOf } from './attack-report.ts'
import { createForgeAnswers } from './forge-answers.ts'
import { tryFuzz } from './fuzzing.ts'

test('what holds a merge holds it, whatever part of an answer is damaged', async () => {
  const { fuzzes, cleanup } = await createForgeAnswers()
  try {
    const attacks = []
    for (const fuzz of fuzzes) attacks.push(...(await tryFuzz(fuzz)))
    expect(violationsOf(attacks)).toEqual([])
  } finally {
    await cleanup()
  }
})
