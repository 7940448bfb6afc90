/** `claudetm-server hash-password` as it is shipped: what it prints is what the server takes. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { text } from 'node:stream/consumers'
import { expect, it } from 'vitest'
import { readPassword } from '../../src/server/guard/password.ts'

const BINARY = join(import.meta.dirname, '../../bin/claudetm-server.js')

async function run(command: string, args: readonly string[], input: string) {
  const child = spawn(command, args, { stdio: 'pipe' })
  const ended = new Promise<number | null>((resolve) => child.once('exit', resolve))
  child.stdin.end(input)
  const [stdout, stderr, exitCode] = await Promise.all([text(child.stdout), text(child.stderr), ended])
  return { stdout, stderr, exitCode }
}

const hash = (input: string) => run(process.execPath, [BINARY, 'hash-password'], input)

it.each([
  ['with the end of its line', 'correct horse\n', 'correct horse'],
  ['without', 'correct horse', 'correct horse'],
  ['of Windows', 'correct horse\r\n', 'correct horse'],
  ['with spaces around it', ' pässword \n', ' pässword '],
])('of a pipe, %s', async (_, input, password) => {
  const { stdout, stderr, exitCode } = await hash(input)
  expect([stderr, exitCode]).toEqual(['', 0])
  expect(stdout).toMatch(/^\$2b\$12\$.{53}\n$/)
  const verifier = readPassword({ CLAUDETM_PASSWORD_HASH: stdout.trim() })
  expect([await verifier?.verify(password), await verifier?.verify(`${password}x`)]).toEqual([true, false])
})

it.each([
  ['nothing', '', /is empty/],
  ['an empty line', '\n', /is empty/],
  ['two lines', 'one\ntwo\n', /more than one line/],
  ['more than bcrypt looks at', 'ä'.repeat(37), /72 bytes/],
])('refuses %s', async (_, input, message) => {
  const { stdout, stderr, exitCode } = await hash(input)
  expect([stdout, exitCode]).toEqual(['', 1])
  expect(stderr).toMatch(message)
})
