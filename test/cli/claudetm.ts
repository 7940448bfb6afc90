/** The command line as a process of its own, from source. */
import { join } from 'node:path'
import { type CommandResult, runCommand } from '../../src/lib/command.ts'

const MAIN = join(import.meta.dirname, '../../src/main.ts')

export type Said = Pick<CommandResult, 'exitCode' | 'stdout' | 'stderr'>

export async function claudetm(
  cwd: string,
  args: readonly string[],
  environment: Readonly<Record<string, string>> = {},
): Promise<Said> {
  const env = { PATH: process.env.PATH ?? '', HOME: cwd, ...environment }
  const { exitCode, stdout, stderr } = await runCommand(process.execPath, [MAIN, ...args], {
    cwd,
    env,
    timeoutMs: 30_000,
  })
  return { exitCode, stdout, stderr }
}
