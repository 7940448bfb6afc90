/** Arguments in, exit code out. Nothing but the process itself is handled here. */
import manifest from '../package.json' with { type: 'json' }
import { showStatus } from './cli/commands/status.ts'
import type { CliBase, Environment } from './cli/parts.ts'
import { reportFailure } from './cli/report-failure.ts'
import { compose } from './compose.ts'
import { toFailure } from './domain/failure.ts'

/** What keeps the process alive after its work is done is a leak of ours, not a reason to hang. */
const EXIT_GRACE_MS = 2_000

main(process.argv.slice(2), process.env, process).then((exitCode) => {
  process.exitCode = exitCode
  setTimeout(() => process.exit(), EXIT_GRACE_MS).unref()
})

async function main(argv: readonly string[], environment: Environment, streams: NodeJS.Process): Promise<number> {
  const base: CliBase = {
    openStdin: () => streams.stdin,
    stdout: streams.stdout,
    stderr: streams.stderr,
    environment,
    cwd: process.cwd(),
    version: manifest.version,
    outputClosed: whenClosed(streams),
  }
  process.on('uncaughtException', (error) => process.exit(reportFailure(toFailure(error), base)))
  return isPlainStatus(argv) ? answerStatus(argv, base) : runCli(argv, base)
}

/**
 * Scripts and prompts ask for the status all the time. The parser of the command line takes as long as Node's own start,
 * so this one question goes without; every other spelling of it goes through.
 */
function isPlainStatus([command, ...options]: readonly string[]): boolean {
  return command === 'status' && (options.length === 0 || (options.length === 1 && options[0] === '--json'))
}

async function answerStatus(argv: readonly string[], base: CliBase): Promise<number> {
  try {
    return await showStatus(compose(base), argv.includes('--json') ? { json: true } : {})
  } catch (error) {
    return reportFailure(toFailure(error), base)
  }
}

async function runCli(argv: readonly string[], base: CliBase): Promise<number> {
  const { runCli } = await import('./cli/run-cli.ts')
  return runCli(argv, base, compose)
}

/** `claudetm … | head`, or a terminal that was closed: the work goes on, nobody is told any more. */
function whenClosed({ stdout, stderr }: Pick<CliBase, 'stdout' | 'stderr'>): AbortSignal {
  const closed = new AbortController()
  stdout.on('error', () => closed.abort())
  stderr.on('error', () => {})
  return closed.signal
}
