import { expect, test } from 'vitest'
import { instructionsFor } from '../../src/agent/prompts/instructions.ts'
import { SESSION_KINDS } from '../../src/domain/stage.ts'

/** A rule that a session has to break is no rule; every other session only adds commits. */
// L73 L74
test('only the session that resolves a conflict may rebase, and nothing it is told says otherwise', () => {
  const allowed = SESSION_KINDS.filter((kind) => /may rebase its own branch/.test(instructionsFor(kind)))
  const forbidden = SESSION_KINDS.filter((kind) => /rewrite history: that is done/.test(instructionsFor(kind)))
  expect(allowed).toEqual(['resolve-conflict'])
  expect(forbidden).toEqual(['work', 'finish', 'fix-gate', 'fix-integrity', 'fix-ci', 'fix-review'])
})

test('the text of a kind is the same every time', () => {
  for (const kind of SESSION_KINDS) expect(instructionsFor(kind)).toBe(instructionsFor(kind))
})
