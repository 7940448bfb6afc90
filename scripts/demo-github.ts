/**
 * The whole life of two pull requests on GitHub, offline: `npm run demo:github`. `--no-webhooks`: the run looks by
 * itself. `--json`: events instead of the view. Ends with the exit code of the run.
 */
import { spawn } from 'node:child_process'
import { once } from 'node:events'
import { join } from 'node:path'
import { parseArgs } from 'node:util'
import { CLI } from '../test/support/cli.ts'
import { createGithubStory, type GithubStory } from '../test/support/github-story/story.ts'
import { transcriptOf } from '../test/support/github-story/transcript.ts'

/** So that a person can follow what happens. */
const STEP_DELAY_MS = 250

const { values } = parseArgs({
  options: { webhooks: { type: 'boolean', default: true }, json: { type: 'boolean', default: false } },
  allowNegative: true,
})

const story = await createGithubStory({ delayMs: STEP_DELAY_MS, webhooks: values.webhooks })
try {
  introduce(story)
  process.exitCode = await run(story)
  await story.settled()
  report(story)
} finally {
  await story.close()
}

function introduce({ place, args }: GithubStory): void {
  say(
    'This is a demonstration of a run on GitHub. Nothing leaves this machine and nothing is paid.',
    'Real:   the claudetm command, the Claude agent and its binary, git over HTTP, commits, the checks that CI runs.',
    'Played: the model (scripted), GitHub (an emulator: REST, GraphQL, git, webhooks), and the people who review.',
    '',
    `  cd ${place.path}`,
    `  claudetm ${args.map((arg) => (arg.includes(' ') ? JSON.stringify(arg) : arg)).join(' ')}`,
    '',
  )
}

/** In this terminal, as anybody would run it; Ctrl+C reaches it as well, and it ends by itself. */
async function run({ place, args }: GithubStory): Promise<number> {
  const { path: cwd, env } = place
  process.on('SIGINT', () => {})
  const shown = values.json ? ['--json'] : []
  const terminal = ['TERM', 'COLORTERM', 'NO_COLOR', 'LANG'].flatMap((name) => {
    const value = process.env[name]
    return value === undefined ? [] : [[name, value]]
  })
  const child = spawn(process.execPath, [CLI, ...args, ...shown], {
    cwd,
    env: { ...Object.fromEntries(terminal), ...env },
    stdio: 'inherit',
  })
  const [exitCode] = await once(child, 'exit')
  return typeof exitCode === 'number' ? exitCode : 1
}

function report({ place, onlooker, ci }: GithubStory): void {
  const { github, repository, path } = place
  for (const failure of onlooker.failures) say(`What the people wanted to do failed: ${String(failure)}`)
  for (const number of repository.repository.pulls.keys()) say('', ...transcriptOf(github, repository, number))
  const requests = Object.entries(github.requests.summary()).sort(([, one], [, other]) => other - one)
  say('', `Requests to the APIs: ${github.requests.count()}, to git: ${github.requests.git.length}. By name:`)
  say(...requests.map(([name, count]) => `  ${String(count).padStart(3)}  ${name}`))
  say(`Jobs that CI ran: ${ci.runs.map(({ job, conclusion }) => `${job} ${conclusion}`).join(', ')}`)
  say(
    '',
    'Look for yourself:',
    `  git -C ${path} log --stat   what was merged, fetched from the emulator`,
    `  ls ${join(path, '.claude-task-master')}   logs and history of the run`,
  )
}

function say(...lines: readonly string[]): void {
  if (!values.json) console.log(lines.join('\n'))
}
