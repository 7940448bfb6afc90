/** `claudetm-server hash-password` as it is shipped: what it prints is what the server takes. */
import { spawn } from 'node:child_process'
import { join } from 'node:path'
import { PassThrough } from 'node:stream'
import { text } from 'node:stream/consumers'
import { describe, expect, it } from 'vitest'
import { readNewPassword } from '../../src/server/guard/hash-password.ts'
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

describe('at a terminal', () => {
  /** What is typed, key by key, and whether the terminal gives us every key. */
  function terminal() {
    const raw: boolean[] = []
    const keys = Object.assign(new PassThrough(), { isTTY: true, setRawMode: (mode: boolean) => raw.push(mode) })
    const prompts = new PassThrough()
    const password = readNewPassword(keys as unknown as NodeJS.ReadStream, prompts)
    const asked = (prompt: string) =>
      new Promise<void>((resolve) => {
        prompts.on('data', (chunk: Buffer) => chunk.toString().includes(prompt) && resolve())
      })
    return { keys, raw, password, asked }
  }

  it('it is asked twice', async () => {
    const { keys, raw, password, asked } = terminal()
    const again = asked('Again')
    keys.write('correct horse\r')
    await again
    keys.write('correct horse\r')
    expect([await password, raw.at(-1)]).toEqual(['correct horse', false])
  })

  it.each([
    ['at once', '\u0003'],
    ['in the middle', 'corr\u0003'],
  ])('Ctrl-C %s is no password, and the terminal is as before', async (_, typed) => {
    const { keys, raw, password } = terminal()
    keys.write(typed)
    expect([await password, raw[0], raw.at(-1)]).toEqual([null, true, false])
  })

  it('its end is an error', async () => {
    const { keys, raw, password } = terminal()
    keys.end()
    await expect(password).rejects.toMatchObject({ kind: 'input_invalid' })
    expect(raw.at(-1)).toBe(false)
  })
})
