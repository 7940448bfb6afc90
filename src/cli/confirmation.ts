/** A question before something that cannot be taken back. */
import { Failure } from '../domain/failure.ts'
import type { CliBase } from './parts.ts'

/** Anything but yes is no. Throws `usage` where nobody can be asked: `otherwise` says how to do it without. */
export async function isConfirmed(
  { openStdin, stdout }: Pick<CliBase, 'openStdin' | 'stdout'>,
  { question, otherwise }: { question: string; otherwise: string },
): Promise<boolean> {
  const stdin = openStdin()
  if (stdin.isTTY !== true || stdout.isTTY !== true) {
    throw new Failure('usage', `nobody can be asked here; ${otherwise}`)
  }
  const { createInterface } = await import('node:readline/promises')
  const terminal = createInterface({ input: stdin, output: stdout })
  try {
    const answer = await terminal.question(`${question} [y/N] `)
    return /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
