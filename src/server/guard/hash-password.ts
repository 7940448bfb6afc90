/** `claudetm-server hash-password`: a password in, the line for CLAUDETM_PASSWORD_HASH out. It is shown nowhere. */
import { createInterface } from 'node:readline/promises'
import { Writable } from 'node:stream'
import { text } from 'node:stream/consumers'
import { Failure } from '../../domain/failure.ts'

/**
 * 320 to 630 ms (bcryptjs 3, Node 24, two busy cores of an AMD EPYC). The server asks for the first right password after its
 * start, and for wrong ones as often as the throttle lets them through.
 */
const COST = 12

/** Throws `input_invalid`. */
export async function hashPassword(password: string): Promise<string> {
  const { hash, truncates } = await import('bcryptjs')
  if (password === '') throw new Failure('input_invalid', 'The password is empty')
  if (/[\r\n\0]/.test(password)) throw new Failure('input_invalid', 'The password is more than one line')
  // Everything after it would be ignored, and somebody would believe that it protects.
  if (truncates(password)) throw new Failure('input_invalid', 'The password is longer than the 72 bytes of bcrypt')
  return hash(password, COST)
}

/**
 * Of a pipe: all of it but the end of its line. At a terminal: asked twice, without echo; null = Ctrl-C. Throws
 * `input_invalid`.
 */
export async function readNewPassword(
  stdin: NodeJS.ReadStream,
  prompts: NodeJS.WritableStream,
): Promise<string | null> {
  if (!stdin.isTTY) return (await text(stdin)).replace(/\r?\n$/, '')
  const ask = createHiddenQuestion(stdin, prompts)
  try {
    const password = await ask.question('Password: ')
    const again = password === null ? null : await ask.question('Again: ')
    if (again === null || password === again) return again
    throw new Failure('input_invalid', 'These are two different passwords')
  } finally {
    ask.close()
  }
}

/** The terminal is in raw mode and what readline would echo goes nowhere. */
function createHiddenQuestion(stdin: NodeJS.ReadStream, prompts: NodeJS.WritableStream) {
  const nowhere = new Writable({ write: (_chunk, _encoding, done) => done() })
  const lines = createInterface({ input: stdin, output: nowhere, terminal: true })
  const ended = new AbortController()
  let isInterrupted = false
  lines.on('SIGINT', () => {
    isInterrupted = true
    ended.abort()
  })
  lines.on('close', () => ended.abort())
  return {
    /** null = Ctrl-C. */
    async question(prompt: string): Promise<string | null> {
      prompts.write(prompt)
      try {
        return await lines.question('', { signal: ended.signal })
      } catch (error) {
        if (isInterrupted) return null
        throw new Failure('input_invalid', 'No password was given', { cause: error })
      } finally {
        prompts.write('\n')
      }
    },
    close: () => lines.close(),
  }
}
