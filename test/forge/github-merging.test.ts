/** Merging on an emulated GitHub: never more than was asked for, and merged only when GitHub shows it. */
import { describe, expect, test } from 'vitest'
import type { PrNumber } from '../../src/domain/ids.ts'
import type { MergeRequest } from '../../src/forge/forge.ts'
import { called, headOf, openPlace, refusal } from '../support/github-acts.ts'
import { BRANCH, type GithubPlace, ME } from '../support/github-place.ts'

const isMerging = called('PUT /repos/{owner}/{repo}/pulls/{number}/merge')
const isLooking = called('graphql PullRequestFacts')
const QUEUE = {
  type: 'merge_queue',
  method: 'squash',
  groupingStrategy: 'ALLGREEN',
  maxEntriesToBuild: 1,
  checkTimeoutMinutes: 60,
} as const

/** A pull request that nothing holds, and how its merge is asked for. */
async function opened(request: Parameters<typeof openPlace>[0] = {}) {
  const place = await openPlace(request)
  const number = await place.openPull()
  const asked: MergeRequest = {
    number,
    head: headOf(place),
    method: null,
    admin: false,
    title: 'Add a greeting',
    body: 'It says hello.',
  }
  return { place, number, asked, forge: place.forge() }
}

/** Nothing was merged, and nobody asked GitHub to. */
function untouched({ github, repository }: GithubPlace, number: number): boolean {
  const asks = ['graphql EnableAutoMerge', 'graphql Enqueue'].map(called)
  const isMerged = repository.pull(number).merged
  return !isMerged && github.requests.count((request) => [isMerging, ...asks].some((is) => is(request))) === 0
}

describe('merging at once', () => {
  test('costs a look, the merge, and a look at what became of it', async () => {
    const { place, asked, forge } = await opened()
    place.github.requests.clear()
    expect(await forge.merge(asked)).toEqual({ kind: 'merged', commit: headOf(place, 'main') })
    expect(place.github.requests.count()).toBe(3)
  })

  // L78
  test('needs no checkout: what a person has there is not touched', async () => {
    const { place, asked, forge } = await opened()
    await place.local.write('README.md', 'in the middle of something\n')
    const seen = async () => [
      await place.git.run(['status', '--porcelain']),
      await place.git.run(['rev-parse', 'HEAD']),
    ]
    const before = await seen()
    expect(await forge.merge(asked)).toMatchObject({ kind: 'merged' })
    expect(await seen()).toEqual(before)
  })

  test('a method that is not allowed is refused without asking, another one is chosen when none was named', async () => {
    const { place, number, asked, forge } = await opened({ settings: { allowSquash: false, allowRebase: false } })
    expect(await forge.merge({ ...asked, method: 'squash' })).toEqual({
      kind: 'refused',
      why: 'the repository does not allow to merge by squash',
    })
    expect(untouched(place, number)).toBe(true)
    expect(await forge.merge(asked)).toMatchObject({ kind: 'merged' })
    expect((await place.repository.log('main', 1))[0]?.parents).toHaveLength(2)
  })

  test('a draft is refused without asking', async () => {
    const place = await openPlace()
    const number = await place.openPull({ draft: true })
    const asked = { number, head: headOf(place), method: null, admin: true, title: 't', body: '' }
    expect(await place.forge().merge(asked)).toEqual({ kind: 'refused', why: `PR #${number} is a draft` })
    expect(untouched(place, number)).toBe(true)
  })

  test('what is closed stays closed', async () => {
    const { place, number, asked, forge } = await opened()
    place.repository.closePull(number, 'octo')
    expect(await forge.merge(asked)).toEqual({ kind: 'refused', why: `PR #${number} is closed` })
    expect(untouched(place, number)).toBe(true)
  })

  // L70
  test('while GitHub does not say whether it can be merged it is not, with admin neither', async () => {
    const { place, number, asked, forge } = await opened()
    const fault = place.github.faults.add({ kind: 'stale', what: 'mergeability', times: 9, matches: isLooking })
    for (const admin of [false, true]) {
      expect(await forge.merge({ ...asked, admin })).toEqual({
        kind: 'stale',
        why: 'GitHub does not say yet whether it can be merged',
      })
    }
    expect([untouched(place, number), fault.met]).toEqual([true, 2])
  })

  // L70
  test.each([null, 'UNKNOWN', 'A_WORD_OF_TOMORROW'])(
    'an administrator’s token does not pass by rules that GitHub has not looked at (%s)',
    async (state) => {
      const { place, number, asked } = await opened({ collaborators: { [ME]: 'admin' } })
      place.repository.protect('main', { approvals: 1 })
      const { client } = place
      const forge = place.forge({
        client: {
          ...client,
          async query(request) {
            const answer = await client.query(request)
            const { repository } = answer.data as { repository?: { pullRequest?: { mergeStateStatus: unknown } } }
            if (state !== null && repository?.pullRequest) repository.pullRequest.mergeStateStatus = state
            return answer
          },
        },
      })
      expect(await forge.merge(asked)).toMatchObject({ kind: state === null ? 'refused' : 'stale' })
      expect(untouched(place, number)).toBe(true)
    },
  )

  // L66 L70
  test.each(['mergeStateStatus', 'mergeable', 'autoMergeRequest', 'pullRequest'])(
    'a look that came without %s merges nothing',
    async (part) => {
      const { place, number, asked, forge } = await opened()
      place.github.faults.add({ kind: 'graphql_partial', nulls: [part], message: 'x', times: 9, matches: isLooking })
      await expect(forge.merge(asked)).rejects.toMatchObject({ kind: 'forge_unreachable' })
      expect(untouched(place, number)).toBe(true)
    },
  )

  // L102
  test('who opened it may be gone', async () => {
    const place = await openPlace()
    const number = await place.openPull({ by: 'writer' })
    place.github.deleteUser('writer')
    const asked = { number, head: headOf(place), method: null, admin: false, title: 't', body: '' }
    expect(await place.forge().merge(asked)).toMatchObject({ kind: 'merged' })
  })

  test('red checks that nothing requires do not stop GitHub; the gate above is who looks at them', async () => {
    const { asked, forge } = await opened({
      ci: ({ event }) =>
        event === 'pull_request' ? [{ name: 'CI', jobs: [{ name: 'test', outcome: 'failure' }] }] : [],
    })
    expect(await forge.merge(asked)).toMatchObject({ kind: 'merged' })
  })
})

describe('what GitHub refuses', () => {
  // L54
  test('a head that moved on just before (409) is stale', async () => {
    const { place, asked, forge } = await opened()
    const before = place.github.snapshot()
    await place.repository.push({ by: ME, branch: BRANCH, files: { 'more.txt': 'more\n' } })
    place.github.faults.add({ kind: 'stale', since: before, matches: isLooking })
    expect(await forge.merge(asked)).toEqual({
      kind: 'stale',
      why: `its head is ${headOf(place).slice(0, 12)} by now`,
    })
    expect(place.repository.pull(asked.number).merged).toBe(false)
  })

  test('a target that moved on just before (405) is stale', async () => {
    const { place, asked, forge } = await opened()
    const before = place.github.snapshot()
    await place.repository.push({ by: 'octo', branch: 'main', files: { 'other.txt': 'other\n' } })
    place.github.faults.add({ kind: 'stale', since: before, matches: isLooking })
    place.github.faults.add({ ...refusal(405, 'Base branch was modified.'), matches: isMerging })
    expect(await forge.merge(asked)).toMatchObject({ kind: 'stale', why: expect.stringContaining('was modified') })
    expect(await forge.merge(asked)).toMatchObject({ kind: 'merged' })
  })

  test('a refusal for which nothing that was seen has changed (405) is told in its words', async () => {
    const { place, number, asked, forge } = await opened()
    place.github.faults.add({ ...refusal(405, 'Merging is not possible today.'), matches: isMerging })
    expect(await forge.merge(asked)).toEqual({
      kind: 'refused',
      why: expect.stringContaining('Merging is not possible today.'),
    })
    expect(place.repository.pull(number).merged).toBe(false)
  })

  test('a token that may not merge is refused, in words that say what it lacks', async () => {
    const { place, asked } = await opened()
    const client = place.clientFor({ permissions: { metadata: 'read', pull_requests: 'write', contents: 'read' } })
    expect(await place.forge({ client }).merge(asked)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('not accessible'),
    })
  })

  test('a token that ended is no refusal', async () => {
    const { place, asked, forge } = await opened()
    place.github.faults.add({ ...refusal(401, 'Bad credentials'), matches: isMerging })
    await expect(forge.merge(asked)).rejects.toMatchObject({ kind: 'forge_auth' })
  })
})

describe('answers that are lost', () => {
  // L34 L54
  test.each(['reset_after', 'truncated'] as const)('merged all the same, and seen (%s)', async (kind) => {
    const { place, asked, forge } = await opened()
    place.github.faults.add({ kind, matches: isMerging })
    expect(await forge.merge(asked)).toEqual({ kind: 'merged', commit: headOf(place, 'main') })
    expect([await forge.merge(asked), place.github.requests.count(isMerging)]).toMatchObject([{ kind: 'merged' }, 1])
  })

  // L26
  test.each([{ kind: 'reset' }, { kind: 'status', status: 502 }] as const)(
    'nothing happened, or nobody knows: unknown, and looked at before it is tried again (%j)',
    async (fault) => {
      const { place, number, asked, forge } = await opened()
      place.github.faults.add({ ...fault, matches: isMerging })
      expect(await forge.merge(asked)).toMatchObject({ kind: 'unknown' })
      expect([place.repository.pull(number).merged, place.github.requests.count(isMerging)]).toEqual([false, 1])
      expect(await forge.merge(asked)).toMatchObject({ kind: 'merged' })
    },
  )

  // L54
  test('what GitHub says it has merged and does not show yet is not called merged', async () => {
    const { place, asked, forge } = await opened()
    const before = place.github.snapshot()
    const late = place.github.faults.add({ kind: 'delay', matches: isMerging })
    const merging = forge.merge(asked)
    await late.seen()
    place.github.faults.add({ kind: 'stale', since: before, matches: isLooking })
    late.release()
    expect(await merging).toMatchObject({ kind: 'unknown' })
    expect(await forge.merge(asked)).toEqual({ kind: 'merged', commit: headOf(place, 'main') })
    expect(place.github.requests.count(isMerging)).toBe(1)
  })

  test('a rate limit did nothing: it is thrown, to be tried again', async () => {
    const { place, asked, forge } = await opened()
    place.github.faults.add({ kind: 'rate_limited', matches: isMerging })
    await expect(forge.merge(asked)).rejects.toMatchObject({ kind: 'forge_unreachable', isRetryable: true })
    expect(place.repository.pull(asked.number).merged).toBe(false)
  })

  // L99
  test('somebody else merged it meanwhile: merged is merged', async () => {
    const { place, number, asked, forge } = await opened()
    const late = place.github.faults.add({ kind: 'delay', matches: isMerging })
    const merging = forge.merge(asked)
    await late.seen()
    const commit = await place.repository.merge(number, { by: 'octo', method: 'merge' })
    late.release()
    expect(await merging).toEqual({ kind: 'merged', commit })
    expect(place.repository.pull(number).mergedBy).toBe('octo')
  })

  test('somebody else closed it meanwhile: refused', async () => {
    const { place, number, asked, forge } = await opened()
    const late = place.github.faults.add({ kind: 'delay', matches: isMerging })
    const merging = forge.merge(asked)
    await late.seen()
    place.repository.closePull(number, 'octo')
    late.release()
    expect(await merging).toEqual({ kind: 'refused', why: `PR #${number} is closed` })
  })
})

describe('rules of the target branch', () => {
  // L53 W17
  test('held, where auto-merge is allowed: scheduled, which is not merged; asked again, still once', async () => {
    const { place, number, asked, forge } = await opened({ settings: { allowAutoMerge: true } })
    place.repository.protect('main', { approvals: 1 })
    expect(await forge.merge(asked)).toEqual({ kind: 'scheduled', by: 'auto_merge' })
    expect([place.repository.pull(number).merged, place.github.requests.count(isMerging)]).toEqual([false, 0])
    expect(await forge.observe(BRANCH)).toMatchObject({ pr: { state: 'open', mergeScheduled: 'auto_merge' } })
    place.repository.approve(number, 'writer')
    await place.github.settled()
    expect(await forge.merge(asked)).toEqual({ kind: 'merged', commit: headOf(place, 'main') })
    expect((await place.repository.log('main', 1))[0]?.message).toContain(`Add a greeting (#${number})`)
  })

  // L34
  test('an answer that was lost is looked up: scheduled', async () => {
    const { place, asked, forge } = await opened({ settings: { allowAutoMerge: true } })
    place.repository.protect('main', { approvals: 1 })
    place.github.faults.add({ kind: 'reset_after', matches: called('graphql EnableAutoMerge') })
    expect(await forge.merge(asked)).toEqual({ kind: 'scheduled', by: 'auto_merge' })
  })

  test('held no longer when it was to be scheduled: GitHub refuses that, and it is looked at again', async () => {
    const { place, number, asked, forge } = await opened({ settings: { allowAutoMerge: true } })
    place.repository.protect('main', { approvals: 1 })
    const late = place.github.faults.add({ kind: 'delay', matches: called('graphql EnableAutoMerge') })
    const merging = forge.merge(asked)
    await late.seen()
    place.repository.approve(number, 'writer')
    late.release()
    expect(await merging).toMatchObject({ kind: 'stale' })
    expect(await forge.merge(asked)).toMatchObject({ kind: 'merged' })
  })

  // L53
  test.each(['write', 'admin'] as const)(
    'held, where auto-merge is not allowed: refused without a call, also for a token with the role %s',
    async (role) => {
      const { place, number, asked, forge } = await opened({ collaborators: { [ME]: role } })
      place.repository.protect('main', { approvals: 1 })
      expect(await forge.merge(asked)).toMatchObject({ kind: 'refused' })
      expect(untouched(place, number)).toBe(true)
    },
  )

  test('behind, where it must be up to date, is held like any other', async () => {
    const { place, number, asked, forge } = await opened({ collaborators: { [ME]: 'admin' } })
    place.repository.protect('main', { strict: true })
    await place.repository.push({ by: 'octo', branch: 'main', files: { 'other.txt': 'other\n' } })
    expect(await forge.merge(asked)).toMatchObject({ kind: 'refused' })
    expect(untouched(place, number)).toBe(true)
  })

  test('past the rules only when that was asked for, and only where the account may', async () => {
    const { place, asked, forge } = await opened({ collaborators: { [ME]: 'admin' } })
    place.repository.protect('main', { approvals: 1 })
    expect(await forge.merge({ ...asked, admin: true })).toMatchObject({ kind: 'merged' })
    const other = await opened()
    other.place.repository.protect('main', { approvals: 1 })
    expect(await other.forge.merge({ ...other.asked, admin: true })).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('approving review'),
    })
  })

  test('never past a conflict, whoever asks', async () => {
    const { place, number, asked, forge } = await opened({ collaborators: { [ME]: 'admin' } })
    await place.repository.push({ by: 'octo', branch: 'main', files: { 'greeting.txt': 'good morning\n' } })
    expect(await forge.merge({ ...asked, admin: true })).toEqual({
      kind: 'stale',
      why: 'it conflicts with the target branch',
    })
    expect(untouched(place, number)).toBe(true)
  })
})

describe('a merge queue', () => {
  async function queued() {
    const all = await opened({ settings: { mergeQueue: 'manual' } })
    all.place.repository.addRuleset({ rules: [QUEUE] })
    return all
  }

  // L53 W17
  test('it is put there once, and merged when the queue has done so', async () => {
    const { place, asked, forge } = await queued()
    expect(await forge.merge(asked)).toEqual({ kind: 'scheduled', by: 'queue' })
    expect(await forge.merge(asked)).toEqual({ kind: 'scheduled', by: 'queue' })
    expect(await forge.observe(BRANCH)).toMatchObject({ pr: { state: 'open', mergeScheduled: 'queue' } })
    await place.repository.processQueue('main', { force: true })
    expect(await forge.merge(asked)).toEqual({ kind: 'merged', commit: headOf(place, 'main') })
    expect(place.github.requests.count(isMerging)).toBe(0)
  })

  test('what the queue does not take is refused in its words', async () => {
    const { place, asked, forge } = await queued()
    place.repository.protect('main', { approvals: 1 })
    expect(await forge.merge(asked)).toMatchObject({
      kind: 'refused',
      why: expect.stringContaining('approving review'),
    })
  })

  test('an answer that was lost is looked up', async () => {
    const { place, asked, forge } = await queued()
    place.github.faults.add({ kind: 'reset_after', matches: called('graphql Enqueue') })
    expect(await forge.merge(asked)).toEqual({ kind: 'scheduled', by: 'queue' })
  })
})

describe('taking back what was scheduled', () => {
  test('auto-merge', async () => {
    const { place, number, asked, forge } = await opened({ settings: { allowAutoMerge: true } })
    place.repository.protect('main', { approvals: 1 })
    await forge.merge(asked)
    await forge.cancelScheduled(number)
    await forge.cancelScheduled(number)
    place.repository.approve(number, 'writer')
    await place.github.settled()
    expect([place.repository.pull(number).merged, place.repository.pull(number).autoMerge]).toEqual([false, null])
  })

  test('the queue', async () => {
    const { place, number, asked, forge } = await opened({ settings: { mergeQueue: 'manual' } })
    place.repository.addRuleset({ rules: [QUEUE] })
    await forge.merge(asked)
    await forge.cancelScheduled(number)
    await forge.cancelScheduled(number)
    expect([await place.repository.processQueue(), place.repository.pull(number).merged]).toEqual(['empty', false])
  })

  test('when nothing is scheduled nothing is asked for', async () => {
    const { place, number, forge } = await opened()
    place.github.requests.clear()
    await forge.cancelScheduled(number)
    expect(place.github.requests.summary()).toEqual({ 'graphql PullRequestFacts': 1 })
  })

  test('when it was over before the request came, there is nothing to complain about', async () => {
    const { place, number, asked, forge } = await opened({ settings: { allowAutoMerge: true } })
    place.repository.protect('main', { approvals: 1 })
    await forge.merge(asked)
    const late = place.github.faults.add({ kind: 'delay', matches: called('graphql DisableAutoMerge') })
    const cancelling = forge.cancelScheduled(number)
    await late.seen()
    place.repository.disableAutoMerge(number, 'octo')
    late.release()
    await cancelling
    expect(place.repository.pull(number).autoMerge).toBeNull()
  })

  // L34
  test('an answer that was lost is not taken for done', async () => {
    const { place, number, asked, forge } = await opened({ settings: { allowAutoMerge: true } })
    place.repository.protect('main', { approvals: 1 })
    await forge.merge(asked)
    place.github.faults.add({ kind: 'reset', matches: called('graphql DisableAutoMerge') })
    await expect(forge.cancelScheduled(number)).rejects.toMatchObject({ kind: 'forge_unreachable' })
    await forge.cancelScheduled(number)
    expect(place.repository.pull(number).autoMerge).toBeNull()
  })

  test('of a number that nobody has', async () => {
    const { forge } = await opened()
    await expect(forge.cancelScheduled(4711 as PrNumber)).rejects.toMatchObject({ kind: 'forge_refused' })
  })
})
