/** What CI did on an emulated GitHub: starting it again, its logs, its runs. */
import { readFile } from 'node:fs/promises'
import { describe, expect, test } from 'vitest'
import type { CheckLog } from '../../src/forge/forge.ts'
import { failingPart } from '../../src/forge/github/actions-jobs.ts'
import type { Ci, ScriptedCi, ScriptedJob } from '../support/github/ci-script.ts'
import { called, headOf, openPlace, refusal } from '../support/github-acts.ts'
import { BRANCH, type GithubPlace, ME } from '../support/github-place.ts'

const isRerunning = called('POST /repos/{owner}/{repo}/actions/runs/{run_id}/rerun-failed-jobs')
const WITHOUT_ACTIONS = {
  metadata: 'read',
  contents: 'write',
  pull_requests: 'write',
  checks: 'read',
  statuses: 'read',
} as const

/** CI of pull requests; `again` is how its jobs end when they are run again. */
function ciOf(jobs: readonly ScriptedJob[], again: readonly ScriptedJob[] = jobs): Ci {
  return ({ event, attempt }) => (event === 'pull_request' ? [{ name: 'CI', jobs: attempt === 1 ? jobs : again }] : [])
}

async function opened(ci: Ci) {
  const place = await openPlace({ ci })
  const number = await place.openPull()
  return { place, number, head: headOf(place), forge: place.forge() }
}

function attempts({ repository }: GithubPlace): readonly number[] {
  return repository.repository.workflowRuns.map(({ attempt }) => attempt)
}

describe('running again', () => {
  const red: ScriptedJob = { name: 'test', outcome: 'failure' }
  const slow: ScriptedJob = { name: 'test', outcome: 'pending' }

  // L68
  test('once, also when it is asked for twice, or was by somebody else', async () => {
    const { place, number, head, forge } = await opened(ciOf([red], [slow]))
    await forge.observe(BRANCH)
    const again = () => forge.rerun(number, head, ['test'])
    expect([await Promise.all([again(), again()]), await again()]).toEqual([
      [{ kind: 'started' }, { kind: 'started' }],
      { kind: 'started' },
    ])
    expect(attempts(place)).toEqual([2])
  })

  // L68
  test.each([
    ['and runs', slow],
    ['and is over by now', red],
  ] as const)('a request whose answer was lost has started it, %s', async (_, job) => {
    const { place, number, head, forge } = await opened(ciOf([red], [job]))
    place.github.faults.add({ kind: 'reset_after', matches: isRerunning })
    expect(await forge.rerun(number, head, ['test'])).toEqual({ kind: 'started' })
    expect([attempts(place), place.github.requests.count(isRerunning)]).toEqual([[2], 1])
  })

  // L26
  test('a request that did not arrive is not taken for started', async () => {
    const { place, number, head, forge } = await opened(ciOf([red], [slow]))
    place.github.faults.add({ kind: 'reset', matches: isRerunning })
    await expect(forge.rerun(number, head, ['test'])).rejects.toMatchObject({ kind: 'forge_unreachable' })
    expect(await forge.rerun(number, head, ['test'])).toEqual({ kind: 'started' })
    expect(attempts(place)).toEqual([2])
  })

  test('each run that failed, one request for all of its jobs', async () => {
    const { place, number, head, forge } = await opened(({ event }) =>
      event === 'pull_request'
        ? [
            { name: 'CI', jobs: [red, { name: 'lint', outcome: 'failure' }, { name: 'docs', outcome: 'success' }] },
            { name: 'E2E', jobs: [{ name: 'browsers', outcome: 'failure' }] },
          ]
        : [],
    )
    await forge.rerun(number, head, ['test', 'lint', 'browsers'])
    expect([place.github.requests.count(isRerunning), attempts(place)]).toEqual([2, [2, 2]])
  })

  // L65
  test('a job that no runner took is run again like any other', async () => {
    const { place, number, head, forge } = await opened(
      ciOf([{ ...red, steps: [] }], [{ name: 'test', outcome: 'success' }]),
    )
    expect(await forge.rerun(number, head, ['test'])).toEqual({ kind: 'started' })
    await place.github.settled()
    expect(await forge.observe(BRANCH)).toMatchObject({ pr: { checks: { items: [{ status: 'passed' }] } } })
  })

  test('what another app reports only that app runs again; together with a job, the job is run', async () => {
    const { place, number, head, forge } = await opened(({ event }): readonly ScriptedCi[] =>
      event === 'pull_request'
        ? [
            { name: 'CI', jobs: [red] },
            { kind: 'app', app: 'some-ci', checks: [{ name: 'remote', outcome: 'failure' }] },
            { kind: 'status', context: 'ci/old', state: 'failure' },
          ]
        : [],
    )
    for (const names of [['remote'], ['ci/old'], ['remote', 'ci/old']]) {
      expect(await forge.rerun(number, head, names)).toMatchObject({ kind: 'impossible' })
    }
    expect(place.github.requests.count(isRerunning)).toBe(0)
    expect(await forge.rerun(number, head, ['remote', 'test'])).toEqual({ kind: 'started' })
  })

  test('what still runs is under way, what passed cannot, and what is not there neither', async () => {
    const { number, head, forge } = await opened(ciOf([slow, { name: 'lint', outcome: 'success' }]))
    expect([
      await forge.rerun(number, head, ['test']),
      await forge.rerun(number, head, ['lint']),
      await forge.rerun(number, head, ['other']),
    ]).toEqual([
      { kind: 'started' },
      { kind: 'impossible', why: 'what is asked for has not failed' },
      { kind: 'impossible', why: 'there is no check other' },
    ])
  })

  test('a run that cannot be run again says why', async () => {
    const { place, number, head, forge } = await opened(ciOf([red]))
    place.github.faults.add({ ...refusal(403, 'This workflow run cannot be retried'), matches: isRerunning })
    expect(await forge.rerun(number, head, ['test'])).toEqual({
      kind: 'impossible',
      why: expect.stringContaining('cannot be retried'),
    })
  })

  // L66
  test.each(['read', null] as const)(
    'a token with the permission %s for Actions cannot, and that is no end',
    async (actions) => {
      const { place, number, head } = await opened(ciOf([red]))
      const permissions = { ...WITHOUT_ACTIONS, ...(actions && { actions }) }
      const forge = place.forge({ client: place.clientFor({ permissions }) })
      expect(await forge.rerun(number, head, ['test'])).toMatchObject({ kind: 'impossible' })
    },
  )

  test('a token that may write Actions and not read them again is still refused, not thrown', async () => {
    const { place, number, head, forge } = await opened(ciOf([red]))
    place.github.faults.add({ ...refusal(403, 'Must have admin rights'), matches: isRerunning })
    place.github.faults.add({
      ...refusal(403, 'Resource not accessible by integration'),
      times: 9,
      matches: called('GET /repos/{owner}/{repo}/actions/runs/{run_id}'),
    })
    expect(await forge.rerun(number, head, ['test'])).toEqual({
      kind: 'impossible',
      why: expect.stringContaining('Must have admin rights'),
    })
  })

  // L66
  test('while nobody can be asked, nothing is "not there"', async () => {
    const { place, number, head, forge } = await opened(ciOf([red]))
    place.github.faults.add({ kind: 'status', status: 502, times: 9, matches: ({ area }) => area === 'graphql' })
    await expect(forge.rerun(number, head, ['test'])).rejects.toMatchObject({ kind: 'forge_unreachable' })
    await expect(forge.failureLogs(number, head, 100)).rejects.toMatchObject({ kind: 'forge_unreachable' })
  })
})

describe('logs of what failed', () => {
  const LONG = `${'\u001b[32mok\u001b[0m one of many\n'.repeat(500)}\u001b[31mexpected 1 to be 2\u001b[0m\n`
  const failing: ScriptedJob = {
    name: 'test',
    outcome: 'failure',
    steps: [{ name: 'Set up job' }, { name: 'Run npm test', log: LONG }],
  }

  async function logsOf(ci: Ci, maxChars = 200) {
    const all = await opened(ci)
    const logs = await all.forge.failureLogs(all.number, all.head, maxChars)
    return { ...all, logs, log: logs[0] as CheckLog }
  }

  // L111 L112
  test('the end is told, the whole is a file, both without escapes', async () => {
    const { log, logs, place } = await logsOf(ciOf([failing]))
    expect([logs.length, log.check, log.tail.length <= 200]).toEqual([1, 'test', true])
    expect(log.tail).toMatch(/expected 1 to be 2\n##\[error\]Process completed with exit code 1\.\n$/)
    const file = await readFile(log.file ?? '', 'utf8')
    expect(log.file?.startsWith(place.local.directory)).toBe(true)
    expect([file.match(/ok one of many/g)?.length, file.includes('\u001b'), file.includes('Z ok')]).toEqual([
      500,
      false,
      false,
    ])
  })

  // L108 L109
  test('of each check that failed and of no other, in files of their own', async () => {
    const jobs: readonly ScriptedJob[] = [
      { ...failing, steps: [{ name: 'Run', log: 'this one failed' }] },
      { name: 'docs', outcome: 'success', steps: [{ name: 'Run', log: 'this one passed' }] },
      { name: 'lint / ts', outcome: 'timed_out', steps: [{ name: 'Run', log: 'this one took too long' }] },
      { name: 'lint-ts', outcome: 'failure', steps: [{ name: 'Run', log: 'this one failed too' }] },
    ]
    const { logs } = await logsOf(({ event }) =>
      event === 'pull_request'
        ? [
            { name: 'CI', jobs },
            {
              name: 'E2E',
              jobs: [{ name: 'browsers', outcome: 'failure', steps: [{ name: 'Run', log: 'no browser' }] }],
            },
          ]
        : [],
    )
    expect(logs.map(({ check, tail }) => `${check}: ${tail.split('\n')[2]}`)).toEqual([
      'test: this one failed',
      'lint / ts: this one took too long',
      'lint-ts: this one failed too',
      'browsers: no browser',
    ])
    expect(new Set(logs.map(({ file }) => file)).size).toBe(4)
  })

  // L109
  test('of a job on the second page of a long list', async () => {
    const many = Array.from({ length: 120 }, (_, at): ScriptedJob => ({ name: `job-${at}`, outcome: 'success' }))
    const { logs } = await logsOf(ciOf([...many, failing]))
    expect(logs.map(({ check }) => check)).toEqual(['test'])
  })

  // L113
  test('a job that never ran has none, which is no error', async () => {
    const { logs } = await logsOf(ciOf([{ ...failing, steps: [] }]))
    expect(logs).toEqual([{ check: 'test', tail: '', file: null }])
  })

  test('what a check says about lines is at the end of its log, few and short', async () => {
    const annotations = Array.from({ length: 30 }, (_, at) => ({
      path: 'src/a.ts',
      startLine: at,
      message: 'is no number '.repeat(100),
    }))
    const { log } = await logsOf(ciOf([{ ...failing, annotations }]), 8_000)
    expect(log.tail).toMatch(/expected 1 to be 2\n##\[error\].*\nsrc\/a\.ts:0: is no number /)
    expect([log.tail.match(/^src/gm)?.length, log.tail.split('\n').at(-2)?.length]).toEqual([10, 312])
  })

  test('what a check says about lines comes with it, and a status has its words', async () => {
    const annotations = [
      { path: 'src/a.ts', startLine: 7, message: 'is not a number', title: 'TS2322' },
      { path: 'src/b.ts', startLine: 1, message: 'is missing' },
    ]
    const { logs } = await logsOf(({ event }): readonly ScriptedCi[] =>
      event === 'pull_request'
        ? [
            {
              kind: 'app',
              app: 'some-ci',
              checks: [{ name: 'types', outcome: 'failure', title: '2 problems', annotations }],
            },
            { kind: 'status', context: 'ci/old', state: 'failure', description: 'Build 12 is broken' },
            { kind: 'status', context: 'ci/mute', state: 'failure' },
          ]
        : [],
    )
    expect(logs.map(({ tail }) => tail)).toEqual([
      'types: 2 problems\nsrc/a.ts:7: TS2322: is not a number\nsrc/b.ts:1: is missing\n',
      'ci/old: Build 12 is broken\n',
      '',
    ])
  })

  // L66
  test('a token that may not read Actions gets what the check itself says', async () => {
    const annotations = [{ path: 'src/a.ts', startLine: 7, message: 'is not a number' }]
    const { place, number, head } = await opened(ciOf([{ ...failing, annotations }]))
    const forge = place.forge({ client: place.clientFor({ permissions: WITHOUT_ACTIONS }) })
    expect(await forge.failureLogs(number, head, 200)).toMatchObject([
      { check: 'test', tail: 'src/a.ts:7: is not a number\n' },
    ])
    place.github.faults.add({
      ...refusal(403, 'Resource not accessible'),
      times: 9,
      matches: ({ path }) => path.includes('/logs'),
    })
    expect(await place.forge().failureLogs(number, head, 200)).toMatchObject([
      { tail: 'src/a.ts:7: is not a number\n' },
    ])
  })

  // L66 L110
  test('what cannot be fetched now is thrown, and a log of before is kept', async () => {
    const { place, number, head, forge, log } = await logsOf(ciOf([failing]))
    place.github.faults.add({ kind: 'status', status: 502, times: 9, matches: ({ path }) => path.includes('/logs') })
    await expect(forge.failureLogs(number, head, 200)).rejects.toMatchObject({ kind: 'forge_unreachable' })
    expect(await readFile(log.file ?? '', 'utf8')).toContain('expected 1 to be 2')
  })

  // L4
  test('of a head that is not the head any more there are none', async () => {
    const { place, number, head, forge } = await opened(ciOf([failing]))
    await place.repository.push({ by: ME, branch: BRANCH, files: { 'more.txt': 'more\n' } })
    await place.github.settled()
    expect(await forge.failureLogs(number, head, 200)).toEqual([])
  })
})

describe('the part of a log that failed', () => {
  const step = (name: string, conclusion: string | null, from: number | null, to: number | null) => ({
    name,
    number: 1,
    conclusion,
    started_at: from === null ? null : at(from),
    completed_at: to === null ? null : at(to),
  })
  const at = (second: number) => Date.UTC(2026, 0, 1, 12, 0, second)
  const line = (second: number, text: string) => `2026-01-01T12:00:${String(second).padStart(2, '0')}.1234567Z ${text}`

  // L111 L118
  test('is that of the step, whatever words are before and after', () => {
    const steps = [step('Set up job', 'success', 0, 2), step('Test', 'failure', 3, 5), step('Post', 'success', 6, 9)]
    const log = [
      line(1, 'ERROR: 0 failed, 1 XFAIL'),
      line(3, 'test'),
      line(5, 'red'),
      '  at a.ts:1',
      line(7, 'clean up'),
    ]
    expect(failingPart(log.join('\n'), { steps })).toBe('test\nred\n  at a.ts:1')
  })

  test('keeps lines that a progress bar wrote over, and those after a byte order mark', () => {
    const steps = [step('Set up job', 'success', 0, 2), step('Test', 'failure', 3, null)]
    const log = [`\ufeff${line(1, 'set up')}`, line(3, '10 %\r20 %\r'), line(4, 'red\u2028line')].join('\r\n')
    expect(failingPart(log, { steps })).toBe('10 %\r20 %\r\r\nred\u2028line')
  })

  test('is all of it when no step can be told apart', () => {
    const log = [line(1, 'one'), line(2, 'two')].join('\n')
    expect(failingPart(log, { steps: [] })).toBe('one\ntwo')
    expect(failingPart(log, { steps: [step('Test', 'failure', null, null)] })).toBe('one\ntwo')
    expect(failingPart('no times\nat all', { steps: [step('Test', 'failure', 3, 5)] })).toBe('no times\nat all')
  })
})

describe('runs', () => {
  const jobs: readonly ScriptedJob[] = [
    { name: 'test', outcome: 'failure' },
    { name: 'docs', outcome: 'success' },
    { name: 'deploy', outcome: 'skipped' },
  ]

  async function listed() {
    const { place, number, forge } = await opened(ciOf(jobs, [{ name: 'test', outcome: 'pending' }]))
    const runs = () => forge.ciRuns?.({ runId: null, branch: BRANCH, limit: 20 })
    return { place, number, forge, runs }
  }

  test('of a branch, newest first, of no other, and not more than asked for', async () => {
    const { place, forge, runs } = await listed()
    await place.clock.elapse(60_000)
    await place.repository.push({ by: ME, branch: BRANCH, files: { 'more.txt': 'more\n' } })
    await place.openPull({ branch: 'other', files: { 'other.txt': 'other\n' } })
    await place.github.settled()
    expect(await runs()).toMatchObject([
      {
        name: 'CI',
        branch: BRANCH,
        head: headOf(place),
        event: 'pull_request',
        attempt: 1,
        status: 'failed',
        jobs: [],
      },
      { name: 'CI', branch: BRANCH, status: 'failed', conclusion: 'failure', durationMs: 0 },
    ])
    expect(await forge.ciRuns?.({ runId: null, branch: BRANCH, limit: 1 })).toMatchObject([{ head: headOf(place) }])
    expect(await forge.ciRuns?.({ runId: null, branch: null, limit: 20 })).toHaveLength(3)
    expect(await forge.ciRuns?.({ runId: null, branch: 'nothing-here', limit: 20 })).toEqual([])
  })

  test('one by its number, with the jobs of its newest attempt', async () => {
    const { place, number, forge, runs } = await listed()
    const [run] = (await runs()) ?? []
    const one = () => forge.ciRuns?.({ runId: run?.id ?? 0, branch: null, limit: 1 })
    expect(await one()).toMatchObject([
      {
        status: 'failed',
        jobs: [
          { name: 'test', status: 'failed', conclusion: 'failure', url: expect.stringContaining('/job/') },
          { name: 'docs', status: 'passed' },
          { name: 'deploy', status: 'skipped' },
        ],
      },
    ])
    await forge.rerun(number, headOf(place), ['test'])
    await place.github.settled()
    expect(await one()).toMatchObject([
      { attempt: 2, status: 'pending', conclusion: null, durationMs: null, jobs: [{ status: 'pending' }, {}, {}] },
    ])
  })

  test('a run without jobs is one that could not start', async () => {
    const { forge } = await opened(ciOf([]))
    expect(await forge.ciRuns?.({ runId: null, branch: BRANCH, limit: 5 })).toMatchObject([
      { status: 'failed', conclusion: 'startup_failure' },
    ])
  })

  test('a number that nobody has is none', async () => {
    const { forge } = await listed()
    expect(await forge.ciRuns?.({ runId: 4711, branch: null, limit: 1 })).toEqual([])
  })
})
