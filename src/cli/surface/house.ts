/** Set-up and surroundings: `config`, `doctor`, `completion`, `mcp`, `demo`. */
import type { Command } from 'commander'
import type { Json } from '../flags.ts'
import { parseText } from '../option-values.ts'
import type { Finish, Parts } from '../parts.ts'

export function addConfigCommands(program: Command, parts: Parts, finish: Finish): void {
  const config = program.command('config').description('the configuration of this repository')
  const load = async () => ({ commands: await import('../commands/config.ts'), given: parts() })
  config
    .command('init')
    .description('write a configuration file with the defaults')
    .option('-f, --force', 'replace the file that is there', false)
    .action(async (options: { force: boolean }) => {
      const { commands, given } = await load()
      finish(await commands.initConfig(given, options))
    })
  config
    .command('show')
    .description('what is in force, and where it comes from')
    .option('--show-secrets', 'do not mask keys and tokens', false)
    .option('--json', 'print as JSON')
    .action(async (options: Json & { showSecrets: boolean }) => {
      const { commands, given } = await load()
      finish(await commands.showConfig(given, options))
    })
  config
    .command('path')
    .description('where the configuration files are')
    .option('--json', 'print as JSON')
    .action(async (options: Json) => {
      const { commands, given } = await load()
      finish(await commands.showConfigPaths(given, options))
    })
}

/**
 * The library walks the finished tree of commands. It is loaded for its two commands alone: `completion` prints the
 * script for a shell, which calls the hidden `complete` for every Tab.
 */
export async function addCompletion(program: Command): Promise<void> {
  const { default: addTab } = await import('@bomb.sh/tab/commander')
  addTab(program, { completionCommandName: 'completion' })
}

export const COMPLETION_COMMANDS: ReadonlySet<string> = new Set(['completion', 'complete'])

export function addHouseCommands(program: Command, parts: Parts, finish: Finish): void {
  program
    .command('doctor')
    .description('check that everything a run needs is here')
    .option('--json', 'print as JSON')
    .action(async (options: Json) => finish(await (await import('../commands/doctor.ts')).doctor(parts(), options)))
  program
    .command('mcp')
    .description('serve this repository to a client of the Model Context Protocol, over stdin and stdout')
    .option('--working-dir <directory>', 'another repository', parseText)
    .action(async (options: { workingDir?: string }) => finish(await parts().serveMcp(options.workingDir ?? null)))
  program
    .command('demo')
    .description('watch a whole run on a throw-away repository, without an account')
    .option('--json', 'print the events, one JSON document per line')
    .action(async (options: Json) => finish(await (await import('../commands/run.ts')).demo(parts(), options)))
}
