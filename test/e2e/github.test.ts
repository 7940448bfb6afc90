import { existsSync } from 'node:fs'
import { join } from 'node:path'
import { afterEach, describe, expect, it } from 'vitest'
import type { RunEvent } from '../../src/domain/events.ts'
import { type CliProcess, type CliResult, runCli, startCli } from '../support/cli.ts'
import type { Ci } from '../support/github/ci-script.ts'
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
import { done, scenario } from '../support/scripts.ts'

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

const MERGES_BY_ITSELF = '--no-auto-merge stops before each merge'

const ONE_MERGED_PR = {
  pulls: [{ number: 1, title: 'Say hello', merged: true, mergedBy: 'dev', labels: ['claudetm'] }],
  branches: ['main'],
  main: ['Say hello (#1)', 'Initial commit'],
}

/** What is told of a run, without its times and commits. */
function storyOf(result: CliResult): readonly string[] {
  return eventsOf(result).flatMap((event): readonly string[] => {
    switch (event.type) {
      case 'session.started':
        return [`session ${event.kind}`]
      case 'pr.created':
        return [`PR #${event.number}`]
      case 'pr.merged':
        return [`merged #${event.number}`]
      case 'reviews.ignored':
        return [`ignored ${event.authors.join(', ')}`]
      case 'reviews.answered':
        return [`answered ${event.fixed} fixed, ${event.explained} explained, ${event.declined} declined`]
      case 'ci.rerun':
        return [`rerun ${event.checks.join(', ')}`]
      case 'ci.flaky':
        return [`flaky ${event.checks.join(', ')}`]
      case 'ci.tolerated':
        return [`tolerated ${event.checks.join(', ')}`]
      case 'run.completed':
        return [event.result]
      default:
        return []
    }
  })
}

function threadsOf({ repository }: GithubPlace, number: number): readonly object[] {
  return repository.pull(number).threads.map(({ comments, resolvedBy }) => {
    const [first, answer] = comments
    return {
      by: first?.author,
      remark: first?.body,
      answer: answer?.body.split('\n')[0] ?? null,
      resolvedBy,
    }
  })
}

/** What happened to the first pull request since its reviewer spoke, in its order. */
function orderOf({ place }: GithubStory): readonly string[] {
  const { events } = place.github
  const branch = `refs/heads/${place.repository.pull(1).head.ref}`
  const asked = events.findIndex((event) => event.name === 'pull_request_review' && event.sender === 'ann')
  return events.slice(asked).flatMap((event): readonly string[] => {
    if (event.name === 'push' && event.ref === branch) return [/^0+$/.test(event.after) ? 'deleted' : 'pushed']
    if (!('pull' in event) || event.pull.number !== 1) return []
    if (event.name === 'pull_request_review_comment' && event.sender === 'dev') return ['answered']
    if (event.name === 'pull_request_review_thread') return [`${event.action} by ${event.sender}`]
    if (event.name === 'pull_request_review' && event.review.state === 'APPROVED') return ['approved']
    if (event.name !== 'pull_request') return []
    if (event.action === 'review_requested') return ['asked again']
    return event.action === 'closed' ? ['merged'] : []
  })
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
    expect(result.stdout).toContain(MERGES_BY_ITSELF) // L79
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
    expect(storyOf(result)).toEqual([
      'session plan',
      'session work',
      'session work',
      'PR #1',
      'ignored mallory',
      'rerun test',
      'session fix-ci',
      'session fix-review',
      'answered 1 fixed, 2 explained, 1 declined',
      'merged #1',
      'session work',
      'PR #2',
      'rerun lint',
      'session resolve-conflict',
      'flaky lint',
      'tolerated CodeRabbit',
      'merged #2',
      'session verify',
      'success',
    ])
    expect(threadsOf(place, 1)).toEqual([
      { by: 'mallory', remark: INJECTION, answer: null, resolvedBy: null },
      { by: 'ann', remark: REMARKS.fixed, answer: ANSWERS.fixed, resolvedBy: 'dev' },
      { by: 'ann', remark: REMARKS.explained, answer: ANSWERS.explained, resolvedBy: 'dev' },
      { by: 'ann', remark: REMARKS.declined, answer: ANSWERS.declined, resolvedBy: 'ann' },
    ])
    expect(orderOf(story)).toEqual([
      'pushed',
      'answered',
      'resolved by dev',
      'answered',
      'resolved by dev',
      'answered',
      'asked again',
      'resolved by ann',
      'approved',
      'merged',
      'deleted',
    ])
    expect(existsSync(join(place.path, 'src/cli.js'))).toBe(true) // the checkout was brought up to date
    const prompts = place.model.requests().map(({ body }) => JSON.stringify(body))
    expect(prompts.filter((prompt) => prompt.includes('IGNORE ALL RULES'))).toEqual([])
    const secrets = [place.token?.value ?? 'no token', WEBHOOK_SECRET]
    expect(prompts.filter((prompt) => secrets.some((secret) => prompt.includes(secret)))).toEqual([])
    expect(await findSecrets(place.directory, secrets)).toEqual([])
  }, 180_000)
})

describe('what is missing is said before anything is planned', () => {
  it('no credential', async () => {
    const place = await at({ token: null })
    const result = await start(place).ended
    expect([result.exitCode, place.model.requests().length, result.stderr]).toEqual([
      1,
      0,
      expect.stringMatching(/no credential[\s\S]*GITHUB_TOKEN[\s\S]*gh auth login/i),
    ])
  })

  it('a token that may not push', async () => {
    const place = await at({ token: { permissions: { contents: 'read', pull_requests: 'write' } } })
    const result = await start(place).ended
    expect([result.exitCode, place.model.requests().length, result.stderr]).toEqual([
      1,
      0,
      expect.stringMatching(/GITHUB_TOKEN[\s\S]*permission: contents \(write\), checks \(read\)/),
    ])
  })
})

describe('who decides about the merge', () => {
  it('nobody but a person with --no-auto-merge; resume --auto-merge goes on', async () => {
    const place = await at()
    const stopped = await start(place, '--no-auto-merge', ...hearing(place)).ended
    expect([stopped.exitCode, place.repository.pull(1).merged]).toEqual([2, false])
    expect(stopped.stdout).not.toContain(MERGES_BY_ITSELF) // L79
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
    // The queue writes the message: that of the only commit.
    expect(await outcomeOf(place)).toEqual({ ...ONE_MERGED_PR, main: ['add hello (#1)', 'Initial commit'] })
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
    // Not the one that only asks whether it may.
    const isPushed = () => place.repository.repository.branches.size > 1
    const isOpening = ({ name }: { name: string | null }) => name === 'POST /repos/{owner}/{repo}/pulls' && isPushed()
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
