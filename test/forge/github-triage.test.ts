/** Why a check of an emulated GitHub is red, before anybody is paid to mend it. */
import { describe, expect, test } from 'vitest'
import type { Check } from '../../src/domain/observation.ts'
import type { Ci, ScriptedCi, ScriptedJob } from '../support/github/ci-script.ts'
import type { CheckConclusion } from '../support/github/model.ts'
import { called, openPlace } from '../support/github-acts.ts'
import { type GithubPlace, ME, prOf } from '../support/github-place.ts'

const SETUP = { name: 'Set up job' }
const RUN = { name: 'Run npm test' }

function jobOf(job: Partial<ScriptedJob>): Ci {
  return ({ event }) =>
    event === 'pull_request' ? [{ name: 'CI', jobs: [{ name: 'test', outcome: 'failure', ...job }] }] : []
}

async function checksOf(place: GithubPlace, forge = place.forge()): Promise<readonly Check[]> {
  const { checks } = await prOf(forge)
  if (checks.kind !== 'reported') throw new Error(`no checks: ${JSON.stringify(checks)}`)
  return checks.items
}

async function checkOf(ci: Ci): Promise<Check | undefined> {
  const place = await openPlace({ ci })
  await place.openPull()
  return (await checksOf(place))[0]
}

describe('whose fault', () => {
  // L65 W9
  test.each<[string, Partial<ScriptedJob>, Check['cause']]>([
    ['a step of the project that failed', { steps: [SETUP, RUN] }, 'code'],
    [
      'a step that failed before others',
      { steps: [SETUP, { ...RUN, conclusion: 'failure' }, { name: 'Upload' }] },
      'code',
    ],
    ['a job that took too long', { outcome: 'timed_out', steps: [SETUP, RUN] }, 'code'],
    [
      'a job that took too long within a step',
      { outcome: 'timed_out', steps: [SETUP, { ...RUN, conclusion: 'cancelled' }] },
      'code',
    ],
    ['a job that no runner took', { steps: [] }, 'infrastructure'],
    ['a job that waited too long for a runner', { outcome: 'timed_out', steps: [] }, 'infrastructure'],
    ['a runner that was lost', { steps: [SETUP, { ...RUN, conclusion: 'cancelled' }] }, 'infrastructure'],
    ['a job that could not be set up', { steps: [{ ...SETUP, conclusion: 'failure' }, RUN] }, 'infrastructure'],
    [
      'containers that did not start',
      { steps: [SETUP, { name: 'Initialize containers', conclusion: 'failure' }, RUN] },
      'infrastructure',
    ],
    ['a run that was cancelled', { outcome: 'cancelled', steps: [SETUP, RUN] }, 'infrastructure'],
    ['a run that a person has to approve', { outcome: 'action_required' }, 'approval'],
    ['a run that GitHub gave up', { outcome: 'stale' }, 'infrastructure'],
    ['a run that could not start', { outcome: 'startup_failure' }, 'infrastructure'],
  ])('%s', async (_, job, cause) => {
    expect(await checkOf(jobOf(job))).toMatchObject({ status: 'failed', cause })
  })

  // L65
  test.each([
    'The job was not started because recent account payments have failed or your spending limit needs to be increased.',
    'The job was not started because your account is locked due to a billing issue.',
    'You have used all of the minutes quota of this account.',
  ])('the account: %s', async (message) => {
    const annotations = [{ path: '.github', startLine: 1, message }]
    expect(await checkOf(jobOf({ steps: [], annotations }))).toMatchObject({ cause: 'account', canRerun: false })
  })

  test('what a failing test says about billing is no word of GitHub’s', async () => {
    const annotations = [{ path: 'billing.test.js', startLine: 1, message: 'billing: expected 1 to be 2' }]
    expect(await checkOf(jobOf({ steps: [SETUP, RUN], annotations }))).toMatchObject({ cause: 'code' })
  })

  test('of another app’s check, and of a status, nobody knows more than that they are red', async () => {
    const place = await openPlace({
      ci: ({ event }): readonly ScriptedCi[] =>
        event === 'pull_request'
          ? [
              { kind: 'app', app: 'some-ci', checks: [{ name: 'remote', outcome: 'failure' }] },
              { kind: 'status', context: 'ci/old', state: 'failure' },
            ]
          : [],
    })
    await place.openPull()
    place.github.requests.clear()
    expect(await checksOf(place)).toMatchObject([
      { name: 'remote', cause: 'code', canRerun: false },
      { name: 'ci/old', cause: 'code', canRerun: false },
    ])
    expect(place.github.requests.count(called('GET /repos/{owner}/{repo}/actions/jobs/{job_id}'))).toBe(0)
  })

  // L66
  test('a token that may not read Actions takes it for the code’s fault, and everything else is known', async () => {
    const place = await openPlace({ ci: jobOf({ steps: [] }) })
    await place.openPull()
    const client = place.clientFor({
      permissions: { metadata: 'read', contents: 'write', pull_requests: 'write', checks: 'read', statuses: 'read' },
    })
    expect(await checksOf(place, place.forge({ client }))).toMatchObject([{ status: 'failed', cause: 'code' }])
  })

  // L66
  test('a job that cannot be read now makes the look an unknown one, and the next one asks again', async () => {
    const place = await openPlace({ ci: jobOf({ steps: [] }) })
    await place.openPull()
    const forge = place.forge()
    place.github.faults.add({ kind: 'status', status: 502, times: 3, matches: ({ path }) => path.includes('/jobs/') })
    expect(await forge.observe('claudetm/20260101-120000/g1')).toMatchObject({ kind: 'unknown' })
    expect(await checksOf(place, forge)).toMatchObject([{ cause: 'infrastructure' }])
  })
})

describe('the target branch', () => {
  /** What its checks say on the target branch and on the pull request. */
  function both(onBase: CheckConclusion | 'pending' | null, event: 'push' | 'pull_request' = 'pull_request'): Ci {
    return ({ ref, event: happened }) => {
      if (ref === 'main') {
        return onBase === null || happened !== 'push' ? [] : [{ name: 'CI', jobs: [{ name: 'test', outcome: onBase }] }]
      }
      return happened === event ? [{ name: 'CI', jobs: [{ name: 'test', outcome: 'failure' }] }] : []
    }
  }

  async function onBase(ci: Ci) {
    const place = await openPlace({ ci })
    await place.openPull()
    await place.repository.push({ by: 'octo', branch: 'main', files: { 'other.txt': 'other\n' } })
    await place.github.settled()
    return { place, forge: place.forge() }
  }

  test.each([
    ['failure', 'failed'],
    ['timed_out', 'failed'],
    ['success', 'passed'],
    ['neutral', 'passed'],
    ['skipped', 'unknown'],
    ['pending', 'unknown'],
    [null, 'unknown'],
  ] as const)('the same check there: %s is %s', async (conclusion, expected) => {
    const { place, forge } = await onBase(both(conclusion))
    expect(await checksOf(place, forge)).toMatchObject([{ name: 'test', onBase: expected }])
  })

  test('pending there is looked at again when its time has come', async () => {
    const { place } = await onBase(both('pending'))
    const forge = place.forge({ now: place.clock.now, sleepUntil: place.clock.sleepUntil })
    expect(await checksOf(place, forge)).toMatchObject([{ onBase: 'unknown' }])
    const main = place.repository.head('main')
    place.repository.finishCheck({ name: 'test', sha: main, conclusion: 'failure' })
    await place.clock.elapse(60_000)
    expect(await checksOf(place, forge)).toMatchObject([{ onBase: 'failed' }])
  })

  test('a check of that name of another workflow, or of another app, is another one', async () => {
    const { place, forge } = await onBase(({ ref, event }) => {
      if (event === 'pull_request') return [{ name: 'CI', jobs: [{ name: 'test', outcome: 'failure' }] }]
      return ref === 'main'
        ? [
            { name: 'Nightly', jobs: [{ name: 'test', outcome: 'failure' }] },
            { kind: 'app', app: 'some-ci', checks: [{ name: 'test', outcome: 'failure' }] },
          ]
        : []
    })
    expect(await checksOf(place, forge)).toMatchObject([{ name: 'test', onBase: 'unknown' }])
  })

  test('red there that became green with a newer commit of it is green', async () => {
    let onMain: CheckConclusion = 'failure'
    const { place, forge } = await onBase((context) => both(onMain)(context))
    expect(await checksOf(place, forge)).toMatchObject([{ onBase: 'failed' }])
    onMain = 'success'
    await place.repository.push({ by: 'octo', branch: 'main', files: { 'mended.txt': 'mended\n' } })
    await place.github.settled()
    expect(await checksOf(place, forge)).toMatchObject([{ onBase: 'passed' }])
  })
})

test('a re-run that is red for another reason is looked into again', async () => {
  const place = await openPlace({
    ci: (context) => jobOf({ steps: context.attempt === 1 ? [] : [SETUP, RUN] })(context),
  })
  await place.openPull()
  const forge = place.forge()
  expect(await checksOf(place, forge)).toMatchObject([{ cause: 'infrastructure', canRerun: true }])
  await place.repository.rerun(place.repository.repository.workflowRuns[0]?.id ?? 0, ME)
  await place.github.settled()
  expect(await checksOf(place, forge)).toMatchObject([{ cause: 'code', canRerun: true }])
})
