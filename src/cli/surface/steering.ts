/** `claudetm mailbox …` and `claudetm config-update`: what a run is told, at work or not. */
import { type Command, Option } from 'commander'
import { MERGE_METHODS, MODEL_TIERS } from '../../domain/run.ts'
import { MAX_MESSAGE_CHARS, MAX_SENDER_CHARS } from '../../operations/mailbox.ts'
import type { ChangeFlags, Json, MessageFlags } from '../flags.ts'
import { refuseOptions } from '../not-built.ts'
import { orNone, parseAtMost, parseCount, parsePriority, parseUsd } from '../option-values.ts'
import type { Finish, Parts } from '../parts.ts'

export function addSteeringCommands(program: Command, parts: Parts, finish: Finish): void {
  addMailboxCommands(program, parts, finish)
  addConfigUpdate(program, parts, finish)
}

function addMailboxCommands(program: Command, parts: Parts, finish: Finish): void {
  const mailbox = program
    .command('mailbox')
    .description('messages for the run: lists those that wait, sends one, takes them back')
    .showHelpAfterError('(To send one: claudetm mailbox send "Use tabs". More: claudetm mailbox --help)')
  const load = () => import('../commands/mailbox.ts')
  mailbox
    .command('list', { isDefault: true })
    .description('those that were not taken up yet, in the order in which they are read')
    .option('--json', 'print as JSON, whole')
    .action(async (options: Json) => finish(await (await load()).list(parts(), options)))
  mailbox
    .command('send')
    .description('tell the run something: its plan is changed accordingly, at its next step')
    .argument('<message>', 'what to change about the plan, in quotes', parseAtMost(MAX_MESSAGE_CHARS))
    .option('-s, --sender <name>', 'who says it', parseAtMost(MAX_SENDER_CHARS), 'cli')
    .option('-p, --priority <number>', '0 to 3, the highest is read first', parsePriority, 1)
    .option('--json', 'print as JSON')
    .action(async (message: string, options: MessageFlags) =>
      finish(await (await load()).send(parts(), message, options)),
    )
  mailbox
    .command('clear')
    .description('take back those that were not taken up yet')
    .option('-f, --force', 'without asking', false)
    .option('--json', 'print as JSON')
    .action(async (options: Json & { force: boolean }) => finish(await (await load()).clear(parts(), options)))
}

function addConfigUpdate(program: Command, parts: Parts, finish: Finish): void {
  const update = program
    .command('config-update')
    .description('other options for the run that is here, at work or not; what is not given stays as it is')
    .option('--auto-merge', 'merge pull requests that pass everything')
    .option('--no-auto-merge', 'stop before each merge, a person merges')
    .option('--verify', 'prove the success criteria on the merged code')
    .option('--no-verify', 'end without that proof')
    .option('-n, --max-sessions <number>', 'end the run after so many sessions; none = no limit', orNone(parseCount))
    .option('--max-cost <usd>', 'most that the run may cost; none = no limit', orNone(parseUsd))
    .option('--budget <usd>', 'most that one session may cost; none = no limit', orNone(parseUsd))
    .option('--pause-on-pr', 'pause when a pull request is opened')
    .option('--no-pause-on-pr', 'go on then')
    .addOption(
      new Option('-m, --model <tier>', 'model for planning and the most demanding work').choices([...MODEL_TIERS]),
    )
    .addOption(new Option('--merge-method <method>', 'how pull requests are merged').choices([...MERGE_METHODS]))
    .option('--admin', 'merge past the rules of the target branch; never past red checks or a no')
    .option('--no-admin', 'obey the rules of the target branch')
    .option('--sync-before-merge', 'bring a pull request that is merely behind up to date first')
    .option('--no-sync-before-merge', 'merge it as it is')
    .option('--draft', 'open drafts, and make them ready when their checks are green')
    .option('--no-draft', 'open pull requests that are ready for review')
    .option('--prs <number>', 'plan at most so many pull requests from here on; none = no limit', orNone(parseCount))
    .option('--pr-per-task', 'one pull request for each task that is planned from here on')
    .option('--no-pr-per-task', 'tasks that belong together share one')
    .addOption(new Option('-l, --log-level <level>', 'how much is printed').choices(['quiet', 'normal', 'verbose']))
  const offered = update.options.map((option) => option.long ?? option.flags)
  update.option('--json', 'print as JSON')
  refuseOptions(update)
  update.action(async (options: ChangeFlags) =>
    finish(await (await import('../commands/config-update.ts')).updateConfig(parts(), options, offered)),
  )
}
