/** One look at a pull request of an emulated GitHub: what it costs, what it says, and what it does not claim to know. */
import { afterEach, describe, expect, test } from 'vitest'
import type { Check, PrSnapshot } from '../../src/domain/observation.ts'
import type { TriageLookUp } from '../../src/forge/github/triaging.ts'
import { createWebhookIntake } from '../../src/forge/github/webhook-intake.ts'
import { listen } from '../../src/forge/github/webhook-listener.ts'
import type { Ci } from '../support/github/ci-script.ts'
import { BRANCH, createGithubPlace, type GithubPlace, ME, prOf, toPr } from '../support/github-place.ts'
import { createJumpingClock } from '../support/virtual-clock.ts'

const HOUR_MS = 3_600_000
const WORKFLOW = 'name: CI\non: pull_request\njobs: {}\n'

const cleanups: (() => Promise<void>)[] = []
afterEach(async () => {
  for (const cleanup of cleanups.splice(0)) await cleanup()
})

async function open(request: Parameters<typeof createGithubPlace>[0] = {}): Promise<GithubPlace> {
  const place = await createGithubPlace(request)
  cleanups.push(place.cleanup)
  return place
}

/** Workflow runs with jobs that end as told, on pull requests only. */
function ci(outcomes: Record<string, 'success' | 'failure' | 'pending' | 'skipped'>): Ci {
  const jobs = Object.entries(outcomes).map(([name, outcome]) => ({ name, outcome }))
  return ({ event }) => (event === 'pull_request' ? [{ name: 'CI', jobs }] : [])
}

function itemsOf(pr: PrSnapshot): readonly Check[] {
  if (pr.checks.kind !== 'reported') throw new Error(`no checks: ${JSON.stringify(pr.checks)}`)
  return pr.checks.items
}

describe('what it costs', () => {
  // L105 W25 W26 W27
  test('after the first look everything about a pull request is one request', async () => {
    const { openPull, read, github } = await open({ ci: ci({ build: 'success' }) })
    await openPull()
    const reading = read()
    await reading.observe(BRANCH)
    const first = github.requests.summary()
    github.requests.clear()
    await reading.observe(BRANCH)
    expect([first, github.requests.summary()]).toEqual([
      {
        'graphql Snapshot': 2,
        'GET /repos/{owner}/{repo}/rules/branches/{+branch}': 1,
        'GET /repos/{owner}/{repo}/branches/{+branch}': 1,
        'graphql ReviewBots': 1,
      },
      { 'graphql Snapshot': 1 },
    ])
  })

  test('several pull requests looked at in the same moment are one request', async () => {
    const { openPull, read, github } = await open()
    const branches = ['one', 'two', 'three']
    for (const branch of branches) await openPull({ branch, files: { [branch]: branch } })
    const reading = read()
    await Promise.all(branches.map((branch) => reading.observe(branch)))
    github.requests.clear()
    const seen = await Promise.all(branches.map((branch) => prOf(reading, branch)))
    expect([seen.map((pr) => pr.headBranch), github.requests.summary()]).toEqual([branches, { 'graphql Snapshot': 1 }])
  })

  // W25
  test('a quiet hour of waiting for several costs some fifty small requests and nothing else', async () => {
    const clock = createJumpingClock()
    const { openPull, read, github } = await open({ ci: ci({ build: 'pending' }) })
    const branches = ['one', 'two', 'three']
    for (const branch of branches) await openPull({ branch, files: { [branch]: branch } })
    const hour = new AbortController()
    const hourLater = clock.now() + HOUR_MS
    const reading = read({
      now: clock.now,
      async sleepUntil(epochMs, signal) {
        if (epochMs > hourLater) hour.abort()
        await clock.sleepUntil(epochMs, signal)
      },
    })
    const seen = await Promise.all(branches.map((branch) => prOf(reading, branch)))
    github.requests.clear()
    await Promise.allSettled(seen.map((pr) => reading.changed(pr.number, hour.signal)))
    const { 'graphql Glance': glances = 0, ...others } = github.requests.summary()
    expect(others).toEqual({})
    expect(glances).toBeGreaterThan(30)
    expect(glances).toBeLessThanOrEqual(52)
  })

  test('the rules of the target branch are read again after some minutes', async () => {
    const { openPull, read, repository, clock } = await open({ ci: ci({ build: 'success' }) })
    await openPull()
    const reading = read()
    expect(itemsOf(await prOf(reading))).toHaveLength(1)
    repository.protect('main', { requiredChecks: ['deploy'] })
    await clock.elapse(HOUR_MS)
    expect(itemsOf(await prOf(reading)).map((check) => [check.name, check.status])).toEqual([
      ['build', 'passed'],
      ['deploy', 'pending'],
    ])
  })
})

describe('which pull request', () => {
  test('none, a new one, and after it was merged the next one of the same branch', async () => {
    const { openPull, read, repository } = await open()
    const reading = read()
    expect(await reading.observe(BRANCH)).toEqual({ kind: 'none' })
    const first = await openPull()
    expect(await prOf(reading)).toMatchObject({ number: first, state: 'open', mergeCommit: null, author: ME })
    await repository.merge(first, { by: 'octo', method: 'squash' })
    expect(await prOf(reading)).toMatchObject({ number: first, state: 'merged', mergeCommit: repository.head() })
    const second = await openPull({ files: { 'second.txt': 'second\n' } })
    expect(await prOf(reading)).toMatchObject({ number: second, state: 'open' })
    expect(toPr(await reading.observeNumber(first))).toMatchObject({ number: first, state: 'merged' })
  })

  test('a merged one stays to be seen when its branch is gone, also for a new process', async () => {
    const { openPull, read, repository } = await open({ settings: { deleteBranchOnMerge: true } })
    const number = await openPull()
    await repository.merge(number, { by: 'octo', method: 'squash' })
    expect(repository.repository.branches.has(BRANCH)).toBe(false)
    for (const reading of [read(), read()]) expect(await prOf(reading)).toMatchObject({ number, state: 'merged' })
  })

  test('a number is enough; one that nobody has is none', async () => {
    const { openPull, read } = await open()
    const number = await openPull()
    const reading = read()
    expect(toPr(await reading.observeNumber(number))).toMatchObject({ number, headBranch: BRANCH, behind: false })
    expect(await reading.observeNumber(4711 as typeof number)).toEqual({ kind: 'none' })
  })

  test('what was opened is found although the list of pull requests is behind', async () => {
    const { openPull, read, github } = await open()
    const before = github.snapshot()
    const number = await openPull()
    const reading = read()
    reading.remember(BRANCH, number)
    github.faults.add({ kind: 'stale', since: before, times: 1 })
    expect(await reading.observe(BRANCH)).toEqual({ kind: 'none' }) // nothing at all is there yet
    expect(await prOf(reading)).toMatchObject({ number })
  })
})

describe('unknown is not no', () => {
  // W4 L26 L66
  test.each([
    ['a server error', { kind: 'status', status: 502, times: 9 } as const],
    ['a broken connection', { kind: 'reset', times: 9 } as const],
    ['half an answer', { kind: 'truncated', times: 9 } as const],
    ['the rate limit', { kind: 'rate_limited', times: 9 } as const],
    ['a part that failed', { kind: 'graphql_partial', nulls: ['comments'], times: 9 } as const],
    ['a list that failed', { kind: 'graphql_partial', nulls: ['b0'], times: 9 } as const],
  ])('%s is no answer', async (_, fault) => {
    const { openPull, read, github } = await open()
    const number = await openPull()
    const reading = read()
    github.faults.add(fault)
    expect(await reading.observe(BRANCH)).toEqual({ kind: 'unknown', why: expect.any(String) })
    expect(await reading.observeNumber(number)).toMatchObject({ kind: 'unknown' })
  })

  test('a token that may not see checks knows nothing about them, and the rest all the same', async () => {
    const { openPull, read, clientFor } = await open({ ci: ci({ build: 'failure' }) })
    await openPull()
    const permissions = { metadata: 'read', contents: 'read', pull_requests: 'read', statuses: 'read' } as const
    const reading = read({ client: clientFor({ permissions }) })
    expect(await prOf(reading)).toMatchObject({
      state: 'open',
      checks: { kind: 'unknown', why: expect.stringContaining('checks') },
    })
  })

  test('a repository that this token may not see is no empty one', async () => {
    const { openPull, read, clientFor } = await open({ private: true })
    await openPull()
    const reading = read({ client: clientFor({ login: 'stranger' }) })
    expect(await reading.observe(BRANCH)).toMatchObject({ kind: 'unknown' })
  })

  test('a remote that does not answer is unknown; a branch that is not there is known', async () => {
    const { openPull, read, repository, git } = await open()
    await openPull()
    const reading = read()
    expect(await reading.observePushed(BRANCH)).toEqual({ kind: 'known', head: repository.head(BRANCH) })
    expect(await reading.observePushed('other')).toEqual({ kind: 'known', head: null })
    await git.run(['remote', 'set-url', 'origin', 'http://127.0.0.1:9/octo/demo.git'])
    expect(await reading.observePushed(BRANCH)).toMatchObject({ kind: 'unknown' })
    await expect(reading.targetHead()).rejects.toMatchObject({ kind: 'git_unreachable' })
  })

  test('the target’s commit is brought here', async () => {
    const { read, repository, git } = await open()
    const reading = read()
    const pushed = await repository.push({ by: 'octo', branch: 'main', files: { 'new.txt': 'new\n' } })
    expect(await reading.targetHead()).toBe(pushed)
    expect(await git.run(['show', `${pushed}:new.txt`])).toBe('new')
    await expect(read({ targetBranch: 'gone' }).targetHead()).rejects.toMatchObject({ kind: 'branch_missing' })
  })
})

describe('checks', () => {
  test('each with what GitHub says of it, for exactly this head', async () => {
    const { openPull, read, repository } = await open({
      ci: ci({ build: 'success', lint: 'failure', docs: 'skipped', e2e: 'pending' }),
    })
    await openPull()
    repository.setStatus({
      by: 'octo',
      sha: repository.head(BRANCH),
      context: 'CodeRabbit',
      state: 'failure',
      description: 'Review rate limit exceeded',
    })
    const pr = await prOf(read())
    expect(pr.checks).toMatchObject({ kind: 'reported', head: repository.head(BRANCH), complete: true })
    expect(itemsOf(pr).map((check) => [check.name, check.status, check.required, check.description])).toEqual([
      ['build', 'passed', false, ''],
      ['lint', 'failed', false, ''],
      ['docs', 'skipped', false, ''],
      ['e2e', 'pending', false, ''],
      ['CodeRabbit', 'failed', false, 'Review rate limit exceeded'],
    ])
  })

  // L104
  test('check number 130 is seen', async () => {
    const names = Array.from({ length: 130 }, (_, at) => `check-${at}`)
    const { openPull, read } = await open({
      ci: ci({ ...Object.fromEntries(names.map((name) => [name, 'success'])), last: 'failure' }),
    })
    await openPull()
    const items = itemsOf(await prOf(read()))
    expect([items.length, items.at(-1)?.name, items.at(-1)?.status]).toEqual([131, 'last', 'failed'])
  })

  // L4 L58
  test('right after a push what GitHub still shows is about the old head, and says so', async () => {
    const { openPull, read, repository, github } = await open({ ci: ci({ build: 'success' }) })
    await openPull()
    const reading = read()
    const old = (await prOf(reading)).head
    const stale = github.faults.add({ kind: 'stale', times: 1 })
    const pushed = await repository.push({ by: ME, branch: BRANCH, files: { 'more.txt': 'more\n' } })
    await github.settled()
    expect(await prOf(reading)).toMatchObject({ head: old, checks: { head: old } })
    expect(stale.met).toBe(1)
    expect(await prOf(reading)).toMatchObject({ head: pushed, checks: { head: pushed } })
    expect(await reading.observePushed(BRANCH)).toEqual({ kind: 'known', head: pushed })
  })

  test('since when it is the head is told by its first check, and by our own first look without one', async () => {
    const { openPull, read, repository, clock } = await open()
    await openPull()
    const reading = read()
    const opened = Math.floor(clock.now() / 1000) * 1000
    await clock.elapse(HOUR_MS)
    expect((await prOf(reading)).headSince).toBe(clock.now())
    const pushed = await repository.push({ by: ME, branch: BRANCH, files: { 'more.txt': 'more\n' } })
    const reported = Math.floor(clock.now() / 1000) * 1000
    repository.createCheckRun({ app: 'some-ci', name: 'x', headSha: pushed, status: 'in_progress' })
    await clock.elapse(HOUR_MS)
    const { headSince } = await prOf(reading)
    expect([headSince, headSince > opened]).toEqual([reported, true])
  })

  test('failed checks are looked into once for each run and each target commit', async () => {
    const asked: string[] = []
    const triage: TriageLookUp = async ({ baseHead, failed }) => {
      asked.push(`${failed.map((check) => check.name)} on ${baseHead === repository.head() ? 'main' : 'old'}`)
      return new Map(failed.map((check) => [check.name, { cause: 'code', onBase: 'passed', canRerun: true }]))
    }
    const { openPull, read, repository, github } = await open({ ci: ci({ build: 'failure', lint: 'success' }) })
    await openPull()
    const reading = read({ triage })
    expect(itemsOf(await prOf(reading))).toMatchObject([
      { cause: 'code', onBase: 'passed', canRerun: true },
      { cause: 'unknown' },
    ])
    await prOf(reading)
    expect(asked).toHaveLength(1)
    await repository.rerun(repository.repository.workflowRuns[0]?.id ?? 0, ME)
    await github.settled()
    await prOf(reading)
    await repository.push({ by: 'octo', branch: 'main', files: { 'other.txt': 'other\n' } })
    await prOf(reading)
    expect(asked).toEqual(['build on main', 'build on main', 'build on main'])
    expect(reading.checksOf((await prOf(reading)).number, (await prOf(reading)).head)?.map((raw) => raw.name)).toEqual([
      'build',
      'lint',
    ])
  })
})

describe('required checks', () => {
  // L57
  test.each<[string, (place: GithubPlace) => void]>([
    [
      'classic protection',
      ({ repository }) => void repository.protect('main', { requiredChecks: ['build', 'deploy'] }),
    ],
    [
      'a ruleset',
      ({ repository }) =>
        void repository.addRuleset({
          rules: [
            {
              type: 'required_status_checks',
              checks: ['build', 'deploy'].map((context) => ({ context, appId: null })),
              strict: false,
            },
          ],
        }),
    ],
  ])(
    'what %s requires is waited for although it has not reported, with a token that is no administrator’s',
    async (_, protect) => {
      const place = await open({ ci: ci({ build: 'success', lint: 'success' }) })
      protect(place)
      await place.openPull()
      const pr = await prOf(place.read())
      expect(itemsOf(pr).map(({ name, status, required }) => [name, status, required])).toEqual([
        ['build', 'passed', true],
        ['lint', 'passed', false],
        ['deploy', 'pending', true],
      ])
      expect(pr.mergeability).toBe('blocked')
    },
  )

  // W20
  test('a plan without protection, and a token that may not ask, stop nothing', async () => {
    const { openPull, read, github } = await open({
      private: true,
      protectionAvailable: false,
      ci: ci({ build: 'success' }),
    })
    await openPull()
    github.faults.add({ kind: 'status', status: 403, times: 9, matches: ({ path }) => path.includes('/branches/main') })
    expect(itemsOf(await prOf(read()))).toMatchObject([{ name: 'build', status: 'passed', required: false }])
  })
})

describe('no checks at all', () => {
  const none = { kind: 'none_configured' }
  const notYet = { kind: 'reported', items: [] }

  test('nothing that could report: known, and asked only once', async () => {
    const { openPull, read, github } = await open()
    await openPull()
    const reading = read()
    expect((await prOf(reading)).checks).toEqual(none)
    github.requests.clear()
    expect((await prOf(reading)).checks).toEqual(none)
    expect(github.requests.summary()).toEqual({ 'graphql Snapshot': 1 })
  })

  // L56 L57
  test.each<[string, Record<string, string>, object]>([
    ['a workflow that starts for it', { '.github/workflows/ci.yml': WORKFLOW }, notYet],
    ['one that nobody can read', { '.github/workflows/ci.yaml': '{{{' }, notYet],
    ['one for other occasions', { '.github/workflows/nightly.yml': 'on: schedule\njobs: {}\n' }, none],
    ['one for other paths', { '.github/workflows/docs.yml': "on:\n  pull_request:\n    paths: ['docs/**']\n" }, none],
    ['one for these paths', { '.github/workflows/docs.yml': "on:\n  pull_request:\n    paths: ['**.txt']\n" }, notYet],
    ['one that is not in the folder', { '.github/workflows/old/ci.yml': WORKFLOW, 'ci.yml': WORKFLOW }, none],
  ])('%s', async (_, files, expected) => {
    const { openPull, read } = await open({ files: { 'README.md': 'x', ...files } })
    await openPull()
    expect((await prOf(read())).checks).toMatchObject(expected)
  })

  test('a workflow of the target branch counts, and one of the head', async () => {
    const { openPull, read, repository } = await open()
    await openPull()
    await repository.push({ by: 'octo', branch: 'main', files: { '.github/workflows/ci.yml': WORKFLOW } })
    expect((await prOf(read())).checks).toMatchObject(notYet)
    const other = await open()
    await other.openPull({ files: { '.github/workflows/ci.yml': WORKFLOW } })
    expect((await prOf(other.read())).checks).toMatchObject(notYet)
  })

  test('another app that reports on the target branch may report here', async () => {
    const { openPull, read, repository } = await open()
    repository.setStatus({ by: 'octo', sha: repository.head(), context: 'ci/other', state: 'success' })
    await repository.push({ by: 'octo', branch: 'main', files: { 'newest.txt': 'too young to be reported on\n' } })
    await openPull()
    expect((await prOf(read())).checks).toMatchObject(notYet)
  })

  test('a look-up that failed is no absence', async () => {
    const { openPull, read, github } = await open()
    await openPull()
    github.faults.add({ kind: 'status', status: 502, times: 9, matches: ({ name }) => name === 'graphql CiPresence' })
    expect(await read().observe(BRANCH)).toMatchObject({ kind: 'unknown' })
    github.faults.clear()
    github.faults.add({
      kind: 'status',
      status: 404,
      times: 9,
      matches: ({ path }) => path.includes('/rules/branches/'),
    })
    expect((await prOf(read())).checks).toMatchObject(notYet)
  })
})

describe('may it merge', () => {
  async function look(
    prepare: (place: GithubPlace, number: Parameters<GithubPlace['repository']['pull']>[0]) => unknown,
    request: Parameters<typeof open>[0] = {},
  ) {
    const place = await open(request)
    const number = await place.openPull()
    await prepare(place, number)
    return prOf(place.read())
  }
  const moveMain = ({ repository }: GithubPlace, files: Record<string, string> = { 'other.txt': 'other\n' }) =>
    repository.push({ by: 'octo', branch: 'main', files })

  test('clean', async () => {
    expect(await look(() => {})).toMatchObject({
      mergeability: 'clean',
      behind: false,
      mustBeUpToDate: false,
      awaits: [],
    })
  })

  // L72
  test('behind, where nobody minds', async () => {
    expect(await look((place) => moveMain(place))).toMatchObject({
      mergeability: 'behind',
      behind: true,
      mustBeUpToDate: false,
    })
  })

  test('behind, where it must be up to date', async () => {
    const pr = await look((place) => {
      place.repository.protect('main', { strict: true })
      return moveMain(place)
    })
    expect(pr).toMatchObject({ mergeability: 'behind', behind: true, mustBeUpToDate: true })
  })

  // L71
  test('in conflict', async () => {
    expect(await look((place) => moveMain(place, { 'greeting.txt': 'good morning\n' }))).toMatchObject({
      mergeability: 'conflicting',
    })
  })

  // L70
  test('not known yet', async () => {
    const pr = await look(({ github }) => github.faults.add({ kind: 'stale', what: 'mergeability', times: 9 }))
    expect(pr).toMatchObject({ mergeability: 'unknown' })
  })

  test('held by a missing review, and by one that asks for changes', async () => {
    const rule = {
      type: 'pull_request',
      approvals: 1,
      resolveThreads: false,
      dismissStale: false,
      codeOwners: false,
      methods: null,
    } as const
    const pr = await look(({ repository }) => repository.addRuleset({ rules: [rule] }))
    expect(pr).toMatchObject({ mergeability: 'blocked', awaits: ['an approving review'] })
    const asked = await look(({ repository }, number) => {
      repository.addRuleset({ rules: [rule] })
      repository.requestChanges(number, 'writer')
    })
    expect(asked).toMatchObject({ mergeability: 'blocked', awaits: ['another review by who asked for changes'] })
  })

  test.each(['protection', 'ruleset'])('held by an open conversation (%s)', async (kind) => {
    const rule = {
      type: 'pull_request',
      approvals: 0,
      resolveThreads: true,
      dismissStale: false,
      codeOwners: false,
      methods: null,
    } as const
    const pr = await look(({ repository }, number) => {
      if (kind === 'ruleset') repository.addRuleset({ rules: [rule] })
      else repository.protect('main', { requireConversationResolution: true })
      repository.addThread(number, { by: 'writer', body: 'why?', path: 'greeting.txt', line: 1 })
    })
    expect(pr).toMatchObject({ mergeability: 'blocked', awaits: ['every conversation to be resolved'] })
  })

  test('a draft is a draft', async () => {
    const { openPull, read } = await open()
    await openPull({ draft: true })
    expect(await prOf(read())).toMatchObject({ draft: true, mergeability: 'clean' })
  })

  // L53 W17
  test('scheduled is not merged: auto-merge', async () => {
    const place = await open({ settings: { allowAutoMerge: true }, ci: ci({ build: 'pending' }) })
    place.repository.protect('main', { requiredChecks: ['build'] })
    const number = await place.openPull()
    expect(await prOf(place.read())).toMatchObject({ canSchedule: 'auto_merge', mergeScheduled: null })
    await place.repository.enableAutoMerge(number, { by: ME, method: 'squash' })
    expect(await prOf(place.read())).toMatchObject({ state: 'open', mergeScheduled: 'auto_merge' })
  })

  test('scheduled is not merged: the queue', async () => {
    const place = await open({ settings: { mergeQueue: 'manual' } })
    const queue = {
      method: 'squash',
      groupingStrategy: 'ALLGREEN',
      maxEntriesToBuild: 5,
      checkTimeoutMinutes: 60,
    } as const
    place.repository.addRuleset({ rules: [{ type: 'merge_queue', ...queue }] })
    const number = await place.openPull()
    expect(await prOf(place.read())).toMatchObject({ canSchedule: 'queue', mergeScheduled: null })
    await place.repository.enqueue(number, { by: ME })
    expect(await prOf(place.read())).toMatchObject({ state: 'open', mergeScheduled: 'queue' })
  })
})

describe('news', () => {
  async function waiting(request: Parameters<typeof open>[0] = {}) {
    const place = await open(request)
    const number = await place.openPull()
    const reading = place.read(createJumpingClock())
    await reading.observe(BRANCH)
    return { ...place, number, reading, changed: reading.changed(number, AbortSignal.timeout(20_000)) }
  }

  test.each<[string, (place: Awaited<ReturnType<typeof waiting>>) => unknown]>([
    ['a check that ended', ({ repository }) => repository.finishCheck({ name: 'build', conclusion: 'success' })],
    ['a push', ({ repository }) => repository.push({ by: ME, branch: BRANCH, files: { 'more.txt': 'more\n' } })],
    ['a review', ({ repository, number }) => repository.approve(number, 'writer')],
    ['a comment', ({ repository, number }) => repository.comment(number, 'reader', 'hello')],
    [
      'a thread',
      ({ repository, number }) =>
        repository.addThread(number, { by: 'writer', body: 'why?', path: 'greeting.txt', line: 1 }),
    ],
    ['a merge by somebody', ({ repository, number }) => repository.merge(number, { by: 'octo', method: 'squash' })],
    [
      'the target moving on',
      ({ repository }) => repository.push({ by: 'octo', branch: 'main', files: { 'x.txt': 'x\n' } }),
    ],
    [
      'the target’s own checks',
      ({ repository }) => repository.setStatus({ by: 'octo', sha: repository.head(), context: 'ci', state: 'failure' }),
    ],
  ])('%s wakes who waits', async (_, happen) => {
    const place = await waiting({ ci: ci({ build: 'pending' }) })
    await happen(place)
    await place.changed
  })

  test('a thread that is resolved wakes as well', async () => {
    const place = await open()
    const number = await place.openPull()
    const thread = place.repository.addThread(number, { by: 'writer', body: 'why?', path: 'greeting.txt', line: 1 })
    const reading = place.read(createJumpingClock())
    await reading.observe(BRANCH)
    const changed = reading.changed(number, AbortSignal.timeout(20_000))
    place.repository.resolveThread(number, thread, 'writer')
    await changed
  })

  // L60
  test('a webhook wakes at once, without a poll', async () => {
    const place = await open({ ci: ci({ build: 'pending' }) })
    const intake = createWebhookIntake({ secret: 'shared' })
    const listener = await listen({ host: '127.0.0.1', port: 0, intake })
    cleanups.unshift(listener.close)
    const number = await place.openPull()
    const reading = place.read({ intake }) // its time stands still: no poll ever comes
    await reading.observe(BRANCH)
    place.repository.addWebhook({ url: listener.url, secret: 'shared', events: ['*'] })
    place.github.requests.clear()
    const changed = reading.changed(number, AbortSignal.timeout(20_000))
    place.repository.finishCheck({ name: 'build', conclusion: 'success' })
    await changed
    expect(place.github.requests.summary()).toEqual({})
  })

  test('deliveries that are held back, doubled and turned around only wake', async () => {
    const place = await open({ ci: ci({ build: 'pending' }) })
    const intake = createWebhookIntake({ secret: 'shared' })
    const listener = await listen({ host: '127.0.0.1', port: 0, intake })
    cleanups.unshift(listener.close)
    const number = await place.openPull()
    const reading = place.read({ intake })
    place.repository.addWebhook({ url: listener.url, secret: 'shared', events: ['*'] })
    place.github.deliveries.hold()
    place.repository.finishCheck({ name: 'build', conclusion: 'failure' })
    place.repository.comment(number, 'writer', 'hm')
    await place.github.settled()
    const seen = await prOf(reading)
    await place.github.deliveries.release((held) => [...held].reverse().flatMap((each) => [each, each]))
    await place.github.settled()
    await reading.changed(number, AbortSignal.timeout(20_000))
    const { headSince: _, ...after } = await prOf(reading)
    expect(seen).toMatchObject(after)
  })
})
