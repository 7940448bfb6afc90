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
    // Ctrl+C and Ctrl+D close it; not every Node rejects the question then.
    const closed = new Promise<null>((resolve) => terminal.once('close', () => resolve(null)))
    const answer = await Promise.race([terminal.question(`${question} [y/N] `).catch(() => null), closed])
    if (answer === null) stdout.write('\n')
    return answer !== null && /^y(es)?$/i.test(answer.trim())
  } finally {
    terminal.close()
  }
}
