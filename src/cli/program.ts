/** The whole surface of the command line, in one place to read. What a command does is loaded when it runs. */
import { Command, Option } from 'commander'
import type { PrNumber } from '../domain/ids.ts'
import { MERGE_METHODS, MODEL_TIERS } from '../domain/run.ts'
import { toPlainText } from '../lib/plain-text.ts'
import { FORGE_CHOICES } from '../operations/run-request.ts'
import type {
  CiLogFlags,
  CiStatusFlags,
  CommentFlags,
  ControlFlags,
  Json,
  LogFlags,
  MergeFlags,
  PrFlags,
  ResumeFlags,
  StartFlags,
  WaiveFlags,
} from './flags.ts'
import { refuseCommands, refuseOptions } from './not-built.ts'
import {
  collectText,
  parseCount,
  parseId,
  parsePort,
  parsePrNumber,
  parseSecret,
  parseText,
  parseUsd,
  parseWebhookUrl,
} from './option-values.ts'
import type { CliBase, CliParts } from './parts.ts'
import { addSteeringCommands } from './steering-commands.ts'
import { addWebhookCommands } from './webhook-commands.ts'

type Parts = () => CliParts
/** What a command's action does with its exit code; commander itself has no use for it. */
type Finish = (exitCode: number) => void

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

function addRunCommands(program: Command, parts: Parts, finish: Finish): void {
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
    finish(await (await import('./commands/run.ts')).start(parts(), goal, options)),
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
    finish(await (await import('./commands/run.ts')).resume(parts(), message ?? null, options)),
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

function addMergeCommand(program: Command, parts: Parts, finish: Finish): void {
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
    finish(await (await import('./commands/run.ts')).mergePr(parts(), number ?? null, options)),
  )
}

/** They look at the forge, and change nothing. */
function addPullRequestCommands(program: Command, parts: Parts, finish: Finish): void {
  const load = () => import('./commands/pull-requests.ts')
  const about = (name: string, description: string, hidden = false) =>
    program.command(name, { hidden }).description(description).option('--json', 'print as JSON')
  const choosing = (command: Command) =>
    command.option('-p, --pr <number>', 'its number; default: of the run, or of the branch checked out', parsePrNumber)

  choosing(about('pr', 'a pull request, and what stands between it and its merge')).action(async (options: PrFlags) =>
    finish(await (await load()).showPr(parts(), options)),
  )
  choosing(about('comments', 'what reviewers said and is open'))
    .option('-a, --all', 'also what is resolved or ignored', false)
    .action(async (options: CommentFlags) => finish(await (await load()).showComments(parts(), options)))
  choosing(about('ci-status', 'the checks of a pull request, and the newest runs of CI'))
    .option('-r, --run-id <id>', 'one run of CI with its jobs', parseId)
    .option('-l, --limit <number>', 'runs at most', parseCount, 5)
    .action(async (options: CiStatusFlags) => finish(await (await load()).showCiStatus(parts(), options)))
  choosing(about('ci-logs', 'the ends of the logs of failed checks'))
    .option('-c, --check <name>', 'of this check only', parseText)
    .option('-n, --lines <number>', 'so many of the last lines', parseCount, 100)
    .action(async (options: CiLogFlags) => finish(await (await load()).showCiLogs(parts(), options)))

  // The original's names for the same.
  about('pr-comments <number>', 'as comments --pr', true)
    .option('-a, --all', 'also what is resolved or ignored', false)
    .action(async (number: string, options: CommentFlags) =>
      finish(await (await load()).showComments(parts(), { ...options, pr: parsePrNumber(number) })),
    )
  about('pr-status <number>', 'as pr --pr', true).action(async (number: string, options: PrFlags) =>
    finish(await (await load()).showPr(parts(), { ...options, pr: parsePrNumber(number) })),
  )
}

function addReadCommands(program: Command, parts: Parts, finish: Finish): void {
  program
    .command('status')
    .description('where the run is, and what it needs')
    .option('--json', 'print as JSON')
    .action(async (options: Json) => finish(await (await import('./commands/status.ts')).showStatus(parts(), options)))
  program
    .command('plan')
    .description('the plan, with what is done')
    .option('--json', 'print as JSON')
    .action(async (options: Json) => finish(await (await import('./commands/documents.ts')).showPlan(parts(), options)))
  for (const name of ['progress', 'context'] as const) {
    program
      .command(name)
      .description(name === 'progress' ? 'what was done so far' : 'what the sessions learned')
      .option('--json', 'print as JSON')
      .action(async (options: Json) =>
        finish(await (await import('./commands/documents.ts')).showDocument(parts(), name, options)),
      )
  }
  program
    .command('logs')
    .description('the readable log of a run')
    .option('-n, --tail <lines>', 'print so many of the last lines', parseCount, 100)
    .option('-F, --follow', 'keep printing what is added', false)
    .option('--run <id>', 'the log of an earlier run', parseText)
    .option('--json', 'print as JSON')
    .action(async (options: LogFlags) => finish(await (await import('./commands/logs.ts')).showLogs(parts(), options)))
  program
    .command('history')
    .description('the runs that ended; one of them with what proves it')
    .argument('[run]', 'the id of a run', parseText)
    .option('--json', 'print as JSON')
    .action(async (run: string | undefined, options: Json) =>
      finish(await (await import('./commands/history.ts')).showHistory(parts(), run ?? null, options)),
    )
  const records = () => import('./commands/records.ts')
  program
    .command('sessions')
    .description('every session of the agent: what it was for, and what it cost')
    .argument('[run]', 'the id of a run; default: the one that is here, or the last one that ended', parseText)
    .option('--json', 'print as JSON')
    .action(async (run: string | undefined, options: Json) =>
      finish(await (await records()).showSessions(parts(), run ?? null, options)),
    )
  program
    .command('evidence')
    .description('what proves that the work is done: commits, checks, merges, criteria')
    .argument('[run]', 'the id of a run; default: the one that is here, or the last one that ended', parseText)
    .option('--json', 'print as JSON')
    .action(async (run: string | undefined, options: Json) =>
      finish(await (await records()).showEvidence(parts(), run ?? null, options)),
    )
}

function addControlCommands(program: Command, parts: Parts, finish: Finish): void {
  program
    .command('pause')
    .description('end the session that runs now and keep everything')
    .option('-r, --reason <text>', 'why, for the record', parseText)
    .option('--json', 'print as JSON')
    .action(async (options: ControlFlags) =>
      finish(await (await import('./commands/control.ts')).pause(parts(), options)),
    )
  program
    .command('stop')
    .description('as pause, for good: only resume goes on')
    .option('-r, --reason <text>', 'why, for the record', parseText)
    .option('-c, --cleanup', 'put the run away once it has stopped', false)
    .option('--json', 'print as JSON')
    .action(async (options: ControlFlags & { cleanup: boolean }) =>
      finish(await (await import('./commands/control.ts')).stop(parts(), options)),
    )
  program
    .command('waive')
    .description('let through what was flagged in the work; lists it without an argument')
    .argument('[finding...]', 'ids of findings')
    .option('-a, --all', 'everything that is held back', false)
    .option('-w, --why <text>', 'why it may stay: recorded, and shown in the pull request', parseText)
    .option('--json', 'print as JSON')
    .action(async (findings: string[], options: WaiveFlags) =>
      finish(await (await import('./commands/waive.ts')).waive(parts(), findings, options)),
    )
  program
    .command('clean')
    .description('put the run of this repository away; branches and history stay')
    .option('-f, --force', 'without asking', false)
    .option('--json', 'print as JSON')
    .action(async (options: Json & { force: boolean }) =>
      finish(await (await import('./commands/clean.ts')).clean(parts(), options)),
    )
}

function addConfigCommands(program: Command, parts: Parts, finish: Finish): void {
  const config = program.command('config').description('the configuration of this repository')
  const load = async () => ({ commands: await import('./commands/config.ts'), given: parts() })
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

function addHouseCommands(program: Command, parts: Parts, finish: Finish): void {
  program
    .command('doctor')
    .description('check that everything a run needs is here')
    .option('--json', 'print as JSON')
    .action(async (options: Json) => finish(await (await import('./commands/doctor.ts')).doctor(parts(), options)))
  program
    .command('mcp')
    .description('serve this repository to a client of the Model Context Protocol, over stdin and stdout')
    .option('--working-dir <directory>', 'another repository', parseText)
    .action(async (options: { workingDir?: string }) => finish(await parts().serveMcp(options.workingDir ?? null)))
  program
    .command('demo')
    .description('watch a whole run on a throw-away repository, without an account')
    .option('--json', 'print the events, one JSON document per line')
    .action(async (options: Json) => finish(await (await import('./commands/run.ts')).demo(parts(), options)))
}
