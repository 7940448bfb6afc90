/** What is wrong on the command line is said in a sentence that names it, before anything is done: exit code 2. */
import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterAll, beforeAll, describe, expect, test } from 'vitest'
import { claudetm } from './claudetm.ts'

let directory: string
beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'claudetm-arguments-'))
})
afterAll(() => rm(directory, { recursive: true, force: true }))

const MORE = '(claudetm --help lists everything)'
const START = '(The goal goes in quotes: claudetm start "Add a login form". More: claudetm start --help)'

describe.concurrent('a wrong command line', () => {
  test.each([
    [['frobnicate'], `error: unknown command 'frobnicate'\n${MORE}\n`],
    [['statsu'], `error: unknown command 'statsu'\n(Did you mean status?)\n${MORE}\n`],
    [['start'], `error: missing required argument 'goal'\n${START}\n`],
    [
      ['start', '  \n'],
      `error: command-argument value '  \n' is invalid for argument 'goal'. It must not be blank.\n${START}\n`,
    ],
    [
      ['start', 'Add', 'a', 'form'],
      `error: too many arguments for 'start'. Expected 1 argument but got 3: Add, a, form.\n${START}\n`,
    ],
    [
      ['start', 'x', '--max-sessions', '0'],
      `error: option '-n, --max-sessions <number>' argument '0' is invalid. It must be a whole number from 1 to 1000000.\n${START}\n`,
    ],
    [
      ['start', 'x', '--budget', '-1'],
      `error: option '--budget <usd>' argument '-1' is invalid. It must be an amount of US dollars above 0 and up to 1000000, such as 5 or 2.50.\n${START}\n`,
    ],
    [
      ['logs', '--tail', '0'],
      `error: option '-n, --tail <lines>' argument '0' is invalid. It must be a whole number from 1 to 1000000.\n${MORE}\n`,
    ],
    [
      ['start', 'x', '--merge-method', 'octopus'],
      `error: option '--merge-method <method>' argument 'octopus' is invalid. Allowed choices are squash, merge, rebase.\n${START}\n`,
    ],
    [
      ['start', 'x', '--webhook-port', '70000'],
      `error: option '--webhook-port <port>' argument '70000' is invalid. It must be a port from 1 to 65535.\n${START}\n`,
    ],
    [
      ['start', 'x', '--webhook-url', 'ftp://a'],
      `error: option '--webhook-url <url>' argument 'ftp://a' is invalid. It must start with http:// or https://.\n${START}\n`,
    ],
    [
      ['start', 'x', '--webhook-url', 'https://me:pw@a'],
      `error: option '--webhook-url <url>' argument 'https://me:pw@a' is invalid. It must not contain a user name or password; use a header: Authorization.\n${START}\n`,
    ],
    [['start', 'x', '--parallel'], `error: --parallel is not built yet: a task is worked by one agent.\n${START}\n`],
    [
      ['webhooks', 'add', 'https://a.example', '--event', 'task.done'],
      expect.stringContaining('It must be one of: task.started, task.completed'),
    ],
    [
      ['merge-pr', 'five'],
      `error: command-argument value 'five' is invalid for argument 'number'. It must be the number of a pull request, such as 12.\n${MORE}\n`,
    ],
    [
      ['mailbox', 'send', '  '],
      expect.stringContaining("is invalid for argument 'message'. It must not be blank.\n(To send one:"),
    ],
    [
      ['mailbox', 'send', 'x', '--priority', '4'],
      expect.stringContaining('It must be 0, 1, 2 or 3; the highest is read first.'),
    ],
    [['mailbox', 'Use tabs'], expect.stringContaining('(To send one: claudetm mailbox send "Use tabs".')],
    [['config-update', '--max-cost', 'nothing'], expect.stringContaining('such as 5 or 2.50, or none.')],
    [['config-update', '--release'], expect.stringContaining('error: --release is not built yet')],
    [['config-update', '--no-parallel'], expect.stringContaining('error: --no-parallel is not needed')],
    [
      ['logs', '--run', '../../etc/passwd'],
      'claudetm: "../../etc/passwd" is not the id of a run; claudetm history lists them.\nNext: claudetm --help\n',
    ],
  ])('%j', async (args, stderr) => {
    expect(await claudetm(directory, args)).toEqual({ exitCode: 2, stdout: '', stderr })
  })
})

describe.concurrent('a command without a run', () => {
  test.each([['status'], ['plan'], ['pause'], ['stop'], ['mailbox'], ['mailbox send x'], ['config-update --verify']])(
    '%s says that there is none',
    async (command) => {
      expect(await claudetm(directory, command.split(' '))).toEqual({
        exitCode: 1,
        stdout: '',
        stderr: 'claudetm: There is no run in this repository.\nNext: claudetm start "your goal"\n',
      })
    },
  )

  test('config-update that says nothing lists what can be said', async () => {
    const { exitCode, stderr } = await claudetm(directory, ['config-update'])
    expect([exitCode, stderr]).toEqual([
      1,
      expect.stringMatching(
        /^claudetm: No option is given to change; there are --auto-merge, --no-auto-merge, .*\.\n$/,
      ),
    ])
  })

  test('clean has nothing to do', async () => {
    expect(await claudetm(directory, ['clean', '--force'])).toEqual({
      exitCode: 0,
      stdout: 'Nothing to clean.\n',
      stderr: '',
    })
  })

  test('clean asks nobody where nobody can answer', async () => {
    expect(await claudetm(directory, ['clean'])).toEqual({
      exitCode: 2,
      stdout: '',
      stderr:
        'claudetm: Nobody can be asked here; claudetm clean --force puts the run away without asking.\nNext: claudetm --help\n',
    })
  })
})

test('the version is printed by every flag that users know', async () => {
  const said = await Promise.all(['--version', '-v', '-V'].map((flag) => claudetm(directory, [flag])))
  expect(said.map(({ exitCode, stdout }) => [exitCode, /^\d+\.\d+\.\d+\n$/.test(stdout)])).toEqual([
    [0, true],
    [0, true],
    [0, true],
  ])
})

test('completion offers the commands that begin so', async () => {
  const { stdout } = await claudetm(directory, ['complete', '--', 'sta'])
  expect(stdout.split('\n').map((line) => line.split('\t')[0])).toEqual(['start', 'status', ':4', ''])
})
