/** What users of the original know and what is not here: refused with a sentence, never silently ignored. */
import { type Command, Option } from 'commander'

const NOT_BUILT = 'is not built yet'

const OPTIONS: Readonly<Record<string, string>> = {
  '--release': `${NOT_BUILT}: there is no verification after a release.`,
  '--no-release': 'is not needed: there is no verification after a release yet.',
  '--resolve-conflicts': 'is not needed: conflicts are always resolved.',
  '--no-resolve-conflicts': `${NOT_BUILT}: conflicts are always resolved.`,
  '--parallel': `${NOT_BUILT}: a task is worked by one agent.`,
  '--no-parallel': 'is not needed: a task is worked by one agent.',
  '--checkpointing': 'was never in force and is gone: every commit of a task stays on its branch.',
  '--log-format <format>': 'is gone: print the events with --json; events.jsonl always holds them.',
}

const COMMANDS: Readonly<Record<string, string>> = {
  profile: `${NOT_BUILT}. Choose the account with environment variables: claudetm doctor`,
  update: `${NOT_BUILT}. Update with: npm install -g claude-task-master@latest`,
  'debug-md': NOT_BUILT,
}

export function refuseOptions(command: Command, names: readonly string[] = Object.keys(OPTIONS)): void {
  for (const flags of names) {
    const option = new Option(flags).hideHelp()
    const name = `--${option.name()}`
    command.addOption(option)
    command.on(`option:${option.name()}`, () => command.error(`error: ${name} ${OPTIONS[flags]}`))
  }
}

export function refuseCommands(program: Command): void {
  for (const [name, why] of Object.entries(COMMANDS)) {
    const command = program.command(name, { hidden: true }).argument('[any...]').allowUnknownOption().helpOption(false)
    command.action(() => command.error(`error: the command ${name} ${why.replace(/([^.])$/, '$1.')}`))
  }
}
