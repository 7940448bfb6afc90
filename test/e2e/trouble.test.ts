import { spawnSync } from 'node:child_process'
import { existsSync } from 'node:fs'
import { mkdir, rm, writeFile } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { dirname, join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { Fault } from '../../src/demo/scripted-model/script.ts'
import { createMailbox } from '../../src/store/state-dir/mailbox-directory.ts'
import { type CliProcess, runCli, startCli } from '../support/cli.ts'
import { createPlace, type Place } from '../support/place.ts'
import { robustScenario } from '../support/robust-scenario.ts'
import { done, failing, ONE_TASK, scenario, WRITE_HELLO } from '../support/scripts.ts'

const places: Place[] = []
afterEach(async () => {
  for (const place of places.splice(0)) await place.cleanup()
})

async function at(request: Partial<Parameters<typeof createPlace>[0]> = {}): Promise<Place> {
  const place = await createPlace({ scenario: scenario(), ...request })
  places.push(place)
  return place
}

const options = (place: Place, env: Record<string, string> = {}) => ({
  cwd: place.repository.path,
  env: { ...place.env, ...env },
})
const start = (place: Place, args: string[] = [], env = {}) =>
  runCli(['start', 'Say hello', ...args], options(place, env))
const said = (result: { stdout: string; stderr: string }) => result.stdout + result.stderr
const stateOf = (place: Place) => join(place.repository.path, '.claude-task-master/state.json')

/** Resolves when the process has printed this. */
function printed({ child }: CliProcess, text: string): Promise<void> {
  let seen = ''
  return new Promise((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk
      if (seen.includes(text)) resolve()
    })
  })
}

describe('what is wrong before anything starts is said, with the way out, and nothing is written', () => {
  const cases: [string, (place: Place) => Promise<void>, string[], Record<string, string>, RegExp][] = [
    [
      'no credential',
      async () => {},
      [],
      { ANTHROPIC_API_KEY: '', ANTHROPIC_BASE_URL: '' },
      /credential[\s\S]*ANTHROPIC_API_KEY/,
    ],
    [
      'a target branch that does not exist',
      async () => {},
      ['--target-branch', 'nowhere'],
      {},
      /nowhere[\s\S]*does not exist/,
    ],
    ['a branch name that git refuses', async () => {}, ['--branch', 'a..b'], {}, /a\.\.b/],
    [
      'a remote on GitHub',
      async ({ repository }) =>
        void (await repository.git(['remote', 'set-url', 'origin', 'https://github.com/a/b.git'])),
      [],
      {},
      /GitHub[\s\S]*--forge local/,
    ],
    ['a typo in a variable', async () => {}, [], { CLAUDETM_MAX_TURNS: 'many' }, /CLAUDETM_MAX_TURNS/],
  ]
  it.each(cases)('%s', async (_, prepare, args, env, expected) => {
    const place = await at()
    await prepare(place)
    const result = await start(place, args, env)
    expect([result.exitCode, said(result), existsSync(stateOf(place)), place.model.requests().length]).toEqual([
      1,
      expect.stringMatching(expected),
      false,
      0,
    ])
  })

  it('a repository without commits', async () => {
    const place = await at()
    const empty = join(place.repository.directory, 'empty')
    await mkdir(empty)
    await place.repository.git(['init', '--quiet', empty])
    const result = await runCli(['start', 'Say hello'], { cwd: empty, env: place.env })
    expect([result.exitCode, said(result)]).toEqual([1, expect.stringMatching(/commit/)])
  })

  it('a directory that is no repository', async () => {
    const place = await at()
    const result = await runCli(['start', 'Say hello'], { cwd: place.repository.directory, env: place.env })
    expect([result.exitCode, said(result)]).toEqual([1, expect.stringMatching(/git/)])
  })

  it('a state directory that cannot be written', async () => {
    const place = await at()
    await writeFile(join(place.repository.path, '.claude-task-master'), 'a file is in the way')
    const result = await start(place)
    expect([result.exitCode, said(result)]).toEqual([1, expect.stringContaining('.claude-task-master')])
  })
})

describe('a full disk', () => {
  it('ends the run with a sentence and loses nothing; with space it goes on', async ({ skip }) => {
    const place = await at({ scenario: robustScenario })
    const directory = join(place.repository.path, '.claude-task-master')
    await mkdir(directory)
    // A file system of its own, too small for the whole run: only root can make one.
    if (spawnSync('mount', ['-t', 'tmpfs', '-o', 'size=72k', 'none', directory]).status !== 0)
      skip('cannot mount a tmpfs here')
    try {
      const full = await start(place)
      expect([full.exitCode, full.stderr]).toEqual([1, expect.stringMatching(/disk[\s\S]*claudetm resume/)])
      spawnSync('mount', ['-o', 'remount,size=10m', directory])
      expect((await runCli(['resume'], options(place))).exitCode).toBe(0)
      expect((await place.repository.git(['log', '--format=%s', 'main'])).split('\n')).toHaveLength(3)
    } finally {
      spawnSync('umount', [directory])
    }
  })
})

describe('what the service does', () => {
  it('an overload and a dropped stream are ridden out', async () => {
    const work = [
      { ...WRITE_HELLO, fault: { status: 529, type: 'overloaded_error', times: 2 } },
      { ...done(), fault: { drop: 'mid' as const } },
    ]
    const place = await at({ scenario: scenario({ work }) })
    expect((await start(place)).exitCode).toBe(0)
  })

  it('a refused key blocks and says what to do', async () => {
    const place = await at({
      scenario: scenario({ plan: [failing({ status: 401, type: 'authentication_error', times: 'always' })] }),
    })
    const result = await start(place)
    expect([result.exitCode, said(result)]).toEqual([1, expect.stringMatching(/claudetm resume/)])
  })

  it('a usage limit is waited out until its reset and charges no task', async () => {
    let resetsAt = 0
    const limit = (): Fault => ({
      status: 429,
      type: 'rate_limit_error',
      times: 'always',
      headers: {
        'anthropic-ratelimit-unified-status': 'rejected',
        'anthropic-ratelimit-unified-reset': String(resetsAt),
        'anthropic-ratelimit-unified-representative-claim': 'five_hour',
        'retry-after': '3600',
      },
    })
    const work = () => {
      if (resetsAt === 0) resetsAt = Math.ceil(Date.now() / 1000) + 3
      return [Date.now() / 1000 < resetsAt ? { ...WRITE_HELLO, fault: limit() } : WRITE_HELLO, done()]
    }
    const place = await at({ scenario: scenario({ work }) })
    const result = await start(place, ['--json', '--max-sessions', '2'], {
      ANTHROPIC_API_KEY: '',
      CLAUDE_CODE_OAUTH_TOKEN: 'token',
    })
    expect([result.exitCode, result.stdout.includes('"usage_limit"'), Date.now() / 1000 >= resetsAt]).toEqual([
      0,
      true,
      true,
    ])
  })

  it('silence ends in a watchdog and another try', async () => {
    let silent = true
    const work = () => {
      const fault = { hang: true, times: 'always' } as const
      const step = silent ? { ...WRITE_HELLO, fault } : WRITE_HELLO
      silent = false
      return [step, done()]
    }
    const place = await at({ scenario: scenario({ work }) })
    const result = await start(place, ['--json'], { CLAUDETM_STREAM_IDLE_TIMEOUT_SEC: '3' })
    expect([result.exitCode, result.stdout.includes('"failed"')]).toEqual([0, true])
  })
})

describe('what people do', () => {
  it('Ctrl+C ends the run with 2 and keeps everything; resume goes on', async () => {
    const place = await at({ scenario: robustScenario, delayMs: 300 })
    const run = startCli(['start', 'Write'], options(place))
    await printed(run, 'work')
    run.child.kill('SIGINT')
    expect((await run.ended).exitCode).toBe(2)
    expect(existsSync(stateOf(place))).toBe(true)
    expect((await runCli(['resume'], options(place))).exitCode).toBe(0)
  })

  it('pause from another terminal, stop from another terminal', async () => {
    const place = await at({ scenario: robustScenario, delayMs: 300 })
    const run = startCli(['start', 'Write'], options(place))
    await printed(run, 'work')
    expect((await runCli(['pause'], options(place))).exitCode).toBe(0)
    expect((await run.ended).exitCode).toBe(2)
    const paused = JSON.parse((await runCli(['status', '--json'], options(place))).stdout)
    const again = startCli(['resume'], options(place))
    await printed(again, 'session')
    await runCli(['stop'], options(place))
    expect((await again.ended).exitCode).toBe(2)
    const stopped = JSON.parse((await runCli(['status', '--json'], options(place))).stdout)
    expect([paused.status, stopped.status]).toEqual(['paused', 'stopped'])
    expect((await runCli(['resume'], options(place))).exitCode).toBe(0)
  })

  it('a message and other options reach a run at work: the plan grows, and the merge waits for a person', async () => {
    const go = join(tmpdir(), `claudetm-go-${crypto.randomUUID()}`)
    const write = 'f=hello.txt; test -f $f && f=again.txt; echo hello > $f; git add $f; git commit -qm "add $f"'
    const twice = [{ title: 'Say hello', tasks: [{ title: 'Write hello.txt' }, { title: 'Write again.txt' }] }]
    const place = await at({
      scenario: scenario({
        plan: ({ prompt }) => [
          { answer: prompt.includes('Say it twice\n\n(from ann)') ? { ...ONE_TASK, groups: twice } : ONE_TASK },
        ],
        work: [{ bash: `until test -e ${go}; do sleep 0.1; done; ${write}` }, done()],
      }),
    })
    const run = startCli(['start', 'Say hello', '--json', '--sandbox', 'off'], options(place))
    await printed(run, '"task.started"')
    const sent = await runCli(['mailbox', 'send', 'Say it twice', '-s', 'ann'], options(place))
    const asked = await runCli(['config-update', '--no-auto-merge'], options(place))
    await writeFile(go, '')
    const pid = String(run.child.pid)
    expect([said(sent), said(asked)]).toEqual([expect.stringContaining(pid), expect.stringContaining(pid)])
    const { exitCode, stdout } = await run.ended
    await rm(go)
    expect([exitCode, /"plan.updated".*"source":"message"/.test(stdout)]).toEqual([2, true])
    expect(await place.repository.git(['log', '--format=%s', 'main'])).not.toContain('Say hello')

    // What a killed process would have left unread was said before the resume.
    const { runId } = JSON.parse((await runCli(['status', '--json'], options(place))).stdout)
    const letter = { kind: 'options', runId, changes: { autoMerge: false }, sender: 'ann', priority: 2 } as const
    await createMailbox({ directory: dirname(stateOf(place)), now: Date.now }).put(letter)
    expect((await runCli(['resume', '--auto-merge'], options(place))).exitCode).toBe(0)
    expect(await place.repository.git(['ls-tree', '--name-only', 'main', 'hello.txt', 'again.txt'])).toBe(
      'again.txt\nhello.txt',
    )
  })

  it('a second start is refused while the first works, and after it was interrupted', async () => {
    const place = await at({ scenario: robustScenario, delayMs: 300 })
    const run = startCli(['start', 'Write'], options(place))
    await printed(run, 'work')
    const second = await start(place)
    expect([second.exitCode, said(second)]).toEqual([1, expect.stringMatching(/is not finished/)])
    const resumed = await runCli(['resume'], options(place))
    expect([resumed.exitCode, said(resumed)]).toEqual([1, expect.stringContaining(String(run.child.pid))])
    run.child.kill('SIGINT')
    await run.ended
    expect((await start(place)).exitCode).toBe(1)
  })
})
