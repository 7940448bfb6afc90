/** `npm run mutate` breaks rules on purpose; that each of them can still be broken where it says is known at once. */
import { readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, it } from 'vitest'
import { MUTATIONS } from './mutations.ts'

const ROOT = join(import.meta.dirname, '../..')

it.each(MUTATIONS)('$name', ({ file, from, to }) => {
  expect(readFileSync(join(ROOT, file), 'utf8').split(from)).toHaveLength(2)
  expect(to).not.toBe(from)
})

it('all have names of their own', () => {
  expect(new Set(MUTATIONS.map(({ name }) => name)).size).toBe(MUTATIONS.length)
})
