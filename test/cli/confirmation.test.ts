/** Whoever does not say yes has said no, in whatever way. */
import { PassThrough } from 'node:stream'
import { expect, test } from 'vitest'
import { isConfirmed } from '../../src/cli/confirmation.ts'

const WORDS = { question: 'Really?', otherwise: 'say --force' }

function terminal(isTTY: boolean) {
  const input = Object.assign(new PassThrough(), { isTTY })
  const output = Object.assign(new PassThrough(), { isTTY, columns: 80 })
  const asked = isConfirmed(
    { openStdin: () => input as unknown as NodeJS.ReadStream, stdout: output as unknown as NodeJS.WriteStream },
    WORDS,
  )
  return { input, asked }
}

test.each([
  ['y\r', true],
  ['Yes\r', true],
  ['n\r', false],
  ['\r', false],
  ['yesterday\r', false],
  ['\u0003', false],
  ['\u0004', false],
])('%j', async (typed, expected) => {
  const { input, asked } = terminal(true)
  input.write(typed)
  expect(await asked).toBe(expected)
})

test('a terminal that goes away is no', async () => {
  const { input, asked } = terminal(true)
  input.end()
  expect(await asked).toBe(false)
})

test('where there is no terminal nobody is asked', async () => {
  await expect(terminal(false).asked).rejects.toMatchObject({
    kind: 'usage',
    message: 'nobody can be asked here; say --force',
  })
})
