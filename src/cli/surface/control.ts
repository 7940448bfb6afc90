/** `claudetm pause`, `stop`, `waive` and `clean`: from another terminal, or when nobody is at work. */
import type { Command } from 'commander'
import type { ControlFlags, Json, WaiveFlags } from '../flags.ts'
import { parseText } from '../option-values.ts'
import type { Finish, Parts } from '../parts.ts'

export function addControlCommands(program: Command, parts: Parts, finish: Finish): void {
  program
    .command('pause')
    .description('end the session that runs now and keep everything')
    .option('-r, --reason <text>', 'why, for the record', parseText)
    .option('--json', 'print as JSON')
    .action(async (options: ControlFlags) =>
      finish(await (await import('../commands/control.ts')).pause(parts(), options)),
    )
  program
    .command('stop')
    .description('as pause, for good: only resume goes on')
    .option('-r, --reason <text>', 'why, for the record', parseText)
    .option('-c, --cleanup', 'put the run away once it has stopped', false)
    .option('--json', 'print as JSON')
    .action(async (options: ControlFlags & { cleanup: boolean }) =>
      finish(await (await import('../commands/control.ts')).stop(parts(), options)),
    )
  program
    .command('waive')
    .description('let through what was flagged in the work; lists it without an argument')
    .argument('[finding...]', 'ids of findings')
    .option('-a, --all', 'everything that is held back', false)
    .option('-w, --why <text>', 'why it may stay: recorded, and shown in the pull request', parseText)
    .option('--json', 'print as JSON')
    .action(async (findings: string[], options: WaiveFlags) =>
      finish(await (await import('../commands/waive.ts')).waive(parts(), findings, options)),
    )
  program
    .command('clean')
    .description('put the run of this repository away; branches and history stay')
    .option('-f, --force', 'without asking', false)
    .option('--json', 'print as JSON')
    .action(async (options: Json & { force: boolean }) =>
      finish(await (await import('../commands/clean.ts')).clean(parts(), options)),
    )
}
