/** The command line as a function: arguments in, exit code out, and a sentence for everything that goes wrong. */
import { CommanderError } from 'commander'
import { toFailure } from '../domain/failure.ts'
import type { CliBase, Compose } from './parts.ts'
import { createProgram } from './program.ts'
import { reportFailure, USAGE_ERROR } from './report-failure.ts'
import { addCompletion, COMPLETION_COMMANDS } from './surface/house.ts'

export async function runCli(argv: readonly string[], base: CliBase, compose: Compose): Promise<number> {
  let exitCode = 0
  try {
    const program = createProgram(
      base,
      () => compose(base),
      (code) => {
        exitCode = code
      },
    )
    const args = translateLegacyFlag(argv)
    if (COMPLETION_COMMANDS.has(args[0] ?? '')) await addCompletion(program)
    await program.parseAsync(args, { from: 'user' })
    return exitCode
  } catch (error) {
    if (error instanceof CommanderError) return error.exitCode === 0 ? 0 : USAGE_ERROR
    return reportFailure(toFailure(error), base)
  }
}

/** Flags of the original's wrapper, which had to come first. */
const LEGACY_FLAGS: Readonly<Record<string, readonly string[]>> = {
  '--init-config': ['config', 'init'],
  '--show-config': ['config', 'show'],
  '-V': ['--version'],
}

function translateLegacyFlag(argv: readonly string[]): readonly string[] {
  const [first = '', ...rest] = argv
  const command = LEGACY_FLAGS[first]
  return command === undefined ? argv : [...command, ...rest]
}
