/** `claudetm-server`: arguments in, a server until it is told to end. */
import { Command } from 'commander'
import manifest from '../package.json' with { type: 'json' }
import { composeServer } from './compose/server.ts'
import { toFailure } from './domain/failure.ts'
import { explainFailure } from './domain/failure-sentence.ts'
import { toPlainText } from './lib/plain-text.ts'
import { hashPassword, readNewPassword } from './server/guard/hash-password.ts'

type Flags = { host?: string; restPort?: string; workingDir?: string; corsOrigins?: string; password?: string }

const program = new Command('claudetm-server')
  .description('Runs goals for a team or a machine without a terminal, over REST.')
  .version(manifest.version, '-v, --version', 'print the version')
  .option('--host <address>', 'address to listen on (CLAUDETM_SERVER_HOST; 127.0.0.1)')
  .option('--rest-port, --port <port>', 'port to listen on (CLAUDETM_REST_PORT; 8000)')
  .option('--working-dir <directory>', 'repositories may lie below it (more: CLAUDETM_ROOTS)')
  .option('--cors-origins <origins>', 'origins whose pages may speak to it (CLAUDETM_CORS_ORIGINS)')
  .option('--password <password>', 'visible to others on this machine: better CLAUDETM_PASSWORD_HASH')
  .action((flags: Flags) => orExplain(() => serve(flags)))

program
  .command('hash-password')
  .description('read a password (from a pipe, or without echo from the terminal) and print its hash')
  .action(() => orExplain(printHash))

/** As everywhere in this house, and in the original. */
const INTERRUPTED = 2

void program.parseAsync()

async function orExplain(act: () => Promise<void>): Promise<void> {
  try {
    await act()
  } catch (error) {
    const { sentence, cure } = explainFailure(toFailure(error))
    say(sentence)
    if (cure !== null) say(`Next: ${cure}`)
    process.exitCode = 1
  }
}

async function printHash(): Promise<void> {
  const password = await readNewPassword(process.stdin, process.stderr)
  if (password === null) process.exitCode = INTERRUPTED
  else process.stdout.write(`${await hashPassword(password)}\n`)
}

async function serve({ restPort, password, ...flags }: Flags): Promise<void> {
  const server = await composeServer({
    flags: { ...flags, ...(restPort !== undefined && { port: restPort }) },
    environment: { ...process.env, ...(password !== undefined && { CLAUDETM_PASSWORD: password }) },
    cwd: process.cwd(),
    version: manifest.version,
    report: say,
  })
  process.stdout.write(`claudetm-server ${manifest.version} listens on ${server.url}\n`)
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => void end(signal))

  /** A second signal ends at once: that is a crash, and those are survived. */
  async function end(signal: string): Promise<void> {
    process.once('SIGINT', () => process.exit(130))
    process.once('SIGTERM', () => process.exit(143))
    say(`${signal}: the runs end their sessions; the next server goes on with them`)
    await server.close()
    process.exit(0)
  }
}

function say(message: string): void {
  process.stderr.write(`claudetm-server: ${toPlainText(message)}\n`)
}
