/** The whole surface of the command line; `surface/` has its parts. What a command does is loaded when it runs. */
import { Command } from 'commander'
import { toPlainText } from '../lib/plain-text.ts'
import { refuseCommands } from './not-built.ts'
import type { CliBase, Finish, Parts } from './parts.ts'
import { addControlCommands } from './surface/control.ts'
import { addConfigCommands, addHouseCommands } from './surface/house.ts'
import { addPullRequestCommands, addReadCommands } from './surface/reading.ts'
import { addMergeCommand, addRunCommands } from './surface/runs.ts'
import { addSteeringCommands } from './surface/steering.ts'
import { addWebhookCommands } from './surface/webhooks.ts'

export function createProgram(base: CliBase, parts: Parts, finish: Finish): Command {
  const program = new Command('claudetm')
  program
    .description('A goal goes in, merged and verified pull requests come out: Claude works until it is done.')
    .version(base.version, '-v, --version', 'print the version')
    .helpOption('-h, --help', 'print help')
    .helpCommand('help [command]', 'print help for a command')
    .showHelpAfterError('(claudetm --help lists everything)')
    .configureOutput({
      writeOut: (text) => base.stdout.write(text),
      writeErr: (text) => base.stderr.write(toPlainText(text)),
      getOutHelpWidth: () => base.stdout.columns ?? 100,
      getErrHelpWidth: () => base.stderr.columns ?? 100,
    })
    .exitOverride()
  addRunCommands(program, parts, finish)
  addMergeCommand(program, parts, finish)
  addPullRequestCommands(program, parts, finish)
  addReadCommands(program, parts, finish)
  addControlCommands(program, parts, finish)
  addSteeringCommands(program, parts, finish)
  addConfigCommands(program, parts, finish)
  addWebhookCommands(program, parts, finish)
  addHouseCommands(program, parts, finish)
  refuseCommands(program)
  return program
}
