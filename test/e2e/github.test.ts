import { existsSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/domain/events.ts'
import { type CliProcess, type CliResult, runCli, startCli } from '../support/cli.ts'
import type { Ci } from '../support/github/ci-script.ts'
import type { GithubEvent } from '../support/github/events.ts'
import { INJECTION, REMARKS } from '../support/github-story/people.ts'
import {
  createGithubPlace,
  type GithubPlace,
  type GithubPlaceRequest,
  WEBHOOK_SECRET,
} from '../support/github-story/place.ts'
import { ANSWERS } from '../support/github-story/scenario.ts'
import { findSecrets } from '../support/github-story/secrets.ts'
import { createGithubStory, type GithubStory } from '../support/github-story/story.ts'
import { done, scenario, WRITE_HELLO } from '../support/scripts.ts'

const open: { cleanup(): Promise<void> }[] = []
afterEach(async () => {
  for (const each of open.splice(0)) await each.cleanup()
})

/** Red as long as what was written is not what was asked for. */
const helloCi: Ci = async ({ readFile }) => {
  const text = await readFile('hello.txt')
  return [
    { name: 'ci', jobs: [{ name: 'test', outcome: text === null || text === 'hello\n' ? 'success' : 'failure' }] },
  ]
}

const FILES = {
  'README.md': '# hello\n',
  '.github/workflows/ci.yml':
    'name: ci\non: [push, pull_request, merge_group]\njobs:\n  test:\n    steps:\n      - run: ./test\n',
}

async function at(request: Partial<GithubPlaceRequest> = {}): Promise<GithubPlace> {
  const repository = { files: FILES, ci: helloCi, collaborators: { ann: 'write' as const }, ...request.repository }
  const place = await createGithubPlace({ scenario: scenario(), ...request, repository })
  open.push(place)
  return place
}

const where = ({ path: cwd, env }: GithubPlace) => ({ cwd, env })
const hearing = ({ webhookPort }: GithubPlace) => ['--webhook-port', String(webhookPort)]
const start = (place: GithubPlace, ...args: string[]) =>
  startCli(['start', 'Say hello', '--no-verify', '--json', ...args], where(place))
const resume = (place: GithubPlace, ...args: string[]) => startCli(['resume', '--json', ...args], where(place))

/** What a person sees on GitHub afterwards. */
async function outcomeOf({ repository }: GithubPlace) {
  const pulls = [...repository.repository.pulls.values()]
  return {
    pulls: pulls.map(({ number, title, merged, mergedBy, labels }) => ({ number, title, merged, mergedBy, labels })),
    branches: [...repository.repository.branches.keys()],
    main: (await repository.log('main')).map(({ message }) => message.split('\n')[0]),
  }
}

const ONE_MERGED_PR = {
  pulls: [{ number: 1, title: 'Say hello', merged: true, mergedBy: 'dev', labels: ['claudetm'] }],
  branches: ['main'],
  main: ['Say hello (#1)', 'Initial commit'],
}

function eventsOf({ stdout }: CliResult): readonly RunEvent[] {
  return stdout
    .split('\n')
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line))
}

describe('a whole life on GitHub', () => {
  it('goes from red CI, a reviewer, a flake and a conflict to two merges, and tells nobody a secret', async () => {
    const story = await createGithubStory()
    open.push(story)
    const { place, args } = story
    const result = await runCli([...args, '--json'], where(place))
    await story.settled()
    expect(story.onlooker.failures).toEqual([])
    expect([result.exitCode, result.stderr]).toEqual([0, ''])
    expect(await outcomeOf(place)).toEqual({
      pulls: [
        { number: 1, title: 'Add factorial()', merged: true, mergedBy: 'dev', labels: ['claudetm'] },
        { number: 2, title: 'Add a command line for factorial()', merged: true, mergedBy: 'dev', labels: ['claudetm'] },
      ],
      branches: ['main'],
      main: [
        'Add a command line for factorial() (#2)',
        'Say that patches are welcome',
        'Add factorial() (#1)',
        'Initial commit',
      ],
    })
    console.log(
      JSON.stringify(
        eventsOf(result)
          .filter((e) => !['agent.activity'].includes(e.type))
          .map(({ seq, at, runId, ...e }) => e),
        null,
        1,
      ),
    )
  }, 180_000)
})

describe('what is missing is said before anything is planned', () => {
  it('no credential', async () => {
    const place = await at({ token: null })
    const result = await start(place).ended
    expect([result.exitCode, place.model.requests().length, result.stderr]).toEqual([
      1,
      0,
      expect.stringMatching(/no credential[\s\S]*GITHUB_TOKEN[\s\S]*gh auth login/),
    ])
  })

  it('a token that may not push', async () => {
    const place = await at({ token: { permissions: { contents: 'read', pull_requests: 'write' } } })
    const result = await start(place).ended
    expect([result.exitCode, place.model.requests().length, result.stderr]).toEqual([
      1,
      0,
      expect.stringMatching(/contents/),
    ])
  })
})

describe('who decides about the merge', () => {
  it('nobody but a person with --no-auto-merge; resume --auto-merge goes on', async () => {
    const place = await at()
    const stopped = await start(place, '--no-auto-merge', ...hearing(place)).ended
    expect([stopped.exitCode, place.repository.pull(1).merged]).toEqual([2, false])
    expect((await resume(place, '--auto-merge').ended).exitCode).toBe(0)
    expect(await outcomeOf(place)).toEqual(ONE_MERGED_PR)
  })

  it('whoever the branch protection asks for', async () => {
    const place = await at()
    place.repository.protect('main', { approvals: 1 })
    const run = start(place, ...hearing(place))
    await printed(run, 'approv')
    expect(place.repository.pull(1)).toMatchObject({ merged: false, state: 'open' })
    place.repository.approve(1, 'ann')
    expect((await run.ended).exitCode).toBe(0)
    expect(await outcomeOf(place)).toEqual(ONE_MERGED_PR)
  })

  it('the merge queue where there is one', async () => {
    const place = await at()
    const queue = { type: 'merge_queue', method: 'squash', groupingStrategy: 'ALLGREEN' } as const
    place.repository.addRuleset({ rules: [{ ...queue, maxEntriesToBuild: 5, checkTimeoutMinutes: 60 }] })
    const result = await start(place, ...hearing(place)).ended
    expect([result.exitCode, eventsOf(result).some((event) => event.type === 'pr.scheduled')]).toEqual([0, true])
    expect(await outcomeOf(place)).toEqual(ONE_MERGED_PR)
  })

  it('merge-pr brings a pull request that a person opened from red to merged', async () => {
    const fix = { bash: "echo hello > hello.txt && git commit --quiet -am 'fix: say hello'" }
    const place = await at({ scenario: scenario({ work: [fix, done()] }) })
    const { repository } = place
    await repository.push({ by: 'ann', branch: 'hello', files: { 'hello.txt': 'hullo\n' }, message: 'say hullo' })
    await repository.openPull({ by: 'ann', head: 'hello', title: 'Say hullo', body: 'By hand.' })
    const result = await runCli(['merge-pr', '1', '--json', ...hearing(place)], where(place))
    expect(result.exitCode).toBe(0)
    expect(repository.pull(1)).toMatchObject({ title: 'Say hullo', body: 'By hand.', merged: true, mergedBy: 'dev' })
    expect(await repository.readFile('hello.txt')).toBe('hello\n')
  })
})

describe('trouble', () => {
  it('killed before a pull request opens, when it was opened and when it was merged: still one, merged once', async () => {
    const place = await at()
    const { faults } = place.github
    const isOpening = ({ name }: { name: string | null }) => name === 'POST /repos/{owner}/{repo}/pulls'
    const isMerging = ({ name }: { name: string | null }) => /merge$/i.test(name ?? '')
    const deaths = [
      { kind: 'reset', matches: isOpening },
      { kind: 'reset_after', matches: isOpening },
      { kind: 'reset_after', matches: isMerging },
    ] as const
    let life = start
    for (const death of deaths) {
      const fault = faults.add(death)
      const run = life(place, ...hearing(place))
      await Promise.race([fault.seen(), run.ended])
      run.child.kill('SIGKILL')
      expect((await run.ended).signal).toBe('SIGKILL')
      fault.remove()
      life = resume
    }
    expect((await resume(place).ended).exitCode).toBe(0)
    expect(await outcomeOf(place)).toEqual(ONE_MERGED_PR)
  })

  it('without webhooks, with 502s and rate limits on the way, it gets there', async () => {
    const place = await at()
    const { faults } = place.github
    faults.add({ kind: 'status', status: 502, times: 3, matches: ({ area }) => area === 'graphql' && isOpen(place) })
    faults.add({ kind: 'rate_limited', resetInSeconds: 1, matches: ({ area }) => area === 'graphql' && isOpen(place) })
    faults.add({ kind: 'secondary_limit', retryAfterSeconds: 1, matches: ({ name }) => /merge$/i.test(name ?? '') })
    expect((await start(place).ended).exitCode).toBe(0)
    expect(await outcomeOf(place)).toEqual(ONE_MERGED_PR)
  })
})

function isOpen({ repository }: GithubPlace): boolean {
  return repository.repository.pulls.size > 0
}

/** Resolves when the process has printed this, or has ended. */
async function printed({ child, ended }: CliProcess, text: string): Promise<void> {
  let seen = ''
  const found = new Promise<void>((resolve) => {
    child.stdout?.on('data', (chunk: Buffer) => {
      seen += chunk
      if (seen.includes(text)) resolve()
    })
  })
  await Promise.race([found, ended])
}
