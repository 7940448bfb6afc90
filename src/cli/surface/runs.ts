/** `claudetm start`, `resume` and `merge-pr`: what begins or goes on with work. */
import { type Command, Option } from 'commander'
import type { PrNumber } from '../../domain/ids.ts'
import { MERGE_METHODS, MODEL_TIERS } from '../../domain/run.ts'
import { FORGE_CHOICES } from '../../operations/run-request.ts'
import type { MergeFlags, ResumeFlags, StartFlags } from '../flags.ts'
import { refuseOptions } from '../not-built.ts'
import {
  collectText,
  parseCount,
  parsePort,
  parsePrNumber,
  parseSecret,
  parseText,
  parseUsd,
  parseWebhookUrl,
} from '../option-values.ts'
import type { Finish, Parts } from '../parts.ts'

export function addRunCommands(program: Command, parts: Parts, finish: Finish): void {
  const start = program
    .command('start')
    .description('plan a goal, then work until everything is merged and verified')
    .argument('<goal>', 'what is to be reached, in quotes', parseText)
    .addOption(
      new Option('-m, --model <tier>', 'model for planning and the most demanding work').choices([...MODEL_TIERS]),
    )
    .option('--auto-merge', 'merge pull requests that pass everything (the default)')
    .option('--no-auto-merge', 'stop before each merge, a person merges')
    .option('-n, --max-sessions <number>', 'end the run after so many sessions', parseCount)
    .option('--prs <number>', 'plan at most so many pull requests', parseCount)
    .option('--pause-on-pr', 'pause when a pull request is opened', false)
    .option('--pr-per-task', 'one pull request for each task', false)
    .option('-b, --branch <name>', 'head branch of the first pull request', parseText)
    .option('--target-branch <name>', 'branch that pull requests are merged into', parseText)
    .option('--budget <usd>', 'most that one session may cost', parseUsd)
    .option('--max-cost <usd>', 'most that the whole run may cost', parseUsd)
    .option(
      '--criteria <text>',
      'what must hold at the end: "text", "`command`" or "text (`command`)" (repeatable)',
      collectText,
    )
    .option('--verify', 'prove the success criteria on the merged code')
    .option('--no-verify', 'end without that proof')
    .addOption(new Option('-l, --log-level <level>', 'how much is printed').choices(['quiet', 'normal', 'verbose']))
    .option('--json', 'print the events, one JSON document per line')
    .addOption(new Option('--sandbox <mode>', 'confinement of the agent').choices(['auto', 'on', 'off']))
  addForgeOptions(start)
    .option('--sync-before-merge', 'bring a pull request that is merely behind up to date first')
    .option('--no-sync-before-merge', 'merge it as it is (the default)')
    .option('--draft', 'open drafts, and make them ready when their checks are green')
    .option('--no-draft', 'open pull requests that are ready for review')
    .option('--webhook-url <url>', 'tell this address what happens in this run', parseWebhookUrl)
    .option('--webhook-secret <secret>', 'sign what it is told; better: CLAUDETM_WEBHOOK_SECRET', parseSecret)
  start.showHelpAfterError('(The goal goes in quotes: claudetm start "Add a login form". More: claudetm start --help)')
  refuseOptions(start)
  start.action(async (goal: string, options: StartFlags) =>
    finish(await (await import('../commands/run.ts')).start(parts(), goal, options)),
  )

  const resume = program
    .command('resume')
    .description('go on with the run of this repository')
    .argument('[message]', 'what to change about the plan, in quotes', parseText)
    .option('-f, --force', 'give back every attempt that was used up', false)
    .option('--max-cost <usd>', 'most that the whole run may cost from here on', parseUsd)
    .option('-n, --max-sessions <number>', 'end the run after so many more sessions', parseCount)
    .option('--auto-merge', 'merge pull requests that pass everything')
    .option('--no-auto-merge', 'stop before each merge, a person merges')
    .option('--admin', 'merge past the rules of the target branch')
    .option('--no-admin', 'obey the rules of the target branch')
    .option('--webhook-port <port>', WEBHOOK_PORT, parsePort)
    .option('--json', 'print the events, one JSON document per line')
  resume.action(async (message: string | undefined, options: ResumeFlags) =>
    finish(await (await import('../commands/run.ts')).resume(parts(), message ?? null, options)),
  )
}

const WEBHOOK_PORT = 'listen for the webhooks of GitHub on this port (secret: CLAUDETM_GITHUB_WEBHOOK_SECRET)'

/** What `start` and `merge-pr` have in common. */
function addForgeOptions(command: Command): Command {
  return command
    .addOption(new Option('--forge <name>', 'where pull requests live').choices([...FORGE_CHOICES]))
    .addOption(new Option('--merge-method <method>', 'how pull requests are merged').choices([...MERGE_METHODS]))
    .option('--admin', 'merge past the rules of the target branch; never past red checks or a no')
    .option('--no-admin', 'obey the rules of the target branch (the default)')
    .option('--webhook-port <port>', WEBHOOK_PORT, parsePort)
}

export function addMergeCommand(program: Command, parts: Parts, finish: Finish): void {
  const merge = program
    .command('merge-pr')
    .alias('fix-pr')
    .description('bring any pull request to its merge: red checks fixed, reviewers answered, conflicts resolved')
    .argument('[number]', 'its number; default is the one of the branch checked out', parsePrNumber)
    .option('-m, --max-iterations <number>', 'sessions at most', parseCount, 30)
    .option('--no-merge', 'end when it is ready to merge')
    .option('--create-pr', 'push the branch checked out and open a pull request when it has none', false)
    .addOption(new Option('--model <tier>', 'model for the most demanding work').choices([...MODEL_TIERS]))
    .option('--max-cost <usd>', 'most that it may cost', parseUsd)
    .addOption(new Option('-l, --log-level <level>', 'how much is printed').choices(['quiet', 'normal', 'verbose']))
    .addOption(new Option('--sandbox <mode>', 'confinement of the agent').choices(['auto', 'on', 'off']))
    .option('--json', 'print the events, one JSON document per line')
  addForgeOptions(merge)
  merge.action(async (number: PrNumber | undefined, options: MergeFlags) =>
    finish(await (await import('../commands/run.ts')).mergePr(parts(), number ?? null, options)),
  )
}
