/** What only looks: the run, its records, pull requests and their checks. */
import type { Command } from 'commander'
import type { CiLogFlags, CiStatusFlags, CommentFlags, Json, LogFlags, PrFlags } from '../flags.ts'
import { parseCount, parseId, parsePrNumber, parseText } from '../option-values.ts'
import type { Finish, Parts } from '../parts.ts'

/** They look at the forge, and change nothing. */
export function addPullRequestCommands(program: Command, parts: Parts, finish: Finish): void {
  const load = () => import('../commands/pull-requests.ts')
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

export function addReadCommands(program: Command, parts: Parts, finish: Finish): void {
  program
    .command('status')
    .description('where the run is, and what it needs')
    .option('--json', 'print as JSON')
    .action(async (options: Json) => finish(await (await import('../commands/status.ts')).showStatus(parts(), options)))
  program
    .command('plan')
    .description('the plan, with what is done')
    .option('--json', 'print as JSON')
    .action(async (options: Json) =>
      finish(await (await import('../commands/documents.ts')).showPlan(parts(), options)),
    )
  for (const name of ['progress', 'context'] as const) {
    program
      .command(name)
      .description(name === 'progress' ? 'what was done so far' : 'what the sessions learned')
      .option('--json', 'print as JSON')
      .action(async (options: Json) =>
        finish(await (await import('../commands/documents.ts')).showDocument(parts(), name, options)),
      )
  }
  program
    .command('logs')
    .description('the readable log of a run')
    .option('-n, --tail <lines>', 'print so many of the last lines', parseCount, 100)
    .option('-F, --follow', 'keep printing what is added', false)
    .option('--run <id>', 'the log of an earlier run', parseText)
    .option('--json', 'print as JSON')
    .action(async (options: LogFlags) => finish(await (await import('../commands/logs.ts')).showLogs(parts(), options)))
  program
    .command('history')
    .description('the runs that ended; one of them with what proves it')
    .argument('[run]', 'the id of a run', parseText)
    .option('--json', 'print as JSON')
    .action(async (run: string | undefined, options: Json) =>
      finish(await (await import('../commands/history.ts')).showHistory(parts(), run ?? null, options)),
    )
  const records = () => import('../commands/records.ts')
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
