import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { MERGE_CLAUSES } from '../../src/domain/merge-gate.ts'

/** Documents about a gate drift from the gate: this table cannot. */
// L77
test('the documented clauses of the merge gate are those of the code, in its order', () => {
  const text = readFileSync(join(import.meta.dirname, '../../docs/github.md'), 'utf8')
  const table = text.slice(text.indexOf('| clause'), text.indexOf('A required review'))
  expect([...table.matchAll(/^\| `(\w+)`/gm)].map((row) => row[1])).toEqual([...MERGE_CLAUSES])
})
